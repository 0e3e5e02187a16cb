"""Who is paid for an element, worked out again from what validators publish.

Source: the description, "From scores to weights". Blacklists, failing and inactive lists, which
validators ask for as well, are not looked at: a miner that stands there is ranked here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any

from touchline.turbovision.live.shards import Sample
from touchline.turbovision.scoring import (
    LEAST_SAMPLES,
    Contender,
    Likeness,
    private_shares,
    relative_gap,
    winner_of,
    without_first_zeros,
)

BLOCKS_A_DAY = 7200
OPEN_DAYS = 3
"""Of samples that count on the open-source track, and for which a commit is new."""
PRIVATE_DAYS = 4
"""The same on the private track, where an element says nothing else."""
RECENT = 10
"""Last challenges by which miners are told to be alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedMiner:
    """A miner of an element.

    Attributes:
        hotkey: Its address.
        commit: Block of its latest commitment.
        samples: Challenges that count.
        mean: Score over them.
        share: Of the element's weight; 0 where it gets none.
        why: Why it gets none, or gets it by other than its mean; "" where nothing is to be said.
    """

    hotkey: str
    commit: int
    samples: int
    mean: float
    share: float
    why: str = ""

    def as_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)


def standings(
    samples: Sequence[Sample], *, private: bool, theta: float | None = None, window_id: str = ""
) -> list[RankedMiner]:
    """Rank the miners of an element, the best mean first; see ``winner_of``, ``private_shares``.

    Args:
        samples: Of the blocks that count, the oldest first.
        private: Whether the first three share the weight; else the winner takes it.
        theta: ``baseline_theta`` of the element.
        window_id: Of the round, by which older challenges are drawn.
    """
    by_miner: dict[str, list[Sample]] = {}
    for each in samples:
        by_miner.setdefault(each.hotkey, []).append(each)
    newest = max((each.block for each in samples), default=0)
    counted = {
        hotkey: [each.score for each in given]
        if private or newest - given[-1].commit > OPEN_DAYS * BLOCKS_A_DAY
        else without_first_zeros([each.score for each in given])
        for hotkey, given in by_miner.items()
    }
    means = {hotkey: fmean(scores) if scores else 0.0 for hotkey, scores in counted.items()}
    ranked = sorted(by_miner, key=lambda hotkey: -means[hotkey])
    numbers = {
        number: (means[hotkey], len(counted[hotkey])) for number, hotkey in enumerate(ranked)
    }
    if private:
        shares, why = private_shares(numbers, weight=1.0), ""
    else:
        able = [n for n, (mean, count) in numbers.items() if mean > 0 and count >= LEAST_SAMPLES]
        contenders = {number: _contender(by_miner[ranked[number]]) for number in able}
        shares, why = _winner(contenders, theta=theta, window_id=window_id)
    return [
        RankedMiner(
            hotkey=hotkey,
            commit=by_miner[hotkey][-1].commit,
            samples=len(counted[hotkey]),
            mean=means[hotkey],
            share=shares.get(number, 0.0),
            why=why if number in shares else _why_not(numbers[number]),
        )
        for number, hotkey in enumerate(ranked)
    ]


def _winner(
    contenders: Mapping[int, Contender], *, theta: float | None, window_id: str
) -> tuple[dict[int, float], str]:
    """Who takes all, by its place, and why if it is not the best."""
    if not contenders:
        return {}, ""
    best = min(contenders)
    likeness = Likeness(relative=relative_gap(theta))
    won = winner_of(best, contenders, window_id=window_id, likeness=likeness)
    return {won: 1.0}, "" if won == best else "alike the best, and committed before it"


def _contender(given: Sequence[Sample]) -> Contender:
    history = {each.challenge: each.score for each in given}
    recent = [*history][-RECENT:]
    return Contender(
        commit_block=given[-1].commit,
        recent={key: history[key] for key in recent},
        history=history,
    )


def _why_not(numbers: tuple[float, int]) -> str:
    mean, count = numbers
    if mean == 0:
        return "inactive until it commits anew" if count > LEAST_SAMPLES else "nothing but zeros"
    return f"{count} of {LEAST_SAMPLES} samples" if count < LEAST_SAMPLES else ""
