"""Which files a command line names: files as they are, folders with the documents in them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

SUFFIXES = frozenset(".docx .docm .doc .wps .odt .rtf .xlsx .xlsm .xls .et .ods .pdf .html .htm .txt .md .json".split())
"""What is looked at in a folder. A file that is named itself is read whatever its name."""

COPIES = (".批注.docx", ".修订.docx")
"""How the copies end that jiheng check writes: with comments, with tracked changes."""


@dataclass(slots=True)
class Found:
    """The files to read, in order; ``named`` are those the user named, ``unreadable`` the folders without rights."""

    paths: list[Path] = field(default_factory=list)
    named: set[Path] = field(default_factory=set)
    unreadable: list[Path] = field(default_factory=list)


def _is_document(name: str) -> bool:
    # "~$" begins the lock file that Office and WPS leave beside an open document.
    return not name.startswith((".", "~$")) and Path(name).suffix.lower() in SUFFIXES


def _is_copy(name: str, originals: set[str]) -> bool:
    """Whether the file is a marked copy that jiheng check wrote beside its original: it says the same once more."""
    return any(name.endswith(ending) and name.removesuffix(ending) in originals for ending in COPIES)


def _walk(folder: Path, unreadable: list[Path]) -> Iterator[Path]:
    def note(error: OSError) -> None:
        unreadable.append(Path(error.filename))

    for where, folders, names in os.walk(folder, onerror=note):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        documents = sorted(name for name in names if _is_document(name))
        originals = {Path(name).stem for name in documents} | set(documents)
        yield from (Path(where, name) for name in documents if not _is_copy(name, originals))


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # no rights on the way to it: reading says so
        return False


def find(named: Iterable[Path]) -> Found:
    """The files that these names stand for, each once."""
    found = Found()
    seen: set[Path] = set()
    for path in named:
        folder = _is_folder(path)
        for file in _walk(path, found.unreadable) if folder else (path,):
            if file not in seen:
                seen.add(file)
                found.paths.append(file)
            if not folder:
                found.named.add(file)
    return found
