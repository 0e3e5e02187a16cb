"""The program, in a process of its own."""

import os
import subprocess
import sys

import pytest


def run(program: str, **options) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", f"from touchline.__main__ import program\n{program}"]
    return subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False, **options)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--version"], 0),
        (["--help"], 0),
        (["no-such-command"], 2),
        (["run", "absent.mp4", "-o", "out"], 1),
    ],
)
def test_the_exit_code_is_that_of_the_command(arguments, code, tmp_path):
    command = [sys.executable, "-m", "touchline", *arguments]
    assert (
        subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == code
    )


AT_EXIT = """
import atexit
import touchline.__main__ as it
class Slow:
    def __del__(self): print("taken apart", flush=True)
slow = Slow()
it.main = lambda: atexit.register(print, "asked for at exit")
program()
"""


def test_what_was_asked_for_at_exit_is_done_and_nothing_is_taken_apart():
    done = run(AT_EXIT, stdout=subprocess.PIPE)
    assert done.returncode == 0
    assert done.stdout == "asked for at exit\n"


def test_a_fault_of_ours_is_told_with_its_traceback():
    fault = "import sys, touchline.__main__ as it\nit.main = lambda: 1 / 0\nprogram()"
    done = run(fault, stdout=subprocess.PIPE)
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr


@pytest.mark.skipif(not hasattr(os, "fork"), reason="pipes of POSIX")
def test_that_nobody_reads_what_is_printed_is_no_success():
    read, write = os.pipe()
    os.close(read)
    done = run("import sys\nsys.argv = ['touchline', '--version']\nprogram()", stdout=write)
    os.close(write)
    assert done.returncode != 0
    assert "BrokenPipeError" in done.stderr
