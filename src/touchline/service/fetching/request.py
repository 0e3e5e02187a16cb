"""A request for a video, to the address that was checked; each redirect is checked again."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from touchline.errors import VideoUnreachableError
from touchline.service.fetching.addresses import Resolver, find_addresses
from touchline.service.fetching.limits import Limits
from touchline.service.fetching.links import Address, Link
from touchline.service.fetching.transient import TransientError, transient_errors

MAX_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
TRANSIENT_STATUSES = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class VideoRequest:
    """Sends requests and follows redirects.

    A transport rather than a client: a client would keep cookies by address, read the environment
    for proxies, and log each URL with its query.

    Attributes:
        transport: Sends a request to the address in its URL; must not reuse connections, because
            two names may share an address and not a certificate.
        resolver: Finds addresses.
        limits: Time-outs, and whether private addresses are allowed.
    """

    transport: httpx.AsyncBaseTransport
    resolver: Resolver
    limits: Limits

    @asynccontextmanager
    async def send(self, link: Link, headers: Mapping[str, str]) -> AsyncIterator[httpx.Response]:
        """Request a link and follow redirects; the response is 200 or 206, its body not yet read.

        Raises:
            VideoRefusedError: The link, or where it leads to, may not be fetched.
            VideoUnreachableError: The host has no such video; a ``TransientError`` where a retry
                may get it.
        """
        for _ in range(MAX_REDIRECTS + 1):
            response = await self._try_addresses(link, headers)
            try:
                if response.status_code not in REDIRECTS:
                    _require_success(response, link)
                    yield response
                    return
            finally:
                await response.aclose()
            link = link.follow(response.headers.get("Location"))
        raise VideoUnreachableError(f"{link.name} leads on: over {MAX_REDIRECTS} redirects.")

    async def _try_addresses(self, link: Link, headers: Mapping[str, str]) -> httpx.Response:
        addresses = await find_addresses(link, resolver=self.resolver, limits=self.limits)
        for address in addresses[:-1]:
            try:
                return await self._send_to(link, address, headers)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        with transient_errors(link.name, self.limits):
            return await self._send_to(link, addresses[-1], headers)

    async def _send_to(
        self, link: Link, address: Address, headers: Mapping[str, str]
    ) -> httpx.Response:
        # The address takes the name's place in the URL, so no second look-up can lead elsewhere;
        # the host still gets its name, and its certificate must still be for that name.
        timeout = httpx.Timeout(self.limits.read, connect=self.limits.connect)
        return await self.transport.handle_async_request(
            httpx.Request(
                "GET",
                link.url.copy_with(host=str(address)),
                headers={"Host": link.url.netloc.decode("ascii"), **headers},
                extensions={"sni_hostname": link.host, "timeout": timeout.as_dict()},
            )
        )


def _require_success(response: httpx.Response, link: Link) -> None:
    status = response.status_code
    if status in TRANSIENT_STATUSES or status >= 500:
        raise TransientError(f"{link.name} answers {status}.")
    if status not in (200, 206):
        raise VideoUnreachableError(f"{link.name} answers {status}.")
