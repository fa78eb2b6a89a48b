"""A baseline accepts today's findings, so that only new ones count.

A finding is known by what it says of which content, never by where it stands: rows may move.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from jiheng.model import Document
from jiheng.rules.finding import Finding
from jiheng.rules.settings import SettingsError

VERSION = 1
ACCEPTED = "基线中已有"


def _key(document: Document, finding: Finding) -> str:
    project = next((p for p in document.projects if p.sequence == finding.project), None)
    name = (project.code or project.name or "") if project else ""
    said = (finding.code, name, finding.indicator or "", finding.field, "".join(finding.content.split()))
    return hashlib.sha256("\x1f".join(said).encode()).hexdigest()[:24]


def write(path: Path, checked: Iterable[tuple[Document, Sequence[Finding]]]) -> int:
    """Write the findings that count today; how many."""
    keys = Counter(_key(d, f) for d, findings in checked for f in findings if f.silenced is None)
    body = {"version": VERSION, "findings": dict(sorted(keys.items()))}
    path.write_text(json.dumps(body, indent=1) + "\n", "utf-8")
    return sum(keys.values())


class Baseline:
    """Findings that were accepted, each as often as it was there."""

    def __init__(self, path: Path) -> None:
        """Raises :class:`SettingsError` where the file is none."""
        try:
            body = json.loads(path.read_text("utf-8"))
            self._left = Counter({str(k): int(v) for k, v in body["findings"].items()})
            if body["version"] != VERSION:
                raise ValueError("version")
        except OSError as error:
            raise SettingsError(f"{path}：打不开基线文件（{error.strerror}）。") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise SettingsError(f"{path}：不是基线文件。请用 --write-baseline 重新生成。") from error

    def accept(self, document: Document, findings: Sequence[Finding]) -> list[Finding]:
        """The findings, those of the baseline silenced."""
        out = []
        for f in findings:
            key = _key(document, f)
            if f.silenced is None and self._left[key] > 0:
                self._left[key] -= 1
                out.append(replace(f, silenced=ACCEPTED))
            else:
                out.append(f)
        return out
