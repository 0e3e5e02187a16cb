"""An analysis that is left half-way gives back threads, file and memory; see ``worlds``.

The clip is longer than all that waits between the threads: whoever leaves finds both at work, or
waiting for room.
"""

import gc
import itertools
import multiprocessing
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
import supervision as sv

from tests.pipeline.worlds import BrightSpot, NoPitch, make_clip
from touchline.arrays import Image
from touchline.pipeline import Analysis, Pace
from touchline.video import VideoReader

PROC = Path("/proc/self")
linux = pytest.mark.skipif(not PROC.is_dir(), reason="counts in /proc")


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clips") / "long.mp4", [200])


class Slow(BrightSpot):
    """Tells when it is asked."""

    looked = threading.Event()

    def detect(self, images: Sequence[Image]) -> list[sv.Detections]:
        self.looked.set()
        return super().detect(images)


def begin(clip: Path, detector: BrightSpot | None = None) -> Analysis:
    pace = Pace(detect_every=2, locate_every=100)  # a look for lines costs more than all else here
    return Analysis(VideoReader(clip), detector or BrightSpot(), NoPitch(), pace=pace, batch_size=4)


def by_break(clip: Path) -> None:
    for _ in begin(clip):
        break


def by_islice(clip: Path) -> None:
    assert len(list(itertools.islice(begin(clip), 3))) == 3


def by_an_error_of_the_caller(clip: Path) -> None:
    try:
        for _ in begin(clip):
            raise ValueError("of the caller")
    except ValueError:
        pass


def by_not_beginning(clip: Path) -> None:
    begin(clip)


def by_dropping_the_name(clip: Path) -> None:
    analysis = begin(clip)
    next(analysis)
    del analysis


def by_closing(clip: Path) -> None:
    with begin(clip) as analysis:
        next(analysis)


def in_a_generator(clip: Path) -> None:
    def indices() -> Iterator[int]:
        for state in begin(clip):
            yield state.index

    assert next(indices()) == 0


def in_a_cycle(clip: Path) -> None:
    analysis = begin(clip)
    next(analysis)
    analysis.itself = analysis  # type: ignore[attr-defined]
    del analysis
    gc.collect()


def in_a_thread(clip: Path) -> None:
    thread = threading.Thread(target=by_break, args=(clip,))
    thread.start()
    thread.join()


WAYS = (
    by_break,
    by_islice,
    by_an_error_of_the_caller,
    by_not_beginning,
    by_dropping_the_name,
    by_closing,
    in_a_generator,
    in_a_cycle,
    in_a_thread,
)


def held() -> tuple[int, int]:
    """Threads of Python, and open files."""
    return threading.active_count(), len(os.listdir(PROC / "fd"))


def tasks() -> int:
    """Threads of all, those of the decoder too."""
    return len(os.listdir(PROC / "task"))


def require_no_more_tasks(before: int) -> None:
    """Once it was joined, a thread is in the kernel's list a moment longer."""
    end = time.monotonic() + 5
    while tasks() > before and time.monotonic() < end:
        time.sleep(0.001)
    assert tasks() <= before


@linux
@pytest.mark.parametrize("leave", WAYS)
def test_whoever_leaves_finds_threads_and_files_as_before(
    clip: Path, leave: Callable[[Path], None]
) -> None:
    leave(clip)  # libraries start threads of their own once
    before, running = held(), tasks()
    for _ in range(3):
        leave(clip)
        assert held() == before
    require_no_more_tasks(running)


