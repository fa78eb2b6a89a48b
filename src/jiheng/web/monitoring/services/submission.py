"""The way of a monitoring form: what must be right before it is submitted, and what is told when a light is red."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jiheng.web import transaction
from jiheng.web.execution.kept import MONITORING, mark_changed
from jiheng.web.monitoring.flow import Flow, Step, perform, perform_many
from jiheng.web.monitoring.lights import questions
from jiheng.web.monitoring.models import IndicatorReport, Light, MonitoringRecord, MonitoringRound, MonitoringStep
from jiheng.web.monitoring.services.report import OPEN_ROUNDS, RELATED, Form, is_reported, store_money
from jiheng.web.monitoring.signals import light_turned_red, tell
from jiheng.web.plan.checking import pack_of
from jiheng.web.plan.services.errors import Refused

SHOWN = 3


def shortcomings(record: MonitoringRecord, rows: Iterable[IndicatorReport]) -> list[str]:
    """What is missing before the form can be submitted, a sentence each."""
    rows, found = list(rows), []
    if blank := [row.name for row in rows if not is_reported(row)]:
        found.append(f"还有 {len(blank)} 个指标没有填执行情况或完成可能性：{_named(blank)}。")
    # A number that cannot be compared has no light: it must not pass for one that is as it should be.
    if dark := [row for row in rows if is_reported(row) and row.light == Light.GREY]:
        found.append(f"填的数不能与指标值比较，请改正：{_named([row.name for row in dark])}。{dark[0].light_reason}")
    red = [row for row in rows if row.light == Light.RED]
    if blank := [row.name for row in red if not (row.reasons and row.reason_text.strip())]:
        found.append(f"偏离的指标要勾选偏差原因并写明说明：{_named(blank)}。")
    if blank := [row.name for row in red if not row.measures.strip()]:
        found.append(f"偏离的指标要写改进措施：{_named(blank)}。")
    year = record.round.budget_year
    asked = [row for row in rows if row.light != Light.RED and questions(row, year.year, pack_of(year))]
    if blank := [row for row in asked if not row.reason_text.strip()]:
        named = _named([row.name for row in blank])
        found.append(f"填的数有疑问，请更正；确属实的，写明原因说明：{named}。{blank[0].light_reason}")
    if record.money_light == Light.RED and not record.measures.strip():
        found.append("资金进度偏离，要写资金纠偏措施。")
    labels = (("fiscal", "财政拨款"), ("carry_over", "上年结转"), ("other", "其他资金"))
    money = [
        label for s, label in labels if getattr(record, f"budget_{s}") and getattr(record, f"forecast_{s}") is None
    ]
    if money:
        found.append(f"还没有填全年预计执行数：{'、'.join(money)}。")
    return found


def _named(names: list[str]) -> str:
    more = f"等 {len(names)} 个" if len(names) > SHOWN else ""
    return "、".join(f"“{name}”" for name in names[:SHOWN]) + more


def _obstacle(record: MonitoringRecord, step: Step) -> str:
    if record.round.state == MonitoringRound.State.LOCKED:
        return f"{record.round}已经锁定，不能再办理。确需办理的，请由财政部门解锁。"
    if record.round.state not in OPEN_ROUNDS:
        return f"{record.round}还没有开始填报。"
    return "".join(shortcomings(record, record.rows.all())) if step.name == "submit" else ""


def _link(record: MonitoringRecord) -> str:
    return f"/monitoring/{record.pk}/"


def _mark(records: list[MonitoringRecord]) -> None:
    for pk in sorted({r.round_id for r in records}):
        mark_changed(MONITORING, pk, [r.unit_id for r in records if r.round_id == pk])


FLOW = Flow("monitoring", MonitoringStep, "record", _obstacle, _link, RELATED, _mark)


@transaction.atomic
def take_step(person: Any, record: MonitoringRecord, name: str, reason: str = "") -> MonitoringRecord:
    """Take one step with a form. What is submitted has the money of the moment.

    Raises ``PermissionDenied``, or :class:`Refused` where it is not possible, saying why.
    """
    if name == "submit":
        for found in FLOW.locked([record]):
            if found.round.state in OPEN_ROUNDS and found.state == "draft":
                store_money(Form(found, {row.pk: row for row in found.rows.all()}))
    done: MonitoringRecord = perform(FLOW, person, record, name, reason)
    if name == "submit":
        announce(done)
    return done


@transaction.atomic
def take_steps(person: Any, records: Iterable[MonitoringRecord], name: str, reason: str = "") -> list[MonitoringRecord]:
    """The same step with many forms, all or none; for reviewers. Raises like :func:`take_step`."""
    if name not in ("department_pass", "accept", "department_return", "finance_return"):
        raise Refused("这一步不能成批办理。")
    return perform_many(FLOW, person, records, name, reason)


def announce(record: MonitoringRecord) -> list[IndicatorReport | None]:
    """Tell later stages of each light that is red now and was not when it was told last; which were told.

    What they could not take is told again with the next report.
    """
    rows = list(record.rows.all())
    lit: list[Any] = [(record, None, record.money_light), *((row, row, row.light) for row in rows)]
    turned = []
    for holder, row, light in lit:
        if light == Light.RED and not holder.announced:
            holder.announced = tell(light_turned_red, MonitoringRecord, record=record, row=row)
            turned += [row] if holder.announced else []
        elif light != Light.RED:
            holder.announced = False
    record.save(update_fields=["announced"])
    IndicatorReport.objects.bulk_update(rows, ["announced"], batch_size=100)
    return turned
