"""``make test``: the platform's tests once more on PostgreSQL and MariaDB, where these answer.

``JIHENG_TEST_SERVERS`` names the servers, addresses separated by blanks. Each of those must then answer, as in CI;
without it the two usual local ones are tried, and one that is absent is said to be skipped.

What is repeated is every test that asks the database (tests/web/conftest.py tells by its marker and fixtures). Tests of
files, words and configuration are not, nor the few marked ``one_database``, each with the reason beside it: they have
run on SQLite, and nothing in them can come out otherwise on a server.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg
import pymysql

USUAL = ("postgresql://postgres@127.0.0.1:5432", "mysql://root@127.0.0.1:3306")
PATIENCE = 5
"""Seconds to wait for a server's answer."""


def _parts(server: str) -> dict[str, Any]:
    parts = urlsplit(server)
    return {"host": parts.hostname, "user": unquote(parts.username or ""), "password": unquote(parts.password or "")}


def _connect(server: str) -> Any:
    """A connection that commits by itself."""
    address = urlsplit(server)
    if address.scheme == "postgresql":
        return psycopg.connect(
            **_parts(server), port=address.port or 5432, dbname="postgres", autocommit=True, connect_timeout=PATIENCE
        )
    return pymysql.connect(**_parts(server), port=address.port or 3306, autocommit=True, connect_timeout=PATIENCE)


def why_absent(server: str) -> str:
    """Why the server cannot be used; ``""`` where it answers."""
    try:
        _connect(server).close()
    except (psycopg.Error, pymysql.err.MySQLError, OSError) as error:
        return str(error).strip().splitlines()[0]
    return ""


def drop(server: str, name: str) -> None:
    """Remove what a killed run may have left of its databases, ``test_NAME`` and one for each process."""
    with _connect(server) as connection, connection.cursor() as cursor:
        is_postgres = urlsplit(server).scheme == "postgresql"
        table, column = ("pg_database", "datname") if is_postgres else ("information_schema.schemata", "schema_name")
        cursor.execute(f"SELECT {column} FROM {table} WHERE {column} LIKE %s", (f"test_{name}%",))  # noqa: S608
        for (left,) in list(cursor.fetchall()):
            cursor.execute(f"DROP DATABASE {left}" + (" WITH (FORCE)" if is_postgres else ""))


def run(server: str, arguments: Sequence[str]) -> int:
    """The tests on this server, in databases of a name that no other run has; pytest's exit code."""
    name = f"jiheng_{os.getpid()}_{secrets.token_hex(4)}"
    environment = {**os.environ, "JIHENG_TEST_DATABASE_URL": f"{server.rstrip('/')}/{name}"}
    command = [sys.executable, "-m", "pytest", "--create-db", *arguments]
    try:
        return subprocess.run(command, env=environment, check=False).returncode
    finally:
        drop(server, name)


def main(arguments: Sequence[str]) -> int:
    """Every server in turn; the first exit code that is not 0."""
    named = os.environ.get("JIHENG_TEST_SERVERS", "").split()
    failed = 0
    for server in named or USUAL:
        shown = f"{urlsplit(server).scheme}://{urlsplit(server).hostname}:{urlsplit(server).port or ''}"
        why = why_absent(server)
        if why and named:
            print(f"{shown} was named in JIHENG_TEST_SERVERS and does not answer: {why}", file=sys.stderr)
            failed = failed or 2
        elif why:
            print(f"SKIPPED the platform's tests on {shown}: {why}")
        else:
            print(f"The platform's tests on {shown}", flush=True)
            failed = failed or run(server, arguments or ["-q", "-n", "2", "--dist", "worksteal", "tests/web"])
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
