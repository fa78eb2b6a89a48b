"""One connection to an SQLite database that this process never closes.

The last one that is closed takes the write-ahead log and its index away, and the next one must make them anew, for
which a full disk has no room: then nothing could even be read.
"""

from __future__ import annotations

import sqlite3

from django.db import connection

_held: list[sqlite3.Connection] = []


def hold_open() -> None:
    """Open it, and look once, by which the log and its index are there; nothing for a database server."""
    if connection.vendor != "sqlite" or _held:
        return
    held = sqlite3.connect(str(connection.settings_dict["NAME"]), isolation_level=None, check_same_thread=False)
    held.execute("PRAGMA journal_mode = WAL")
    held.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
    _held.append(held)
