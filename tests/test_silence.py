"""Nobody is contacted, and nothing is written, that was not asked for."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import MakeVideo
from tests.watch import Watch

NETWORKS = (
    "from touchline.inference import load_engine, weights\n"
    "import numpy as np\n"
    "for backend in ('openvino', 'onnxruntime'):\n"
    "    engine = load_engine(weights.find('players'), device='cpu', backend=backend)\n"
    "    engine.run(np.zeros((1, 64, 64, 3), np.uint8))\n"
)
LOGGING = (
    "import logging\n"
    "import touchline as tl\n"
    "assert not logging.root.handlers\n"
    "tl.load_detector()\n"
    f"{NETWORKS}"
    "assert not logging.root.handlers and logging.root.level == logging.WARNING\n"
    "assert logging.root.manager.disable == 0\n"
)


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    return Watch(tmp_path)


def call(watch: Watch, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *arguments],
        env=watch.environment | variables,
        cwd=watch.folder,
        capture_output=True,
        text=True,
        check=False,
    )


def require_silence(watch: Watch) -> None:
    assert watch.started
    assert watch.contacts == []
    assert watch.left_at_home == []


def test_the_watch_sees_a_name_looked_up_a_call_and_a_file(watch: Watch) -> None:
    call(
        watch,
        "-c",
        "import socket; from pathlib import Path; (Path.home() / 'id').touch()\n"
        "try: socket.getaddrinfo('host.invalid', 80)\n"
        "except OSError: pass\n"
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('192.0.2.1', 9))\n",
    )
    assert [event for event, _ in watch.contacts] == ["socket.getaddrinfo", "socket.connect"]
    assert watch.left_at_home == ["id"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("-c", "import touchline"),
        ("-c", "import touchline as tl; [getattr(tl, name) for name in tl.__all__]"),
        ("-c", NETWORKS),
        ("-m", "touchline", "--version"),
        ("-m", "touchline", "models"),
    ],
)
def test_imports_networks_and_small_commands_contact_nobody_and_write_nothing(
    watch: Watch, arguments: tuple[str, ...]
) -> None:
    done = call(watch, *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    require_silence(watch)


def test_a_run_contacts_nobody_and_writes_its_results_alone(
    watch: Watch, make_video: MakeVideo
) -> None:
    clip = make_video(frames=10)
    results = watch.folder / "results"
    done = call(
        watch, "-m", "touchline", "run", str(clip), "-o", str(results), "--overlay", "--json"
    )
    assert (done.returncode, done.stderr) == (0, "")
    require_silence(watch)
    names = {"predictions.json", "tracks.parquet", "overlay.mp4", "summary.json"}
    assert {path.name for path in results.iterdir()} == names


@pytest.mark.slow
def test_the_doctor_leaves_nothing_at_home_and_asks_no_host_of_telemetry(watch: Watch) -> None:
    call(watch, "-m", "touchline", "doctor", "--json", TOUCHLINE_DETECTION_SIZE="640x360")
    assert not [each for each in watch.contacts if "analytics" in each[1] or "microsoft" in each[1]]
    assert watch.left_at_home == []


def test_a_home_that_cannot_be_written_works_in_silence(watch: Watch) -> None:
    done = call(watch, "-c", LOGGING, HOME="/dev/null")
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "")


def test_logging_is_left_to_the_user(watch: Watch) -> None:
    done = call(watch, "-c", LOGGING)
    assert (done.returncode, done.stderr) == (0, "")


def test_what_the_user_set_for_a_runtime_stays(watch: Watch) -> None:
    said = "import os\nprint(os.environ['ORT_DISABLE_TELEMETRY'])\n"
    program = "from touchline.inference import available_devices\navailable_devices()\n" + said
    assert call(watch, "-c", program).stdout.split() == ["1"]
    assert call(watch, "-c", program, ORT_DISABLE_TELEMETRY="true").stdout.split() == ["true"]


def test_the_packages_of_the_runtimes_stay_whole_for_the_user(watch: Watch) -> None:
    program = (
        "from touchline.inference import openvino\n"
        "import openvino as ov\n"
        "assert callable(ov.convert_model)\n"
        "import openvino_telemetry\n"
    )
    done = call(watch, "-c", program)
    assert (done.returncode, done.stderr) == (0, "")
