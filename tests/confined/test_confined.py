"""Work in processes of its own: what was started ends with whoever asked, were he killed with -9."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from jiheng.confined import Confined, Died, OutOfMemory, OutOfTime, Program
from jiheng.confined.limits import CAN_FORK

pytestmark = pytest.mark.skipif(not CAN_FORK, reason="there are no limits on this system")
SOURCE = Path(__file__).parents[2] / "src"
MANY = 2**30

ASKER = """
import os, re, sys, threading
from pathlib import Path
from jiheng.confined import Confined, Program

shell = "sleep 300 & echo $! > asked; mv asked started; wait"
program = Program(["/bin/sh", "-c", shell], Path.cwd(), os.environ, 60, 2**30)
process = Confined()
threading.Thread(target=lambda: print(process.call(60, os.getpid), flush=True)).run()
process.call(60, re.match, "(a+)+$", "a" * 60 + "b")
"""


def gone(pid: int) -> bool:
    """Whether a process has ended; one that nobody has asked about yet (a zombie) has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def wait_until_gone(*pids: int) -> None:
    """The time-out of the test is for those that never end."""
    while not all(gone(pid) for pid in pids):
        os.sched_yield()


def test_everything_ends_with_the_one_who_asked(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(SOURCE)}
    command = [sys.executable, "-c", ASKER]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True) as asker:
        assert asker.stdout is not None
        worker = int(asker.stdout.readline())
        while not (tmp_path / "started").exists():
            os.sched_yield()
        program = int((tmp_path / "started").read_text())
        assert not gone(worker) and not gone(program)
        asker.kill()
    wait_until_gone(worker, program)


def test_a_program_is_ended_with_what_it_started(tmp_path: Path) -> None:
    shell = "sleep 300 & echo $! > asked; mv asked started; wait"
    with Program(["/bin/sh", "-c", shell], tmp_path, os.environ, 60, MANY) as program:
        while not (tmp_path / "started").exists():
            assert program.wait(0.05) is None
    assert gone(int((tmp_path / "started").read_text()))


def test_a_program_has_limits(tmp_path: Path) -> None:
    code = "while True: pass"
    with Program([sys.executable, "-c", code], tmp_path, os.environ, 1, MANY) as program:
        assert program.wait(100) != 0
    code = "bytes(2**30)"
    with Program([sys.executable, "-c", code], tmp_path, os.environ, 60, 2**29) as program:
        assert program.wait(100) == 1
    with pytest.raises(FileNotFoundError):
        Program(["/no/such/program"], tmp_path, os.environ, 1, MANY)


def test_a_process_says_how_it_ended_and_the_next_is_fresh() -> None:
    with Confined(memory=2**28) as process:
        assert process.call(60, divmod, 7, 2) == (3, 1)
        with pytest.raises(ZeroDivisionError):
            process.call(60, divmod, 7, 0)
        with pytest.raises(OutOfMemory):
            process.call(60, bytes, 2**29)
        with pytest.raises(Died):
            process.call(60, os.abort)
        with pytest.raises(OutOfTime):
            process.call(1, sum, range(10**12))
        assert process.call(60, len, b"abc") == 3


def test_the_template_is_replaced_where_it_was_killed() -> None:
    from jiheng.confined import asking

    with Confined() as process:
        process.call(60, os.getpid)
    asking._template[0].close()
    with Confined() as process:
        assert process.call(60, len, b"abc") == 3


def test_work_may_ask_for_work(tmp_path: Path) -> None:
    """As a file being read asks for LibreOffice."""
    with Confined() as process:
        assert process.call(60, _exit_code, tmp_path) == 3


def _exit_code(folder: Path) -> int | None:
    with Program(["/bin/sh", "-c", "exit 3"], folder, os.environ, 10, MANY) as program:
        return program.wait(60)
