"""Network: can validators reach the miner, and does its clock agree with theirs."""

import errno
import ipaddress
import socket
import time
from urllib.parse import urlsplit

from touchline.errors import InputError, TouchlineError
from touchline.service import ConnectionLimits, descriptor_limit
from touchline.service.doctor.context import Context
from touchline.service.doctor.finding import Verdict, ok, warning, wrong
from touchline.service.doctor.web import ask, at, is_live
from touchline.service.settings import ServiceSettings

WINDOW = 120.0
"""Seconds that a nonce may be older or newer than the miner's clock."""
NOTABLE, HARMFUL = 10.0, 60.0
"""Seconds of drift to speak of; and half the window, where slow requests begin to fail."""
FEW, USUAL = 256, 1024
"""File descriptors that downloads and workers may need alone, and those of an ordinary system."""
MORE = "raise the limit: ulimit -n 65536, LimitNOFILE= in the unit, --ulimit nofile= for Docker"
HALF_A_SECOND = 0.5
"""A Date header is cut off to whole seconds; on average that much."""


def port(context: Context) -> Verdict:
    """Whether the service can listen, or does already."""
    host, number = context.settings.host, context.settings.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, number), family=family).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return _taken(context)
        fix = "set TOUCHLINE_HOST to an address of this machine and "
        fix += f"{context.port_setting} to 1024 or more"
        return wrong(f"cannot listen on {host} port {number}: {error.strerror}", fix)
    return ok(f"{number} is free on {host}")


def descriptors(context: Context) -> Verdict:
    """How many connections the limit of file descriptors allows, in this shell at least."""
    there = descriptor_limit()
    connections = ConnectionLimits.under(there).total
    detail = f"{there} file descriptors here, enough for {connections} connections"
    if there < FEW:
        return wrong(detail, MORE)
    return warning(detail, MORE) if there < USUAL else ok(detail)


def clock(context: Context) -> Verdict:
    """This machine's clock against another's."""
    problems = []
    for url in _time_servers(context):
        try:
            drift = _drift(url)
        except InputError as error:
            problems.append(str(error))
            continue
        return _judge(drift, urlsplit(url).hostname or url)
    return warning(
        f"the clock could not be compared: {'; '.join(problems)}",
        f"see timedatectl; requests are refused when it is {WINDOW:g} s off",
    )


def firewall(context: Context) -> Verdict:
    """What validators call; from inside nobody can be sure that it gets through."""
    if context.settings.allow_list is not None:
        return ok("not needed: with an allow-list nobody looks the address up")
    try:
        node = context.metagraph().find(context.address())
    except TouchlineError:
        return warning("what validators would call is not known: see the chain's lines", TRY)
    if node is None or not node.port:
        return warning("validators have no address to call: see the chain's lines", TRY)
    url = at(node.ip, node.port)
    if not ipaddress.ip_address(node.ip).is_global:
        fix = "touchline register --external-ip with the address that the internet sees"
        return warning(f"validators call {url}, which is no public address", fix)
    if is_live(url):
        return ok(f"validators call {url}; it answers, as seen from here")
    fix = f"start the service, open TCP port {node.port}, then from another machine: "
    return warning(f"validators call {url}; from here it does not answer", f"{fix}{_test(url)}")


def _taken(context: Context) -> Verdict:
    number = context.settings.port
    if context.is_serving():
        return ok(f"{number} is the running service's")
    return wrong(
        f"{number} is taken by another program",
        f"end it (ss -ltnp 'sport = :{number}' names it), or set {context.port_setting}",
    )


def _time_servers(context: Context) -> list[str]:
    """The chain's node first: by its clock the validators live. Not one on this machine."""
    chain = _chain_server(context.settings)
    return [*([chain] if chain else []), *context.world.time_servers]


def _chain_server(settings: ServiceSettings) -> str | None:
    if settings.allow_list is not None:
        return None
    try:
        from touchline.service.chain import endpoint_of
    except TouchlineError:  # its packages are missing, which another line says
        return None
    parts = urlsplit(endpoint_of(settings.subtensor_network, settings.subtensor_address))
    if parts.hostname in (None, "localhost", "127.0.0.1", "::1"):
        return None
    host = parts.netloc.rpartition("@")[2]
    return f"{'https' if parts.scheme == 'wss' else 'http'}://{host}/"


def _drift(url: str) -> float:
    """Seconds by which this clock is ahead of a server's."""
    before = time.time()
    date = ask(url, method="HEAD").date
    if date is None:
        raise InputError(f"{urlsplit(url).hostname} does not say what time it is")
    return (before + time.time()) / 2 - (date + HALF_A_SECOND)


def _judge(drift: float, server: str) -> Verdict:
    side = "ahead of" if drift > 0 else "behind"
    detail = f"{abs(drift):.0f} s {side} {server}; a nonce may be {WINDOW:g} s off"
    fix = "let NTP set the clock: timedatectl set-ntp true"
    if abs(drift) > HARMFUL:
        return wrong(detail, fix)
    return warning(detail, fix) if abs(drift) > NOTABLE else ok(detail)


def _test(url: str) -> str:
    return f"curl {url}/availability"


TRY = f"once it is, from another machine: {_test('http://IP:PORT')}"
