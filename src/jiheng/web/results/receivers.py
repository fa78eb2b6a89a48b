"""What earlier stages found becomes an item of the register, born once for each cause."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from jiheng.web.evaluation.signals import finding_made
from jiheng.web.monitoring.signals import light_turned_red
from jiheng.web.results.models import Rectification
from jiheng.web.results.services import Found, add_word, raise_once


@receiver(light_turned_red)
def _light(record: Any, row: Any = None, **_: Any) -> None:
    """A light turned red in a report that was submitted: a new item, or a word to the one that is still open."""
    project, label = record.project, record.round.label
    what = f"指标“{row.name}”偏离目标" if row is not None else "资金支出偏离计划"
    reason = row.light_reason if row is not None else record.money_reason
    cause = f"monitoring:{project.pk}:{(row.indicator_id or row.name[:40]) if row is not None else 'money'}:"
    key = f"{cause}{record.pk}"
    if not add_word(cause, key, f"{label}监控仍为红灯：{reason}"):
        found = Found(
            Rectification.Source.MONITORING, f"{project}：{label}{what}", reason, Rectification.Severity.SERIOUS,
            project, origin=record,
        )  # fmt: skip
        raise_once(key, found)


@receiver(finding_made)
def _finding(evaluation: Any, kind: str, title: str, description: str, **_: Any) -> None:
    """A self-evaluation was accepted with a score below the pass mark or with doubts: an item, or a word to it."""
    project, severity = evaluation.project, Rectification.Severity.COMMON
    cause = f"evaluation:{project.pk}:{kind}:"
    key = f"{cause}{evaluation.revision}"
    if not add_word(cause, key, f"再次审核通过时仍存在：{description}"):
        if kind == "score":
            severity = Rectification.Severity.SERIOUS
        found = Found(
            Rectification.Source.EVALUATION, f"{project}：{title}"[:300], description, severity, project,
            origin=evaluation,
        )  # fmt: skip
        raise_once(key, found)
