"""Certain corrections put into a Word file, pass by pass, until no finding with a fix is left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from jiheng.model import Document
from jiheng.readers import read_bytes
from jiheng.rules.finding import Finding
from jiheng.writers.docx_changes import with_changes

Check = Callable[[Document], list[Finding]]
_PASSES = 6


def fix(
    data: bytes, name: str, check: Check, when: datetime | None = None
) -> tuple[bytes, list[Finding], list[Finding]]:
    """(the .docx with tracked changes, the findings put right, those that remain with all changes accepted).

    Two fixes of one place follow one another in passes: after each the file is read and checked anew, as accepted.
    """
    solved: list[Finding] = []
    findings = check(read_bytes(data, name))
    for _ in range(_PASSES):
        changed, done = with_changes(data, sorted(findings, key=lambda f: -f.severity), when)
        if not done:
            break
        data = changed
        solved += done
        findings = check(read_bytes(data, name))
    return data, solved, findings
