"""The temporary folders in which LibreOffice works, and what is left of those whose process was killed."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

PREFIX = "jiheng-office-"
_LOCK = "lock"


@contextmanager
def work_folder() -> Iterator[Path]:
    """A folder that goes with the block. As long as its process lives it holds a lock, which no death survives."""
    made = Path(tempfile.mkdtemp(prefix=f".{PREFIX}"))
    folder = made.with_name(made.name[1:])
    try:
        with (made / _LOCK).open("wb") as lock:
            if fcntl is not None:
                fcntl.flock(lock, fcntl.LOCK_EX)
                made.rename(folder)  # not to be swept before it is locked
            else:
                folder = made
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep() -> int:
    """Remove the folders of processes that are gone, and end what still runs in them. How many."""
    if fcntl is None:
        return 0
    return sum(_swept(folder) for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"))


def _swept(folder: Path) -> bool:
    try:
        if folder.is_symlink() or folder.stat().st_uid != os.getuid():
            return False
        with (folder / _LOCK).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _end_all_in(folder)
            shutil.rmtree(folder, ignore_errors=True)
    except OSError:  # its process lives, or it is just being made
        return False
    return True


def _end_all_in(folder: Path) -> None:
    """Kill what was started with the name of this folder on its command line, as LibreOffice is."""
    name = os.fsencode(folder.name)
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if process.stat().st_uid == os.getuid() and name in (process / "cmdline").read_bytes():
                os.kill(int(process.name), signal.SIGKILL)
