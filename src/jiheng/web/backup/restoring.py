"""Restore a backup: all or nothing, into a database of any kind."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
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

from jiheng.web.backup import older
from jiheng.web.backup.archive import KEYS, BackupError, Reader
from jiheng.web.backup.contents import emptied_models, kept_models, names_a_kind, read_back, schema
from jiheng.web.backup.saving import media_files
from jiheng.web.org.services.codes import unreadable
from jiheng.web.protection import sealing
from jiheng.web.supervision.models import AuditHead
from jiheng.web.supervision.queries import verify as verify_chain
from jiheng.web.supervision.services import record

Tell = Callable[[str], None]
_ROWS = 500


def check(path: Path) -> dict[str, Any]:
    """What the archive says about itself, after every checksum was found right. Raises :class:`BackupError`."""
    with Reader(path) as archive:
        _is_older(archive)
        archive.verify()
        return archive.manifest


def restore(path: Path, replace: bool = False, tell: Tell = lambda _: None) -> dict[str, int]:
    """Put back what a backup holds; rows by table. Raises :class:`BackupError`, and then nothing was changed.

    A database that holds something is refused unless ``replace``. The tables are made where there are none. What an
    older program backed up is brought to today's tables, and needs an empty database.
    """
    with Reader(path) as archive, ExitStack() as stack:
        is_older = _is_older(archive)
        if is_older:
            stack.enter_context(older.new_tables())
        else:
            _prepare()
        if not replace and (found := _first_full(is_older)):
            raise BackupError(f"数据库里已有数据（{found}），没有恢复。确定要用备份替换全部数据时，加 --replace。")
        archive.verify()
        tell("备份文件完整，校验值都正确")
        brought = _bring_keys(archive)
        with _new_media(archive) as swap:
            tell(f"上传的文件：{len(archive.media())} 个")
            counts = (_older_database if is_older else _database)(archive, path, swap)
    tell(f"数据库：{sum(counts.values())} 行，审计日志首尾相连")
    if said := _closed(brought):
        tell(said)
    return counts


def _bring_keys(archive: Reader) -> list[str]:
    """The keys of the archive, which open its secrets from now on beside those that are here already."""
    found = b"".join(archive.pieces(KEYS)).decode("ascii", "replace").split() if KEYS in archive.files else []
    if found and sealing.bring(found):
        return []
    return found


def _closed(keys: list[str]) -> str:
    """Whose one-time codes cannot be asked for, and what to do; empty where all can."""
    people = [p.username for p in unreadable()]
    if not people:
        return ""
    some = "、".join(people[:5]) + ("等" if len(people) > 5 else "")
    if keys:
        way = f"请在 JIHENG_KEY 后面加上“,{','.join(keys)}”，再启动服务。"
    else:
        way = (
            f"请把原来那台机器的密钥（JIHENG_VAR 里的 key 文件）的内容加到 {sealing.key_file()} 末尾，另起一行；"
            "密钥找不回来的，由安全管理员停用他们的动态口令（管理员的用 manage administrator），再重新设置。"
        )
    return f"注意：{len(people)} 个账号（{some}）的动态口令是用另一个密钥加密的，现在打不开，他们登录不了。{way}"


def _is_older(archive: Reader) -> bool:
    """Whether an older program wrote it. Raises :class:`BackupError` where its tables are neither ours nor older."""
    theirs, ours = archive.manifest.get("schema"), schema()
    if theirs == ours:
        return False
    if isinstance(theirs, dict) and older.is_older(theirs, ours):
        return True
    made = archive.manifest.get("program", "？")
    raise BackupError(
        f"备份由绩衡 {made} 生成，它的表结构现在的程序不认识，没有恢复。请用生成它的版本或更新的版本恢复。"
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


def _first_full(is_older: bool) -> str:
    """What the database holds already, in words; empty where it holds nothing. For an older backup it has no tables."""
    for model in () if is_older else kept_models():
        if model._base_manager.exists():
            return f"{model._meta.verbose_name}等"
    return "上传的文件" if next(media_files(), None) else ""


@contextmanager
def _new_media(archive: Reader) -> Iterator[Callable[[], None]]:
    """Lay the files ready beside the present ones; what is given makes them the present ones.

    Whatever fails before the end of the block puts the old files back. What a restore left that was killed goes with
    the files that this one replaces.
    """
    root = Path(settings.MEDIA_ROOT)
    left = [folder for end in ("new", "old") for folder in root.parent.glob(f".{root.name}.*.{end}")]
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
    for folder in (old, *left):
        shutil.rmtree(folder, ignore_errors=True)


def _database(archive: Reader, path: Path, swap: Callable[[], None]) -> dict[str, int]:
    """Replace all rows in one transaction, and the files at its end."""
    # Django's own: the entry of the restoring is to be written before the files are exchanged, which comes last.
    with _refusing(), django_transaction.atomic(), _unordered():
        before = AuditHead.objects.filter(pk=1).values("sequence", "hash").first()
        for model in [*emptied_models(), *reversed(kept_models())]:
            _empty(model)
        counts = _fill_all(archive, kept_models())
        _finish(archive, path, counts, before, swap)
    return counts


def _older_database(archive: Reader, path: Path, swap: Callable[[], None]) -> dict[str, int]:
    """Fill the older tables in one transaction, bring them up to date, then look at the trail and place the files."""
    with _refusing():
        models_then = kept_models(older.make_tables(archive.manifest["schema"]))
        with django_transaction.atomic(), _unordered():
            counts = _fill_all(archive, models_then)
            _count_on(models_then)
        older.bring_up_to_date()
        with django_transaction.atomic():
            _finish(archive, path, counts, None, swap)
    return counts


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        raise BackupError(f"数据库没有接受备份里的内容（{error}）。没有恢复，原来的数据没有改动。") from error


def _fill_all(archive: Reader, tables: list[type[models.Model]]) -> dict[str, int]:
    """Every row is there, and every key names something; rows by table."""
    counts = {model._meta.label_lower: _fill(model, archive) for model in tables}
    if counts != archive.manifest.get("rows"):
        raise BackupError("备份里的行数与清单对不上，没有恢复，原来的数据没有改动。")
    connection.check_constraints()
    return counts


def _finish(
    archive: Reader, path: Path, counts: dict[str, int], before: dict[str, Any] | None, swap: Callable[[], None]
) -> None:
    """The audit trail is still a chain, and goes on with the restore; new keys follow; the files take their place."""
    _check_trail(archive)
    _count_on(kept_models())
    about = {"file": path.name, "made_at": archive.manifest.get("made_at"), "rows": sum(counts.values())}
    record("从备份恢复", None, {"audit_before": before}, about)
    swap()


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
    label, known = model._meta.label_lower, {f.attname: f for f in model._meta.local_concrete_fields}
    lines = archive.lines(archive.data_of(label)) if archive.data_of(label) in archive.files else iter(())
    written = json.loads(next(lines, b"null"))
    if not isinstance(written, list) or sorted(map(str, written)) != sorted(known):
        raise BackupError(f"备份里“{label}”的栏目与现在的程序不同，没有恢复。")
    fields = [known[name] for name in written]
    kinds = older.KINDS if archive.manifest["version"] == 1 else {}
    quote = connection.ops.quote_name
    names = ", ".join(quote(f.column) for f in fields)
    marks = ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({marks})"  # noqa: S608
    count = 0
    with connection.cursor() as cursor:
        while page := [_values(label, fields, text, kinds) for text in islice(lines, _ROWS)]:
            cursor.executemany(statement, page)
            count += len(page)
    return count


def _values(label: str, fields: Any, text: bytes, kinds: Mapping[int, str]) -> list[Any]:
    try:
        pairs = list(zip(fields, json.loads(text), strict=True))
        return [read_back(f, kinds.get(v, v) if names_a_kind(f) else v, connection) for f, v in pairs]
    except (ValueError, TypeError, AttributeError, ValidationError) as error:
        raise BackupError(f"备份里“{label}”有一行读不出来（{error}），没有恢复，原来的数据没有改动。") from error


def _check_trail(archive: Reader) -> None:
    entries, broken = verify_chain()
    head = AuditHead.objects.filter(pk=1).values("sequence", "hash").first()
    if broken is not None or head != archive.manifest.get("audit") or entries != (head or {"sequence": 0})["sequence"]:
        raise BackupError("备份里的审计日志接不上，可能被改动过。没有恢复，原来的数据没有改动。")


def _count_on(tables: list[type[models.Model]]) -> None:
    """Let new rows take keys after the restored ones."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), tables):
            cursor.execute(statement)
