"""What is known in the end, and what stands alone: teams from painted matches, through the flow."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pyarrow.parquet as pq
import pytest
import supervision as sv

import touchline as tl
from tests.pipeline.worlds import NoPitch
from tests.teams.painted import BLUE, HEIGHT, RED, SIZE, WHITE, WIDTH, dress, lawn
from touchline.arrays import Image
from touchline.frame import NO_TEAM
from touchline.pipeline import run_job

PLACES = [(60 + 100 * number, 160 + 70 * (number % 7)) for number in range(12)]
KITS = [(RED, WHITE)] * 6 + [(BLUE, BLUE)] * 6


class Painted:
    """Knows where the figures were painted; says of a crowd of them what each image holds."""

    adds: tuple[str, ...] = ()

    def detect(self, images: Sequence[Image]) -> list[sv.Detections]:
        corner = np.array(PLACES, np.float32)
        n = len(corner)
        found = sv.Detections(
            np.concatenate([corner, corner + np.float32((WIDTH, HEIGHT))], axis=1),
            confidence=np.full(n, 0.9, np.float32),
            class_id=np.full(n, 2),
        )
        if self.adds:
            found.data["team"] = np.full(n, 1)
        return [found for _ in images]


def scene(seed: int, order: Sequence[int]) -> Image:
    """Twelve players; who stands at which place differs from picture to picture."""
    image = lawn(SIZE, seed=seed)
    image[: 60 + 15 * (seed % 5)] = np.random.default_rng(seed).integers(0, 255, 3)
    for place, who in zip(PLACES, order, strict=True):
        dress(image, place, *KITS[who], seed=seed + who)
    return image


@pytest.fixture(scope="module")
def stills(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six pictures of one match in which everybody stands somewhere else."""
    folder = tmp_path_factory.mktemp("stills")
    for number in range(6):
        cv2.imwrite(str(folder / f"{number}.png"), scene(number, order(number)))
    return folder


def models(**settings: object) -> tl.Models:
    chosen = tl.Settings.read(verify="off", **settings)
    return tl.Models.load(chosen, detector=Painted(), pitch_model=NoPitch())


def order(seed: int) -> list[int]:
    rng = np.random.default_rng(1)
    return [rng.permutation(12).tolist() for _ in range(6)][seed]  # type: ignore[no-any-return]


def test_images_that_do_not_follow_one_another_stand_alone_and_share_their_kits(
    stills: Path, tmp_path: Path
) -> None:
    summary = run_job(stills, tmp_path, models=models(), formats=["parquet"])
    assert summary.shots == 6
    assert "stands alone" in str(summary.timing)
    rows = pq.read_table(tmp_path / "tracks.parquet").to_pylist()
    wore = [who > 5 for seed in range(6) for who in order(seed)]
    pairs = {(row["team"], blue) for row, blue in zip(rows, wore, strict=True)}
    assert pairs in ({(0, False), (1, True)}, {(1, False), (0, True)})
    assert len({row["id"] for row in rows}) == len(rows)
    assert {worn["shirt"] for worn in summary.teams.values()} == {"red", "blue"}


def test_with_a_rate_the_same_images_are_a_film(stills: Path, tmp_path: Path) -> None:
    summary = run_job(stills, tmp_path, models=models(image_fps=25), formats=["parquet"])
    assert summary.shots < 6
    assert summary.timing is None


def test_without_the_stage_nobody_plays_for_a_team(stills: Path, tmp_path: Path) -> None:
    summary = run_job(stills, tmp_path, models=models(teams="off"), formats=["parquet"])
    assert summary.teams is None
    assert "team" not in pq.read_table(tmp_path / "tracks.parquet").column_names


def test_the_teams_of_a_detector_stand(stills: Path) -> None:
    detector = Painted()
    detector.adds = ("team",)
    chosen = tl.Settings.read(verify="off")
    told = tl.Models.load(chosen, detector=detector, pitch_model=NoPitch())
    with told.analyze(stills) as analysis:
        assert all((state.objects.data["team"] == 1).all() for state in analysis)
        assert not analysis.revises


def test_a_state_can_be_said_anew_after_the_last_frame(stills: Path) -> None:
    with models().analyze(stills) as analysis:
        states = list(analysis)
        assert analysis.revises
        revised = [analysis.revise(state) for state in states]
    for before, after in zip(states, revised, strict=True):
        assert after.objects.xyxy.tolist() == before.objects.xyxy.tolist()
        assert after.objects.tracker_id.tolist() == before.objects.tracker_id.tolist()
        assert (after.objects.data["team"] != NO_TEAM).all()
