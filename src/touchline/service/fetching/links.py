"""The link of a request: what it may look like, and how it is named in messages."""

import ipaddress
import re
from dataclasses import dataclass
from typing import Self

import httpx

from touchline.errors import VideoRefusedError
from touchline.service.fetching.drive import direct

LONGEST_LINK = 4096
LONGEST_NAME = 160
LONGEST_HOST = 253
HOST = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
NUMBER = re.compile(r"(?:.*\.)?(?:\d+|0x[0-9a-f]*)")
"""A host that ends in a number: every client takes it for an IPv4 address, in some spelling."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Link:
    """A link that may be fetched, as far as its spelling goes.

    Attributes:
        url: Where to send the request; pages of Google Drive are rewritten to their file.
        name: The link in messages: without user, query and fragment, which may hold secrets.
    """

    url: httpx.URL
    name: str

    @property
    def host(self) -> str:
        """A name or an address in ASCII, without brackets."""
        return self.url.raw_host.decode("ascii")

    @property
    def port(self) -> int:
        """The port, given or that of the scheme."""
        return self.url.port or (443 if self.url.scheme == "https" else 80)

    @property
    def address(self) -> Address | None:
        """The address that is written in the link, None if it is a name."""
        try:
            return ipaddress.ip_address(self.host)
        except ValueError:
            return None

    def follow(self, location: str | None) -> Self:
        """The link that a redirect leads to.

        Raises:
            VideoRefusedError: Nowhere, or to what may not be fetched, or from https to http.
        """
        if not location:
            raise VideoRefusedError(f"{self.name} redirects without saying where to.")
        try:
            target = str(self.url.join(location))
        except (httpx.InvalidURL, UnicodeError):
            target = location  # what is wrong with it is found where links are checked
        name = f"{link_name(target)} (where {self.name.split(' ')[0]} redirects to)"
        url = _checked(target, name)
        if (self.url.scheme, url.scheme) == ("https", "http"):
            raise _refusal(name, "https must not lead to http")
        return type(self)(direct(url), name)


def parse_link(text: str) -> Link:
    """Parse and check the link of a request.

    Raises:
        VideoRefusedError: It is none, too long, not http or https, has a user or a password, or
            has no host or one that is written in a way that is not allowed.
    """
    name = link_name(text)
    return Link(direct(_checked(text, name)), name)


def link_name(text: str) -> str:
    """A link for messages: short, printable, without user, query and fragment."""
    shown = re.sub(r"//[^/]*@", "//", re.split(r"[?#]", text, maxsplit=1)[0])
    shown = shown.encode("unicode_escape").decode("ascii").replace(" ", "%20")
    return shown if len(shown) <= LONGEST_NAME else f"{shown[:LONGEST_NAME]}..."


def _checked(text: str, name: str) -> httpx.URL:
    if len(text) > LONGEST_LINK:
        raise _refusal(name, f"it has {len(text)} characters, at most {LONGEST_LINK} are allowed")
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise _refusal(name, f"it is not a valid URL ({error})") from None
    _require_web(url, name)
    return url.copy_with(host=_checked_host(url, name))


def _require_web(url: httpx.URL, name: str) -> None:
    if url.scheme not in ("http", "https"):
        raise _refusal(name, "only http and https are allowed")
    if url.userinfo:
        raise _refusal(name, "a user or a password in it is not allowed")
    if url.port is not None and not 1 <= url.port <= 65535:
        raise _refusal(name, f"port {url.port} is not allowed, only 1 to 65535")


def _checked_host(url: httpx.URL, name: str) -> str:
    # The root's dot changes nothing but the certificate that would be asked for.
    host = url.raw_host.decode("ascii").removesuffix(".")
    if ":" in host and "%" not in host:
        return host
    if HOST.fullmatch(host) is None or len(host) > LONGEST_HOST:
        raise _refusal(name, "it must name a host by letters, digits, hyphens and dots")
    if NUMBER.fullmatch(host) and not _is_dotted_quad(host):
        raise _refusal(name, "an address must be written as four decimal numbers")
    return host


def _is_dotted_quad(host: str) -> bool:
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return True


def _refusal(name: str, reason: str) -> VideoRefusedError:
    return VideoRefusedError(f"{name} is not fetched: {reason}.")
