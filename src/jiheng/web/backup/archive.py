"""The archive: a ZIP whose manifest names every file in it with its size and its SM3 checksum.

Nothing is believed of an archive that comes from elsewhere: its names must be ones that a backup writes, the manifest
must name exactly what is there, and what is read is counted and hashed while it is read.
"""

from __future__ import annotations

import json
import re
import stat
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from cryptography.hazmat.primitives.hashes import SM3, Hash

FORMAT = "jiheng-backup"
VERSION = 2
"""1 named kinds of objects by the keys of the installation, 2 names them by their names."""
MANIFEST = "manifest.json"
KEYS = "keys"
"""The keys that secrets in the database are sealed with; in an archive that was asked to hold them."""
_PIECE = 2**20
_MOST_MANIFEST = 512 * 2**20
_DATA = re.compile(r"data/[a-z_]+\.[a-z0-9_]+\.jsonl")


class BackupError(Exception):
    """Why a backup cannot be made or restored, in words for who runs the server; nothing was changed."""


def is_media(name: str) -> bool:
    """Whether this names a file below the media folder, and nothing outside of it on any system."""
    parts = name.split("/")
    return (
        len(parts) > 1
        and parts[0] == "media"
        and all(part not in ("", ".", "..") for part in parts)
        and not any(c in name for c in '\\:\0<>|?*"')
        and name.isprintable()
    )


class Writer:
    """Writes an archive, piece by piece."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path, "x", zipfile.ZIP_DEFLATED, compresslevel=6)
        self.files: dict[str, dict[str, Any]] = {}

    def add(self, name: str, pieces: Iterable[bytes], stored: bool = False) -> None:
        """A file. ``stored``: not compressed, because it is already."""
        entry = zipfile.ZipInfo(name)
        entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
        entry.external_attr = (stat.S_IFREG | 0o600) << 16
        digest, size = Hash(SM3()), 0
        with self._zip.open(entry, "w", force_zip64=True) as out:
            for piece in pieces:
                digest.update(piece)
                size += len(piece)
                out.write(piece)
        self.files[name] = {"size": size, "sm3": digest.finalize().hex()}

    def close(self, about: dict[str, Any]) -> None:
        """Write the manifest, which ends the archive."""
        manifest = {"format": FORMAT, "version": VERSION, **about, "files": self.files}
        self._zip.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
        self._zip.close()


class Reader:
    """Reads an archive. Raises :class:`BackupError` for whatever is not as a backup is."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except FileNotFoundError as error:
            raise BackupError(f"没有文件 {path}。") from error
        except (zipfile.BadZipFile, OSError) as error:
            raise BackupError(f"{path} 不是绩衡的备份文件，或者不完整（例如没有传完）。请重新取得一份。") from error
        try:
            self.manifest = self._manifest(path)
            self.files: dict[str, dict[str, Any]] = self.manifest["files"]
            self._same_names()
        except BaseException:
            self._zip.close()
            raise

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._zip.close()

    def _manifest(self, path: Path) -> dict[str, Any]:
        try:
            entry = self._zip.getinfo(MANIFEST)
            if entry.file_size > _MOST_MANIFEST:
                raise BackupError(f"{path} 的清单大得不正常，没有读取。")
            found = json.loads(self._zip.read(entry))
            if found["format"] != FORMAT or not isinstance(found["files"], dict):
                raise ValueError("format")
            version = int(found["version"])
        except (KeyError, ValueError, TypeError, OSError, RuntimeError, zipfile.BadZipFile) as error:
            raise BackupError(f"{path} 里没有绩衡备份的清单，不是备份文件，或者已经损坏。") from error
        if version > VERSION:
            raise BackupError(f"{path} 由更新版本的绩衡生成（备份格式 {version}），请用那个版本恢复。")
        return dict(found)

    def _same_names(self) -> None:
        held = [entry.filename for entry in self._zip.infolist() if entry.filename != MANIFEST]
        for entry in self._zip.infolist():
            kind = entry.external_attr >> 16
            is_safe = entry.filename in (MANIFEST, KEYS) or _DATA.fullmatch(entry.filename) or is_media(entry.filename)
            if not is_safe or (stat.S_IFMT(kind) not in (0, stat.S_IFREG)):
                raise BackupError(f"备份文件里有不该有的内容“{entry.filename[:80]}”，没有恢复。")
        if len(held) != len(set(held)) or set(held) != set(self.files):
            raise BackupError("备份文件的内容与清单对不上：有文件缺少、多出或重复。没有恢复。")

    def data_of(self, label: str) -> str:
        """The name of the file with the rows of a table."""
        return f"data/{label}.jsonl"

    def media(self) -> list[str]:
        """The names of the uploaded files."""
        return [name for name in self.files if name.startswith("media/")]

    def pieces(self, name: str) -> Iterator[bytes]:
        """A file, piece by piece; at its end the checksum must be right."""
        wanted, digest, size = self.files[name], Hash(SM3()), 0
        try:
            with self._zip.open(name) as source:
                while piece := source.read(_PIECE):
                    size += len(piece)
                    if size > wanted["size"]:
                        break
                    digest.update(piece)
                    yield piece
        except (zipfile.BadZipFile, OSError, RuntimeError, EOFError) as error:
            raise BackupError(f"备份文件里的“{name}”已经损坏，没有恢复。") from error
        except zipfile.zlib.error as error:  # type: ignore[attr-defined]
            raise BackupError(f"备份文件里的“{name}”已经损坏，没有恢复。") from error
        if size != wanted["size"] or digest.finalize().hex() != wanted["sm3"]:
            raise BackupError(f"备份文件里的“{name}”校验值不对，可能损坏或被改动过，没有恢复。")

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of a file."""
        rest = b""
        for piece in self.pieces(name):
            *whole, rest = (rest + piece).split(b"\n")
            yield from whole
        if rest:
            yield rest

    def verify(self) -> None:
        """Read everything once, so that nothing is changed for the sake of a damaged archive."""
        for name in self.files:
            for _ in self.pieces(name):
                pass


def file_digest(path: Path) -> str:
    """The SM3 checksum of a file."""
    digest = Hash(SM3())
    with path.open("rb") as source:
        for piece in pieces_of(source):
            digest.update(piece)
    return digest.finalize().hex()


def pieces_of(source: BinaryIO) -> Iterator[bytes]:
    """What a file says, piece by piece."""
    while piece := source.read(_PIECE):
        yield piece
