"""What the platform writes is for the account that runs it alone: folders 0700, files 0600, whatever the umask.

Knows nothing of Django: ``jiheng serve`` asks here before any process of the platform begins.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

OTHERS = 0o077
KEPT = ("media", "static", "jiheng.sqlite3", "secret-key", "key")
"""What the platform keeps below its folder; whatever else lies there is somebody's own."""


def mine_alone(folder: Path) -> None:
    """From now on this process and those that it starts write for their account alone; the folder is there."""
    os.umask(OTHERS)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def kept_once(path: Path, make: Callable[[], str]) -> str:
    """The text of a file that is made the first time; where several processes begin at once, all read the same."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        waiting = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        write(waiting, make())
        try:
            os.link(waiting, path)
        except FileExistsError:
            pass
        except OSError:  # a file system without hard links
            if not path.exists():
                waiting.rename(path)
        finally:
            waiting.unlink(missing_ok=True)
    return path.read_text("ascii")


def write(path: Path, text: str) -> None:
    """A file with this text, readable by its owner alone from the first moment."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as out:
        out.write(text)


def _files(folder: Path, database: Path | None) -> Iterator[Path]:
    """What is to be private: the folder, what the platform keeps in it, and the database wherever it lies."""
    yield folder
    for database_file in {folder / "jiheng.sqlite3", *([database] if database else [])}:
        for end in ("", "-wal", "-shm", "-journal"):
            yield database_file.with_name(database_file.name + end)
    for name in KEPT:
        yield folder / name
        for place, folders, names in os.walk(folder / name):
            for below in (*folders, *names):
                yield Path(place) / below


def _state(path: Path) -> os.stat_result | None:
    try:
        found = path.lstat()
    except OSError:  # not there, or gone since
        return None
    return None if stat.S_ISLNK(found.st_mode) else found


def exposed(folder: Path, database: Path | None = None) -> Iterator[tuple[Path, str]]:
    """What others may read or change, each with the reason in words."""
    if not hasattr(os, "getuid"):
        return
    for path in _files(folder, database):
        found = _state(path)
        if found is None:
            continue
        if found.st_uid != os.getuid():
            yield path, "属于另一个系统账号"
        elif found.st_mode & OTHERS:
            yield path, f"其他系统账号也能打开（{stat.S_IMODE(found.st_mode):o}）"


def make_private(folder: Path, database: Path | None = None) -> tuple[int, list[tuple[Path, str]]]:
    """Take away what others may; how many were corrected, and what could not be, with the reason."""
    corrected, left = 0, []
    for path, why in list(exposed(folder, database)):
        try:
            if path.lstat().st_uid != os.getuid():
                raise PermissionError(why)
            path.chmod(stat.S_IMODE(path.lstat().st_mode) & ~OTHERS)
        except OSError:
            left.append((path, why))
        else:
            corrected += 1
    return corrected, left
