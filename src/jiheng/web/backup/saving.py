"""Make a backup: the whole database as it stood at one moment, then the uploaded files."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from jiheng import __version__
from jiheng.web.backup.archive import KEYS, BackupError, Writer, file_digest, is_media, pieces_of
from jiheng.web.backup.contents import columns, kept_models, line, rows, schema
from jiheng.web.protection import sealing
from jiheng.web.supervision.models import AuditHead
from jiheng.web.supervision.services import record

Tell = Callable[[str], None]
_BEGIN = {
    "postgresql": ["BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"],
    "mysql": [
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
    ],
    "sqlite": ["BEGIN DEFERRED"],
}
"""How to see one moment throughout without stopping those who write meanwhile."""


@contextmanager
def _one_moment() -> Iterator[None]:
    """Within, every query sees the database as it was at the first; inside of a transaction, that one decides."""
    connection.ensure_connection()
    if connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        for statement in _BEGIN[connection.vendor]:
            cursor.execute(statement)
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def _table(model: Any, counts: dict[str, int]) -> Iterator[bytes]:
    yield line(columns(model))
    count = 0
    for values in rows(model):
        count += 1
        yield line(values)
    counts[model._meta.label_lower] = count


def _gathered(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Lines in pieces that are worth compressing at once."""
    held: list[bytes] = []
    size = 0
    for one in lines:
        held.append(one)
        size += len(one)
        if size >= 2**20:
            yield b"".join(held)
            held, size = [], 0
    yield b"".join(held)


def media_files() -> Iterator[tuple[str, Path]]:
    """(name in the archive, path) of every uploaded file, in order; links are not followed."""
    root = Path(settings.MEDIA_ROOT)
    for folder, folders, names in os.walk(root):
        folders.sort()
        for name in sorted(names):
            path = Path(folder) / name
            if path.is_file() and not path.is_symlink():
                yield f"media/{path.relative_to(root).as_posix()}", path


def _write(out: Writer, tell: Tell, with_key: bool) -> dict[str, int]:
    counts: dict[str, int] = {}
    if with_key:
        out.add(KEYS, ["\n".join(sealing.keys()).encode("ascii")])
    with _one_moment():
        head = AuditHead.objects.filter(pk=1).values("sequence", "hash").first()
        for model in kept_models():
            out.add(f"data/{model._meta.label_lower}.jsonl", _gathered(_table(model, counts)))
    tell(f"数据库：{len(counts)} 张表，{sum(counts.values())} 行")
    found = 0
    for name, path in media_files():
        if not is_media(name):
            raise BackupError(f"上传文件夹里有名字不正常的文件“{name[:80]}”，请移走后再备份。")
        try:
            source = path.open("rb")
        except FileNotFoundError:  # deleted since the folder was listed: then no row names it any more either
            continue
        with source:
            out.add(name, pieces_of(source), stored=True)
        found += 1
    tell(f"上传的文件：{found} 个")
    made = datetime.now(UTC).isoformat(timespec="seconds")
    about = {"made_at": made, "program": __version__, "schema": schema(), "rows": counts, "audit": head}
    out.close(about)
    return counts


def backup(path: Path, tell: Tell = lambda _: None, with_key: bool = False) -> str:
    """Write a backup there, readable by its owner alone; its SM3 checksum. Raises :class:`BackupError`.

    ``with_key``: with the keys that secrets are sealed with; else a copy of it opens none of them.

    The file appears when it is complete, and not before. That it was made is recorded in the audit trail.
    """
    if path.exists():
        raise BackupError(f"{path} 已经存在，没有覆盖。请换一个文件名。")
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
    try:
        partial.touch(0o600)
        partial.unlink()
        mask = os.umask(0o077)
        try:
            out = Writer(partial)
        finally:
            os.umask(mask)
        counts = _write(out, tell, with_key)
        digest = file_digest(partial)
        partial.replace(path)
    except OSError as error:
        raise BackupError(
            f"备份没有写成：{error.strerror or error}（{path}）。请检查文件夹、权限和剩余空间。"
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    about = {"file": path.name, "sm3": digest, "rows": sum(counts.values())}
    record("备份数据，连同加密密钥" if with_key else "备份数据", None, None, about)
    return digest
