"""Stages from outside of the package: what they may read and add, and where it ends up."""

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
import supervision as sv

import touchline as tl
from tests.pipeline.worlds import BrightSpot, NoPitch, make_clip
from touchline.arrays import Image
from touchline.outputs import TracksCsv, TracksParquet
from touchline.pipeline import Analysis
from touchline.settings import Settings


class Teams:
    """A stage of somebody else's: gives every person a team, by the side of the picture."""

    name = "teams"
    reads: Collection[str] = ("tracker_id",)
    adds: Collection[str] = ("team",)
    looks = False

    def __init__(self) -> None:
        self.windows: list[Sequence[tl.TrackedFrame]] = []

    def process(self, window: Sequence[tl.TrackedFrame]) -> list[tl.Objects]:
        self.windows.append(window)
        return [
            frame.objects.with_columns(team=np.where(frame.objects.xyxy[:, 0] < 100, 0, 1))
            for frame in window
        ]


class Labelled(BrightSpot):
    """A detector with columns of its own."""

    adds = ("embedding", "kit")

    def _one(self, image: Image) -> sv.Detections:
        found = super()._one(image)
        if len(found):
            found.data = {"embedding": np.array([[0.25, 0.5, 1.0]]), "kit": ["white"]}
        return found


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clips") / "two-shots.mp4", [32, 29])


def analysed(clip: Path, *stages: tl.Stage, detector: tl.Detector | None = None) -> Analysis:
    return tl.analyze(
        clip,
        detector=detector or BrightSpot(),
        pitch_model=NoPitch(),
        stages=stages,
        settings=Settings.read(verify="off"),
    )


def test_the_column_of_a_new_stage_is_in_states_parquet_and_csv(clip: Path, tmp_path: Path) -> None:
    with TracksParquet(tmp_path / "t.parquet") as parquet, TracksCsv(tmp_path / "t.csv") as csv:
        for state in analysed(clip, Teams()):
            assert len(state.objects.data["team"]) == len(state.objects)
            parquet.write(state)
            csv.write(state)
    table = pq.read_table(tmp_path / "t.parquet")
    teams = table["team"].to_pylist()
    assert set(teams) == {0, 1}
    assert teams == [int(x >= 100) for x in table["x1"].to_pylist()]
    assert pyarrow.csv.read_csv(tmp_path / "t.csv")["team"].to_pylist() == teams


def test_a_stage_gets_every_frame_once_in_windows_of_one_shot(clip: Path) -> None:
    stage = Teams()
    list(analysed(clip, stage))
    assert [f.index for window in stage.windows for f in window] == list(range(61))
    assert all(len({frame.shot for frame in window}) == 1 for window in stage.windows)
    assert max(map(len, stage.windows)) <= 25


def test_what_a_detector_says_of_a_box_stays_with_it_to_the_files(
    clip: Path, tmp_path: Path
) -> None:
    with TracksParquet(tmp_path / "t.parquet") as parquet, TracksCsv(tmp_path / "t.csv") as csv:
        for state in analysed(clip, detector=Labelled()):
            parquet.write(state)
            csv.write(state)
    table = pq.read_table(tmp_path / "t.parquet")
    said = dict(zip(table["source"].to_pylist(), table["kit"].to_pylist(), strict=True))
    assert said == {"tracked": "white", "interpolated": ""}
    embeddings = {str(each) for each in table["embedding"].to_pylist()}
    assert embeddings == {"[0.25, 0.5, 1.0]", "[None, None, None]"}
    text = pyarrow.csv.read_csv(tmp_path / "t.csv")
    assert text.column_names[-4:] == ["embedding_0", "embedding_1", "embedding_2", "kit"]


def test_pictures_are_kept_for_a_stage_that_looks_and_for_no_other(clip: Path) -> None:
    blind, looking = Teams(), Teams()
    looking.looks = True
    list(analysed(clip, blind))
    assert all(frame.image is None for window in blind.windows for frame in window)
    list(analysed(clip, looking))
    seen = [frame for window in looking.windows for frame in window if frame.image is not None]
    assert [frame.index for frame in seen][:4] == [0, 2, 4, 6]


def test_a_stage_that_reads_what_nobody_adds_is_refused_before_the_first_frame(clip: Path) -> None:
    stage = Teams()
    stage.reads = ("jersey",)
    with pytest.raises(tl.UsageError, match="stage teams reads jersey"):
        analysed(clip, stage)


def test_a_stage_may_read_what_the_detector_or_an_earlier_stage_adds(clip: Path) -> None:
    stage, later = Teams(), Teams()
    stage.reads = ("embedding", "position")
    later.name, later.reads, later.adds = "later", ("team",), ()
    list(analysed(clip, stage, later, detector=Labelled()))
    assert "embedding" in stage.windows[0][0].objects.extra
    assert later.windows[0][0].objects.position.shape == (1, 2)


def test_two_stages_that_add_the_same_column_are_refused(clip: Path) -> None:
    with pytest.raises(tl.UsageError, match="adds team, which is there"):
        analysed(clip, Teams(), Teams())


def test_a_stage_that_breaks_its_word_is_named(clip: Path) -> None:
    class Silent(Teams):
        def process(self, window: Sequence[tl.TrackedFrame]) -> list[tl.Objects]:
            return [frame.objects for frame in window]

    class Short(Teams):
        def process(self, window: Sequence[tl.TrackedFrame]) -> list[tl.Objects]:
            return super().process(window)[1:]

    with pytest.raises(tl.UsageError, match="teams says that it adds team"):
        list(analysed(clip, Silent()))
    with pytest.raises(tl.UsageError, match="answers 24 of 25 frames"):
        list(analysed(clip, Short()))


def test_a_stage_that_reads_what_verification_adds_comes_after_it(clip: Path) -> None:
    class Verifying(Teams):
        name, reads, adds = "verification", (), ("verified",)

        def process(self, window: Sequence[tl.TrackedFrame]) -> list[tl.Objects]:
            return [
                f.objects.with_columns(verified=np.ones(len(f.objects), np.float32)) for f in window
            ]

    stage = Teams()
    stage.reads = ("verified",)
    models = tl.Models.load(
        Settings.read(verify="off"), detector=BrightSpot(), pitch_model=NoPitch()
    )
    list(models.analyze(clip, stages=[stage], verification=Verifying()))
    assert stage.windows[0][0].objects.verified.tolist() == [1.0]
