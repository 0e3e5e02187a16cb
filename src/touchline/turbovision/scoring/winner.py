"""From the samples of all miners to who is paid.

Source: the description, "From scores to weights".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

MOST_ZEROS = 5
"""Leading zeros of a new commit that are dropped."""
LEAST_SAMPLES = 30
"""Samples below which nobody is paid."""
RANK_SHARES = (0.80, 0.15, 0.05)
"""Of an element's weight, to the first three on the private track."""
LEAST_GAP = 0.05
"""Scores nearer than this are taken for equal, whatever they are."""
SAMPLED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """When two miners count as the same.

    Attributes:
        absolute: Difference of two scores that is let pass.
        relative: The same, by the larger of the two; see ``relative_gap``.
        common: Challenges that both must have, neither of them at 0.
        different: Challenges from which on they differ.
    """

    absolute: float = 0.003
    relative: float = 0.03
    common: int = 8
    different: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """A miner of an element.

    Attributes:
        commit_block: When it committed; None where that is not known.
        recent: Score by challenge of its last challenges.
        history: The same of all that it has.
    """

    commit_block: int | None
    recent: Mapping[str, float]
    history: Mapping[str, float]


def relative_gap(theta: float | None) -> float:
    """By how much scores may differ and count as equal: ``.04 + .135 theta`` within .04 and .175.

    .03 where the element has no theta.
    """
    return 0.03 if theta is None else min(max(0.04 + 0.135 * theta, 0.04), 0.175)


def without_first_zeros(scores: Sequence[float]) -> list[float]:
    """The samples of a commit at most three days old, up to five zeros at their start dropped."""
    zeros = next((i for i, score in enumerate(scores) if score), len(scores))
    return list(scores[min(zeros, MOST_ZEROS) :])


def are_alike(first: Mapping[str, float], second: Mapping[str, float], likeness: Likeness) -> bool:
    """Whether two miners scored the same on what both answered.

    At least 8 challenges are common and at 0 for neither, and fewer than 2 of them differ by more
    than ``max(.05, absolute, relative * larger score)``.
    """
    common = [(first[key], second[key]) for key in first if first[key] and second.get(key)]
    gaps = [max(LEAST_GAP, likeness.absolute, likeness.relative * max(pair)) for pair in common]
    apart = sum(abs(a - b) > gap for (a, b), gap in zip(common, gaps, strict=True))
    return len(common) >= likeness.common and apart < likeness.different


def history_sample(
    contenders: Sequence[Contender], *, window_id: str, size: int = SAMPLED
) -> list[str]:
    """The older challenges that are compared: those that all have and none has as a recent one.

    Ordered by the SHA-256 of ``window_id:challenge``, the first ``size`` of them.
    """
    if not contenders:
        return []
    common = set.intersection(*(set(each.history) for each in contenders))
    older = common - set().union(*(each.recent for each in contenders))
    return sorted(older, key=lambda each: sha256(f"{window_id}:{each}".encode()).hexdigest())[:size]


def winner_of(
    provisional: int,
    contenders: Mapping[int, Contender],
    *,
    window_id: str,
    likeness: Likeness | None = None,
) -> int:
    """Who is paid: of the best and those who score alike, whoever committed first.

    Alike are those whose recent challenges and whose older ones are; see ``are_alike``. So a copy
    never overtakes its original. A contender whose commit block is not known cannot win by it; of
    equal blocks the provisional winner keeps.

    Args:
        provisional: The uid with the best mean.
        contenders: By uid, the provisional winner too.
        window_id: Of the round; it orders the older challenges.
        likeness: None is that of an element without theta.
    """
    rule = likeness or Likeness()
    best = contenders[provisional]
    sampled = history_sample(list(contenders.values()), window_id=window_id)
    older = {key: best.history[key] for key in sampled}
    alike = [
        uid
        for uid, each in contenders.items()
        if uid != provisional
        and each.commit_block is not None
        and are_alike(best.recent, each.recent, rule)
        and are_alike(older, {key: each.history[key] for key in sampled}, rule)
    ]
    return min([provisional, *alike], key=lambda uid: _block(contenders[uid]))


def private_shares(
    samples: Mapping[int, tuple[float, int]], *, weight: float, least: int = LEAST_SAMPLES
) -> dict[int, float]:
    """What the first three of a private element are paid: .80, .15 and .05 of its weight.

    Args:
        samples: By uid, the mean score and the number of samples; no zeros are dropped here.
        weight: Of the element, a share of all.
        least: Samples that are needed.

    Returns:
        By uid; those at 0 or with fewer samples get nothing.
    """
    able = [uid for uid, (mean, count) in samples.items() if mean > 0 and count >= least]
    ranked = sorted(able, key=lambda uid: -samples[uid][0])
    return {uid: weight * share for uid, share in zip(ranked, RANK_SHARES, strict=False)}


def _block(contender: Contender) -> float:
    return float("inf") if contender.commit_block is None else contender.commit_block
