"""What people were told, compared with what the database holds: table, version, audit trail, kept sums."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from load.writing import Write

_TOKEN = re.compile(r"T\d\dN\d{5}E")
SCORED = "审核表"


def _tokens(texts: Iterable[Any]) -> Counter[str]:
    """In how many of these texts each token stands."""
    found: Counter[str] = Counter()
    for text in texts:
        found.update(set(_TOKEN.findall(text if isinstance(text, str) else json.dumps(text))))
    return found


def _kept() -> dict[str, Counter[str]]:
    """Kind of write → how often each token stands in the table, or among the versions, of that kind."""
    from jiheng.web.execution.models import Contract, Payment
    from jiheng.web.plan.models import CellEdit, Comment, Transition

    return {
        "支付": _tokens(Payment.objects.values_list("number", flat=True)),
        "合同": _tokens(Contract.objects.values_list("name", flat=True)),
        "批注": _tokens(Comment.objects.values_list("text", flat=True)),
        "上报": _tokens(Transition.objects.values_list("reason", flat=True)),
        "单元格": _tokens(CellEdit.objects.values_list("after", flat=True)),
    }


def compare(writes: list[Write]) -> list[str]:
    """What does not agree, a sentence each; empty where nothing was lost or doubled."""
    from jiheng.web.supervision.models import AuditEntry
    from jiheng.web.supervision.queries import verify

    tables, trail, wrong = _kept(), _tokens(AuditEntry.objects.values_list("after", flat=True)), []
    for write in writes:
        if write.kind == SCORED:
            continue
        count, recorded = tables[write.kind][write.token], trail[write.token]
        least, most = {"kept": (1, 1), "refused": (0, 0), "unknown": (0, 1)}[write.became]
        if not least <= count <= most or recorded != count:
            what = "丢失" if count < least or recorded < count else "重复"
            wrong.append(f"{what}：{write}，表里 {count} 次，审计日志 {recorded} 次")
    entries, broken = verify()
    if broken is not None:
        wrong.append(f"审计日志共 {entries} 条，从第 {broken} 条起接不上")
    return wrong + _cells() + _scores(writes) + _sums()


def _cells() -> list[str]:
    """Each cell says what the last version of it said."""
    from jiheng.web.plan.models import CellEdit, Indicator

    last: dict[int, str] = {}
    for edit in CellEdit.objects.order_by("revision", "pk"):
        said = edit.after.get("cells", {edit.cell: edit.after}) if isinstance(edit.after, dict) else {}
        said = said or {edit.cell: edit.after}
        for cell, text in said.items():
            if cell.startswith("indicator:") and cell.endswith(":basis"):
                last[int(cell.split(":")[1])] = str(text)
    now = dict(Indicator.objects.filter(pk__in=last).values_list("pk", "basis"))
    return [
        f"丢失：单元格 indicator:{pk}:basis 是“{now.get(pk)}”，最后一版是“{text}”"
        for pk, text in last.items()
        if _TOKEN.findall(text) != _TOKEN.findall(now.get(pk, ""))
    ]


def _scores(writes: list[Write]) -> list[str]:
    """A sheet is written over: the last one that its writer was told was kept, or a later one without an answer."""
    from jiheng.web.plan.models import Review
    from jiheng.web.supervision.models import AuditEntry

    wrong, mine = [], {}
    for write in writes:
        if write.kind == SCORED:
            mine.setdefault((write.project, write.by), []).append(write)
    for (project, by), sheets in mine.items():
        kept = [n for n, write in enumerate(sheets) if write.became == "kept"]
        possible = {write.token for write in sheets[kept[-1] if kept else 0 :] if write.became != "refused"}
        found = list(Review.objects.filter(project=project, by__username=by).values_list("opinion", flat=True))
        if len(found) > 1 or (kept and not found) or not set(found) <= possible:
            wrong.append(f"丢失或重复：{by} 对项目 {project} 的审核表是 {found}，应是 {possible} 之一")
        recorded = AuditEntry.objects.filter(action="填写审核表", object_id=str(project), person__startswith=f"{by} ")
        most = len([write for write in sheets if write.became != "refused"])
        if not len(kept) <= recorded.count() <= most:
            wrong.append(f"丢失或重复：{by} 对项目 {project} 存了 {len(kept)} 次审核表，日志有 {recorded.count()} 次")
    return wrong


def _sums() -> list[str]:
    """The kept sums are those of the payments."""
    from django.db.models import Sum

    from jiheng.web.execution.models import ExecutionTotal, Payment

    paid = dict(Payment.objects.order_by().values_list("project").annotate(total=Sum("amount")))
    return [
        f"项目 {total.project_id} 的已支付是 {total.paid_fiscal}，各笔相加是 {paid.get(total.project_id, 0)}"
        for total in ExecutionTotal.objects.all()
        if abs(total.paid_fiscal - paid.get(total.project_id, 0)) >= 1
        or round(total.paid_fiscal, 2) != round(paid.get(total.project_id, 0), 2)
    ]
