"""Restore a backup: all or nothing, into a database of any kind."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DatabaseError, connection, models
from django.db import transaction as django_transaction
from django.db.migrations.recorder import MigrationRecorder

from jiheng.web.backup.archive import BackupError, Reader
from jiheng.web.backup.contents import columns, emptied_models, kept_models, read_back, schema
from jiheng.web.backup.saving import media_files
from jiheng.web.supervision.models import AuditHead
from jiheng.web.supervision.queries import verify as verify_chain
from jiheng.web.supervision.services import record

Tell = Callable[[str], None]
_ROWS = 500


def check(path: Path) -> dict[str, Any]:
    """What the archive says about itself, after every checksum was found right. Raises :class:`BackupError`."""
    with Reader(path) as archive:
        _same_schema(archive)
        archive.verify()
        return archive.manifest


def restore(path: Path, replace: bool = False, tell: Tell = lambda _: None) -> dict[str, int]:
    """Put back what a backup holds; rows by table. Raises :class:`BackupError`, and then nothing was changed.

    A database that holds something is refused unless ``replace``. The tables are made where there are none.
    """
    with Reader(path) as archive:
        _same_schema(archive)
        _prepare()
        if not replace and (found := _first_full()):
            raise BackupError(f"数据库里已有数据（{found}），没有恢复。确定要用备份替换全部数据时，加 --replace。")
        archive.verify()
        tell("备份文件完整，校验值都正确")
        with _new_media(archive) as swap:
            tell(f"上传的文件：{len(archive.media())} 个")
            counts = _database(archive, path, swap)
    tell(f"数据库：{sum(counts.values())} 行，审计日志首尾相连")
    return counts


def _same_schema(archive: Reader) -> None:
    theirs, ours = archive.manifest.get("schema"), schema()
    if theirs != ours:
        made = archive.manifest.get("program", "？")
        raise BackupError(
            f"备份由绩衡 {made} 生成，它的表结构与现在的程序不同，没有恢复。请用 {made} 版恢复，然后再升级程序。"
        )


def _prepare() -> None:
    """Make the tables in an empty database; refuse one that an older program left."""
    applied = {(m.app, m.name) for m in _applied()}
    if not applied:
        call_command("migrate", verbosity=0, interactive=False)
        return
    missing = [f"{app}.{name}" for app, names in schema().items() for name in names if (app, name) not in applied]
    if missing:
        raise BackupError("数据库的表结构不是现在程序的版本，没有恢复。请先运行 jiheng serve 升级数据库。")


def _applied() -> list[Any]:
    recorder = MigrationRecorder(connection)
    return list(recorder.migration_qs) if recorder.has_table() else []


def _first_full() -> str:
    """What the database holds already, in words; empty where it holds nothing."""
    for model in kept_models():
        if model._base_manager.exists():
            return f"{model._meta.verbose_name}等"
    return "上传的文件" if next(media_files(), None) else ""


@contextmanager
def _new_media(archive: Reader) -> Iterator[Callable[[], None]]:
    """Lay the files ready beside the present ones; what is given makes them the present ones.

    Whatever fails before the end of the block puts the old files back.
    """
    root = Path(settings.MEDIA_ROOT)
    mark = secrets.token_hex(4)
    fresh, old = root.with_name(f".{root.name}.{mark}.new"), root.with_name(f".{root.name}.{mark}.old")
    fresh.mkdir(parents=True)

    def swap() -> None:
        if root.exists():
            root.rename(old)
        fresh.rename(root)

    try:
        for name in archive.media():
            path = fresh / name.removeprefix("media/")
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as out:
                out.writelines(archive.pieces(name))
        yield swap
    except BaseException as error:
        if not fresh.exists() and root.exists():  # swapped already
            shutil.rmtree(root)
        if old.exists():
            old.rename(root)
        if isinstance(error, OSError):
            raise BackupError(
                f"上传的文件没有写成：{error.strerror or error}。没有恢复，原来的数据没有改动。"
            ) from error
        raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)


def _database(archive: Reader, path: Path, swap: Callable[[], None]) -> dict[str, int]:
    """Replace all rows in one transaction, and the files at its end."""
    counts: dict[str, int] = {}
    try:
        # Django's own: the entry of the restoring is to be written before the files are exchanged, which comes last.
        with django_transaction.atomic(), _unordered():
            before = AuditHead.objects.filter(pk=1).values("sequence", "hash").first()
            for model in [*emptied_models(), *reversed(kept_models())]:
                _empty(model)
            for model in kept_models():
                counts[model._meta.label_lower] = _fill(model, archive)
            _check(archive, counts)
            _count_on()
            record(
                "从备份恢复", None, {"audit_before": before},
                {"file": path.name, "made_at": archive.manifest.get("made_at"), "rows": sum(counts.values())},
            )  # fmt: skip
            swap()
    except DatabaseError as error:
        raise BackupError(f"数据库没有接受备份里的内容（{error}）。没有恢复，原来的数据没有改动。") from error
    return counts


@contextmanager
def _unordered() -> Iterator[None]:
    """Rows may name others that come later; that all exist is checked at the end.

    SQLite and PostgreSQL put these checks off until the transaction ends; the MySQL family must be told.
    """
    if connection.vendor != "mysql":
        yield
        return
    with connection.constraint_checks_disabled():
        yield


def _empty(model: type[models.Model]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608


def _fill(model: type[models.Model], archive: Reader) -> int:
    """All rows of a table, below the models: no timestamp is set anew, and the audit trail takes its old entries."""
    label, fields = model._meta.label_lower, model._meta.local_concrete_fields
    lines = archive.lines(archive.data_of(label)) if archive.data_of(label) in archive.files else iter(())
    if json.loads(next(lines, b"null")) != columns(model):
        raise BackupError(f"备份里“{label}”的栏目与现在的程序不同，没有恢复。")
    quote = connection.ops.quote_name
    names = ", ".join(quote(f.column) for f in fields)
    marks = ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({marks})"  # noqa: S608
    count = 0
    with connection.cursor() as cursor:
        while page := [_values(label, fields, text) for text in islice(lines, _ROWS)]:
            cursor.executemany(statement, page)
            count += len(page)
    return count


def _values(label: str, fields: Any, text: bytes) -> list[Any]:
    try:
        values = json.loads(text)
        return [read_back(f, v, connection) for f, v in zip(fields, values, strict=True)]
    except (ValueError, TypeError, ValidationError) as error:
        raise BackupError(f"备份里“{label}”有一行读不出来（{error}），没有恢复，原来的数据没有改动。") from error


def _check(archive: Reader, counts: dict[str, int]) -> None:
    """Every row is there, every key names something, and the audit trail still is a chain."""
    if counts != archive.manifest.get("rows"):
        raise BackupError("备份里的行数与清单对不上，没有恢复，原来的数据没有改动。")
    connection.check_constraints()
    entries, broken = verify_chain()
    head = AuditHead.objects.filter(pk=1).values("sequence", "hash").first()
    if broken is not None or head != archive.manifest.get("audit") or entries != (head or {"sequence": 0})["sequence"]:
        raise BackupError("备份里的审计日志接不上，可能被改动过。没有恢复，原来的数据没有改动。")


def _count_on() -> None:
    """Let new rows take keys after the restored ones."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), kept_models()):
            cursor.execute(statement)
