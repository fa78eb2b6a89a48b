"""Write the pages of the handbook that come from code, or with ``--check`` tell which of them differ from it.

Each generator yields files under ``docs/`` with their text; what is generated is committed, so that readers of the
repository see it, and ``make check`` fails when code and pages part.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent / "docs"
Page = tuple[str, str]


def schema_pages() -> Iterator[Page]:
    """The JSON Schema of a document."""
    from jiheng import wire

    schema = json.dumps(wire.schema(), ensure_ascii=False, indent=2)
    yield f"schema/document-{wire.SCHEMA_VERSION}.json", schema + "\n"


def command_pages() -> Iterator[Page]:
    """The page of all commands, from their help texts."""
    from cli_page import render

    yield "cli.md", render()


def rule_pages() -> Iterator[Page]:
    """The catalogue of rules and a page a rule, from their docstrings."""
    from jiheng.rules import catalogue

    for name, text in catalogue.pages():
        yield f"rules/{name}", text


def workflow_pages() -> Iterator[Page]:
    """The way of a target table through its states, with its diagram, from the table of steps."""
    from workflow_page import render

    yield from render()


def permission_pages() -> Iterator[Page]:
    """Who may do what, from the table of permissions."""
    from permissions_page import render

    yield from render()


GENERATORS: tuple[Callable[[], Iterator[Page]], ...] = (
    schema_pages,
    command_pages,
    rule_pages,
    workflow_pages,
    permission_pages,
)


def pages() -> dict[Path, str]:
    """Every generated file with the text it should have."""
    return {DOCS / name: text for generator in GENERATORS for name, text in generator()}


def drifted() -> list[Path]:
    """The generated files that are not as the code has them."""
    return [path for path, text in pages().items() if not path.exists() or path.read_text(encoding="utf-8") != text]


def write() -> None:
    """Write every generated file that differs."""
    wanted = pages()
    for path in drifted():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path], encoding="utf-8")
        print(f"written: {path.relative_to(DOCS.parent)}")


def main(*arguments: str) -> None:
    """Write, or check."""
    if "--check" not in arguments:
        write()
        return
    stale = drifted()
    for path in stale:
        print(f"out of date: {path.relative_to(DOCS.parent)}", file=sys.stderr)
    if stale:
        sys.exit("run `make fix`, and commit what it writes")


if __name__ == "__main__":
    main(*sys.argv[1:])
