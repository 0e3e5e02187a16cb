"""How good a verifier's answers are: roles, calibration, and what filtering by it costs."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

Probabilities = NDArray[np.float32]
"""float32 (n, 6), a column for each `touchline.verification.labels.Label`."""

BINS = 15


def f1_scores(
    said: NDArray[np.int64], truth: NDArray[np.int64], labels: tuple[int, ...]
) -> NDArray[np.float64]:
    """F1 of each of `labels` over answers (n,) and truth (n,)."""
    pairs = [(said == label, truth == label) for label in labels]
    hits = np.array([(s & t).sum() for s, t in pairs])
    sizes = np.array([s.sum() + t.sum() for s, t in pairs])
    scores: NDArray[np.float64] = 2 * hits / np.maximum(sizes, 1)
    return scores


def calibration_error(probabilities: Probabilities, truth: NDArray[np.int64]) -> float:
    """Expected calibration error of the best label over BINS equal bins (arXiv:1706.04599)."""
    sure, right = probabilities.max(1), probabilities.argmax(1) == truth
    place = np.minimum((sure * BINS).astype(int), BINS - 1)
    gaps = [abs(float((right[place == b] - sure[place == b]).sum())) for b in range(BINS)]
    return sum(gaps) / max(len(truth), 1)


def at_temperature(probabilities: Probabilities, temperature: float) -> Probabilities:
    """What the network would have answered with its logits divided by `temperature`."""
    logits = np.log(np.maximum(probabilities.astype(np.float64), 1e-12)) / temperature
    powers = np.exp(logits - logits.max(1, keepdims=True))
    scaled: Probabilities = (powers / powers.sum(1, keepdims=True)).astype(np.float32)
    return scaled


def best_temperature(probabilities: Probabilities, truth: NDArray[np.int64]) -> float:
    """The temperature at which the truth (n,) is most likely."""
    rows = np.arange(len(truth))

    def loss(log_temperature: float) -> float:
        scaled = at_temperature(probabilities, float(np.exp(log_temperature)))
        return float(-np.log(np.maximum(scaled[rows, truth], 1e-12)).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-2.0, 2.0), method="bounded").x))
