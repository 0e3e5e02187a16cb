"""The checks in order; each ends in a finding, whatever happens in it."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from touchline.errors import TouchlineError
from touchline.service.doctor import chain, download, models, network, performance
from touchline.service.doctor.context import Context
from touchline.service.doctor.finding import Finding, Group, Verdict, wrong

Look = Callable[[Context], Verdict]


@dataclass(frozen=True, slots=True)
class DoctorCheck:
    """One line of the examination.

    Attributes:
        group: Where it belongs.
        name: What is looked at.
        look: Looks.
        fix: What to do when the look itself fails.
        within: Seconds that it may take.
    """

    group: Group
    name: str
    look: Look
    fix: str
    within: float = 30.0


REINSTALL = "install Touchline again, and look into docs/troubleshooting.md"
CHAIN = "look at the network, SUBTENSOR_NETWORK, SUBTENSOR_ADDRESS and NETUID"
MACHINE = "look into docs/troubleshooting.md"


def common_checks(
    *,
    deadlines: Look,
    registration: Look,
    access: Look,
    wallet: Look = chain.wallet,
    freshness: Look = chain.freshness,
) -> tuple[DoctorCheck, ...]:
    """What is looked at for any service, in this order.

    Args:
        deadlines: The times that the operator set, against those of who asks.
        registration: Where the chain says that the service listens.
        access: Who may ask.
        wallet: Who the service is.
        freshness: Of the metagraph.
    """
    return (
        DoctorCheck("models", "packages", models.packages, REINSTALL),
        DoctorCheck("models", "weights", models.shipped, REINSTALL),
        DoctorCheck("models", "verifier", models.verifier, "touchline models pull clip"),
        DoctorCheck("models", "device", models.device, models.GPU_BUILD),
        DoctorCheck(
            "models", "inference", models.inference, "touchline models; or DEVICE=cpu", within=180.0
        ),
        DoctorCheck("models", "engines", models.engines, "set TOUCHLINE_BACKEND=openvino"),
        DoctorCheck("performance", "cores", performance.cores, MACHINE),
        DoctorCheck("performance", "memory", performance.memory, MACHINE),
        DoctorCheck("performance", "deadlines", deadlines, MACHINE),
        DoctorCheck("performance", "speed", performance.speed, performance.FASTER, within=180.0),
        DoctorCheck("download", "decode", download.decode, download.REINSTALL),
        DoctorCheck("download", "disk", download.disk, MACHINE),
        DoctorCheck("download", "video host", download.host, MACHINE),
        DoctorCheck("download", "private hosts", download.private_hosts, MACHINE),
        DoctorCheck("network", "port", network.port, MACHINE),
        DoctorCheck("network", "descriptors", network.descriptors, MACHINE),
        DoctorCheck("network", "clock", network.clock, MACHINE),
        DoctorCheck("chain", "wallet", wallet, chain.WALLET, within=120.0),
        DoctorCheck("chain", "metagraph", freshness, CHAIN, within=60.0),
        DoctorCheck("chain", "registration", registration, CHAIN, within=60.0),
        DoctorCheck("chain", "access", access, CHAIN, within=60.0),
        DoctorCheck("chain", "state", chain.state, MACHINE),
        DoctorCheck("network", "firewall", network.firewall, MACHINE),
    )


def examine(context: Context, checks: Sequence[DoctorCheck]) -> Iterator[Finding]:
    """Look at everything, one after another; nothing is raised and nothing changed.

    A look that fails is ``wrong``, with its error as the detail; so is one that does not end.
    """
    for check in checks:
        verdict = _verdict(check, context)
        yield Finding(
            check.group,
            check.name,
            verdict.state,
            context.redacted(verdict.detail),
            verdict.fix,
            verdict.lines,
        )


def _verdict(check: DoctorCheck, context: Context) -> Verdict:
    look = _begin(lambda: check.look(context))
    try:
        return look.result(timeout=check.within)
    except ImportError as error:
        return wrong(f"it takes the package {error.name}", 'pip install "touchline[miner,chain]"')
    except TouchlineError as error:
        return wrong(str(error), check.fix)
    except Exception as error:
        if isinstance(error, TimeoutError) and not look.done():
            return wrong(f"no result within {check.within:g} s", check.fix)
        return wrong(f"the look at it failed: {error!r}", check.fix)


def _begin(look: Callable[[], Verdict]) -> Future[Verdict]:
    """Look in a thread of its own, which does not keep the program from ending."""
    result: Future[Verdict] = Future()

    def run() -> None:
        try:
            result.set_result(look())
        except BaseException as error:
            result.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return result
