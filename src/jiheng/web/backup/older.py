"""Restore what an older program backed up: into tables as that program had them, which then become today's.

Only into an empty database: its tables are made for the occasion, and removed again where anything fails.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from jiheng.web.backup.archive import BackupError

Schema = Mapping[str, Sequence[str]]
KINDS = {
    25: "plan.project",
    51: "monitoring.monitoringrecord",
    52: "monitoring.indicatorreport",
    57: "evaluation.selfevaluation",
    59: "evaluation.evaluatedindicator",
    61: "results.rectification",
}
"""The keys by which version 1 of the archive names kinds of objects: those of an installation of its program."""


def is_older(theirs: Schema, ours: Schema) -> bool:
    """Whether every migration of theirs is one of ours, and some of ours are missing there."""
    known = all(set(names) <= set(ours.get(app, ())) for app, names in theirs.items())
    return known and any(set(names) - set(theirs.get(app, ())) for app, names in ours.items())


@contextmanager
def new_tables() -> Iterator[None]:
    """An empty database, which is empty again where the block fails. Raises :class:`BackupError` where it is not."""
    if connection.introspection.table_names():
        raise BackupError(
            "备份由旧版绩衡生成，只能恢复到空数据库，没有恢复。请新建一个空数据库"
            "（SQLite 换一个空文件夹作 JIHENG_VAR），恢复后表结构会自动升级到现在的版本。"
        )
    try:
        yield
    except BaseException:
        _drop_all()
        raise


def _drop_all() -> None:
    with connection.constraint_checks_disabled(), connection.cursor() as cursor:
        cascade = " CASCADE" if connection.vendor == "postgresql" else ""
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f"DROP TABLE {connection.ops.quote_name(name)}{cascade}")


def make_tables(theirs: Schema) -> Any:
    """The tables of that schema; the registry of the models that fit them."""
    executor = MigrationExecutor(connection)
    targets = [(app, names[-1]) for app, names in sorted(theirs.items())]
    executor.migrate(targets)
    return executor.loader.project_state(targets).apps


def bring_up_to_date() -> None:
    """Migrate the tables, with what they hold, to this program's."""
    call_command("migrate", verbosity=0, interactive=False)
