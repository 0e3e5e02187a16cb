import os
import resource
from contextlib import contextmanager

import pytest

from tests.outputs.factory import match
from touchline.errors import OutputError
from touchline.outputs.predictions import Predictions
from touchline.outputs.tracks import TracksParquet
from touchline.outputs.writer import write_whole

WRITERS = {
    "predictions.json": lambda path: Predictions(path, size=(320, 180)),
    "tracks.parquet": TracksParquet,
}
every_writer = pytest.mark.parametrize("name", WRITERS)


@contextmanager
def disk_of(size):
    """Let no file grow beyond ``size`` bytes: what a full disk does, without filling one."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def fill(writer, frames=40):
    with writer as out:
        for index in range(frames):
            out.write(match(index))


def break_off(writer, error):
    with writer as out:
        out.write(match())
        raise error


@every_writer
def test_the_file_appears_when_it_is_whole_and_nothing_else_does(tmp_path, name):
    with WRITERS[name](tmp_path / name) as out:
        out.write(match())
        assert not (tmp_path / name).exists()
    assert os.listdir(tmp_path) == [name]


@every_writer
def test_an_error_in_the_block_leaves_nothing_behind(tmp_path, name):
    with pytest.raises(ZeroDivisionError):
        break_off(WRITERS[name](tmp_path / name), ZeroDivisionError())
    assert os.listdir(tmp_path) == []


@every_writer
def test_an_error_in_the_block_leaves_an_older_result_as_it_was(tmp_path, name):
    (tmp_path / name).write_text("older")
    with pytest.raises(KeyboardInterrupt):
        break_off(WRITERS[name](tmp_path / name), KeyboardInterrupt())
    assert (tmp_path / name).read_text() == "older"
    assert os.listdir(tmp_path) == [name]


@every_writer
def test_an_older_result_is_replaced(tmp_path, name):
    (tmp_path / name).write_text("older")
    fill(WRITERS[name](tmp_path / name))
    assert (tmp_path / name).read_bytes() != b"older"


@every_writer
def test_a_full_disk_is_an_output_error_and_leaves_nothing_behind(tmp_path, name):
    with disk_of(1000), pytest.raises(OutputError, match=f"cannot write .*{name}"):
        fill(WRITERS[name](tmp_path / name))
    assert os.listdir(tmp_path) == []


@every_writer
def test_a_missing_folder_is_named(tmp_path, name):
    with pytest.raises(OutputError, match=r"nowhere is not a folder"):
        fill(WRITERS[name](tmp_path / "nowhere" / name))


@every_writer
def test_a_file_in_place_of_the_folder_is_an_output_error(tmp_path, name):
    (tmp_path / "results").write_text("a file")
    with pytest.raises(OutputError, match="not a folder"):
        fill(WRITERS[name](tmp_path / "results" / name))


@every_writer
def test_a_folder_with_the_name_of_the_file_is_an_output_error(tmp_path, name):
    (tmp_path / name).mkdir()
    with pytest.raises(OutputError, match="not a regular file"):
        fill(WRITERS[name](tmp_path / name))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
@every_writer
def test_a_folder_without_the_right_to_write_is_an_output_error(tmp_path, name):
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="Permission denied"):
        fill(WRITERS[name](tmp_path / name))


@every_writer
def test_a_name_that_the_file_system_refuses_is_an_output_error(tmp_path, name):
    with pytest.raises(OutputError, match="name too long"):
        fill(WRITERS[name](tmp_path / ("a" * 245 + name)))


def test_a_small_file_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "summary.json"
    write_whole(path, b"first")
    with disk_of(10), pytest.raises(OutputError, match=r"summary\.json"):
        write_whole(path, b"x" * 100)
    assert path.read_bytes() == b"first"
    assert os.listdir(tmp_path) == ["summary.json"]
