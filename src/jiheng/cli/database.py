"""The platform's database, as the commands that work on it need it."""

from __future__ import annotations

import os

import typer


def set_up() -> None:
    """Load the platform, which the checker on the command line never needs."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiheng.web.settings")
    import django

    django.setup()


def must_be_built() -> None:
    """Leave with the reason where there are no tables: mostly ``JIHENG_VAR`` names another folder, or none."""
    from django.db import DatabaseError, connection

    try:
        there = "org_district" in connection.introspection.table_names()
    except DatabaseError as error:
        typer.echo(f"数据库连不上（{error}）。请核对 JIHENG_VAR 和 JIHENG_DATABASE_URL。", err=True)
        raise typer.Exit(2) from error
    if not there:
        place = connection.settings_dict["NAME"]
        typer.echo(
            f"{place} 里还没有绩衡的数据。请核对 JIHENG_VAR 和 JIHENG_DATABASE_URL 是否与服务用的相同。", err=True
        )
        raise typer.Exit(2)
