"""The database from one address: ``sqlite:///PATH``, ``postgresql://…`` or ``mysql://…`` (and their relatives)."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

_ENGINES = {
    "sqlite": "django.db.backends.sqlite3",
    "postgres": "django.db.backends.postgresql",
    "postgresql": "django.db.backends.postgresql",
    "mysql": "django.db.backends.mysql",
    "mariadb": "django.db.backends.mysql",
}
LOCK_SECONDS = 20
"""How long one waits for what another has locked, before it is given up with an error."""


def file_of(address: str) -> Path | None:
    """The file of an SQLite database; ``None`` for a server, or where nothing is named."""
    parts = urlsplit(address)
    if parts.scheme != "sqlite":
        return None
    return Path(unquote(parts.path.removeprefix("/") if not parts.path.startswith("//") else parts.path[1:]))


def database(address: str) -> dict[str, Any]:
    """Django's settings for a database address. Raises ``ValueError`` in Chinese for an unknown kind."""
    parts = urlsplit(address)
    engine = _ENGINES.get(parts.scheme)
    if engine is None:
        raise ValueError(f"不认识的数据库类型“{parts.scheme}”。可用：sqlite、postgresql、mysql、mariadb。")
    if parts.scheme == "sqlite":
        path = file_of(address)
        assert path is not None
        path.parent.mkdir(parents=True, exist_ok=True)
        # FULL: what was answered as saved is on the disk, also when the machine loses power the moment after.
        pragmas = (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
            f"PRAGMA busy_timeout={LOCK_SECONDS}000; PRAGMA foreign_keys=ON;"
        )
        options = {"transaction_mode": "IMMEDIATE", "init_command": pragmas, "timeout": LOCK_SECONDS}
        return {"ENGINE": engine, "NAME": str(path), "OPTIONS": options}
    settings: dict[str, Any] = {
        "ENGINE": engine,
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
    if engine.endswith("mysql"):
        settings["OPTIONS"] = {
            "charset": "utf8mb4",
            "isolation_level": "read committed",
            "sql_mode": "STRICT_TRANS_TABLES",
            "init_command": f"SET SESSION innodb_lock_wait_timeout={LOCK_SECONDS}",
        }
    return settings