def grown_over_twenty_loops(clip: Path) -> tuple[bool, int]:
    """Whether nothing is held that was not held before, and bytes by which this process grew."""

    def resident() -> int:
        pages = int((PROC / "statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    for _ in range(10):
        by_break(clip)
    before, threads = resident(), held()
    for _ in range(20):
        by_break(clip)
    return held() == threads, resident() - before


@linux
def test_memory_stays_flat_over_twenty_loops_left_by_break(
    clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # In a process of its own: what the heap of all tests before has free is filled in no order. Of
    # one heap: how many of its own a thread begins, and how full, depends on who runs beside it.
    monkeypatch.setenv("MALLOC_ARENA_MAX", "1")
    with multiprocessing.get_context("spawn").Pool(1) as alone:
        is_as_before, grown = alone.apply(grown_over_twenty_loops, (clip,))
    assert is_as_before
    # Each that stayed would hold some 4 MB of pictures and a decoder.
    assert grown < 12 * 2**20


@linux
def test_an_error_that_is_kept_keeps_no_thread_and_no_file(clip: Path) -> None:
    class Failing(BrightSpot):
        def detect(self, images: Sequence[Image]) -> list[sv.Detections]:
            if len(self.calls) == 3:
                raise KeyError("the third window")
            return super().detect(images)

    by_break(clip)
    before = held()
    analysis = begin(clip, Failing())
    with pytest.raises(KeyError, match="the third window") as kept:
        for _ in analysis:
            pass
    assert held() == before
    assert kept.value.__traceback__ is not None
    assert list(analysis) == []


@linux
def test_a_video_that_nobody_holds_is_closed(clip: Path) -> None:
    before, running = held(), set(os.listdir(PROC / "task"))
    reader = VideoReader(clip)
    next(reader)
    assert held()[1] == before[1] + 1
    assert set(os.listdir(PROC / "task")) - running
    del reader
    assert held() == before
    require_no_more_tasks(len(running))


def test_an_analysis_may_be_dropped_in_another_thread(clip: Path) -> None:
    before = set(threading.enumerate())
    box = [begin(clip)]
    next(box[0])
    dropping = threading.Thread(target=box.clear)
    dropping.start()
    dropping.join(5)
    assert not dropping.is_alive()
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
        assert not thread.is_alive()


def test_an_analysis_may_be_closed_while_another_thread_waits_for_a_state(clip: Path) -> None:
    before = set(threading.enumerate())
    analysis = begin(clip, Slow())
    given: list[int] = []
    reading = threading.Thread(target=lambda: given.extend(state.index for state in analysis))
    reading.start()
    assert Slow.looked.wait(20)
    analysis.close()
    reading.join(20)
    assert not reading.is_alive()
    assert len(given) < 200
    assert list(analysis) == []
    assert set(threading.enumerate()) <= before


def test_threads_that_share_an_analysis_get_each_state_once(clip: Path) -> None:
    analysis = begin(clip)
    given: list[int] = []

    def read() -> None:
        given.extend(state.index for state in analysis)

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(given) == list(range(200))


def test_a_video_may_be_closed_while_another_thread_reads_it(clip: Path) -> None:
    reader, started = VideoReader(clip), threading.Event()

    def read() -> None:
        for _ in reader:
            started.set()

    reading = threading.Thread(target=read)
    reading.start()
    assert started.wait(20)
    reader.close()
    reading.join(20)
    assert not reading.is_alive()
    assert next(reader, None) is None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
def test_a_process_forked_half_way_is_told_so_and_does_not_wait_for_good(clip: Path) -> None:
    program = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from tests.pipeline.test_abandoned import begin\n"
        "from touchline.errors import UsageError\n"
        f"analysis = begin(Path({str(clip)!r}))\n"
        "next(analysis)\n"
        "child = os.fork()\n"
        "if child:\n"
        "    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])\n"
        "    sys.exit(code or sum(1 for _ in analysis) - 199)\n"
        "try:\n"
        "    list(analysis)\n"
        "except UsageError as error:\n"
        "    print(error, flush=True)\n"
        "os._exit(0)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert "forked" in run.stdout


@pytest.mark.parametrize("last", ["", "raise SystemExit(0)", "del analysis", "import gc"])
def test_a_program_may_end_with_an_analysis_half_way(clip: Path, last: str) -> None:
    program = (
        "from pathlib import Path\n"
        "from tests.pipeline.test_abandoned import begin\n"
        f"analysis = begin(Path({str(clip)!r}))\n"
        "next(analysis)\n"
        f"{last}\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60
    )
    assert (run.returncode, run.stderr) == (0, "")
