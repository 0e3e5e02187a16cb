"""Showing objects to a verifier."""

from dataclasses import replace

import numpy as np

from touchline.arrays import Int64
from touchline.verification.labels import Label
from touchline.verification.verifier import Verifier, View, as_claimed
from touchline.verification.window import WindowTable


def look(table: WindowTable, rows: Int64, verifier: Verifier) -> WindowTable:
    """Show a verifier the objects in ``rows`` (k,).

    Returns:
        The table with the probabilities of this verifier, and of no other.

    Raises:
        ModelError: The verifier failed.
    """
    is_ball = table.objects.is_ball
    views = [
        View.of(table.frame(row), table.objects.xyxy[row], is_ball=bool(is_ball[row]))
        for row in rows.tolist()
    ]
    probabilities = np.full((len(is_ball), len(Label)), np.nan)
    probabilities[rows] = verifier.judge(views)
    verified = as_claimed(probabilities, is_ball)
    return replace(table, probabilities=probabilities, verified=verified)


def pool(first: WindowTable, second: WindowTable, rows: Int64) -> WindowTable:
    """Join two verifiers' probabilities of the same window.

    Returns:
        The first table; in ``rows`` (k,) with the geometric mean of both.
    """
    mean = np.sqrt(first.probabilities[rows] * second.probabilities[rows]) + 1e-9
    probabilities = first.probabilities.copy()
    probabilities[rows] = mean / mean.sum(axis=1, keepdims=True)
    verified = as_claimed(probabilities, first.objects.is_ball)
    return replace(first, probabilities=probabilities, verified=verified)
