"""What was measured is kept for the machine, and forgotten with what it depends on."""

import json
import logging
import threading
from dataclasses import replace

import pytest

from touchline.inference import EngineChoice, EngineTimings
from touchline.inference.measuring import Timing
from touchline.inference.remembered import MOST_FILES, Memory, key_of

WAY = EngineChoice("openvino", "f32", 2)
MEASURED = EngineTimings("made", (64, 96), (Timing(WAY, 1.5, 0.0),), WAY)


def process(cache):
    """The memory of another process."""
    return Memory(cache, known={})


def files(cache):
    return sorted((cache / "engines").iterdir())


def keep(cache, key="key", measured=MEASURED):
    memory = process(cache)
    with memory.alone():
        memory.keep(key, measured)
    return memory


def test_another_process_finds_what_one_has_measured(tmp_path):
    keep(tmp_path)
    assert process(tmp_path).find("key") == MEASURED
    assert process(tmp_path).find("another key") is None
    assert [path.suffix for path in files(tmp_path)] == [".json"]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"key": "key", "measured": {}, "until": 0}'])
def test_a_file_that_cannot_be_understood_is_as_none(tmp_path, text):
    keep(tmp_path)
    files(tmp_path)[0].write_text(text)
    assert process(tmp_path).find("key") is None


def test_what_a_busy_machine_made_of_it_holds_for_a_day(tmp_path):
    keep(tmp_path, measured=replace(MEASURED, sure=False))
    assert process(tmp_path).find("key") == replace(MEASURED, sure=False)
    path = files(tmp_path)[0]
    path.write_text(json.dumps(json.loads(path.read_text()) | {"until": 0}))
    assert process(tmp_path).find("key") is None


def test_a_folder_that_cannot_be_written_leaves_it_to_the_process_and_to_the_log(tmp_path, caplog):
    (tmp_path / "file").touch()
    with caplog.at_level(logging.INFO, "touchline.inference"):
        memory = keep(tmp_path / "file")
    assert memory.find("key") == MEASURED
    assert "holds for this process" in caplog.text
    assert process(tmp_path / "file").find("key") is None


def test_one_measures_while_the_others_wait_and_then_know(tmp_path):
    start, measured = threading.Barrier(4), []

    def measure():
        memory = process(tmp_path)
        start.wait()
        with memory.alone():
            if memory.find("key") is None:
                measured.append(threading.get_ident())
                memory.keep("key", MEASURED)

    threads = [threading.Thread(target=measure) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(measured) == 1


def test_old_files_do_not_pile_up(tmp_path):
    for number in range(MOST_FILES + 3):
        keep(tmp_path, key=str(number))
    assert len(files(tmp_path)) == MOST_FILES


def test_the_key_is_of_machine_versions_network_and_what_else_is_named(tmp_path):
    one, other = tmp_path / "one.onnx", tmp_path / "other.onnx"
    one.write_bytes(b"network")
    other.write_bytes(b"network")
    assert key_of(one, {"size": 1}) == key_of(other, {"size": 1})
    assert key_of(one, {"size": 1}) != key_of(one, {"size": 2})
    assert {"processor", "cores", "touchline", "openvino", "onnxruntime"} <= {
        *json.loads(key_of(one, {}))
    }
    other.write_bytes(b"trained again")
    assert key_of(one, {}) != key_of(other, {})
