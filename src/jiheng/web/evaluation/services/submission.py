"""The way of a self-evaluation: what must be right before it is submitted, and what later stages are told."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from jiheng.policy import Pack
from jiheng.scoring.numbers import plain
from jiheng.scoring.self_evaluation import check_weights
from jiheng.web import transaction
from jiheng.web.evaluation.models import EvaluatedIndicator, EvaluationStep, SelfEvaluation
from jiheng.web.evaluation.signals import finding_made
from jiheng.web.monitoring.flow import Flow, Step, perform, perform_many
from jiheng.web.monitoring.signals import tell
from jiheng.web.plan.checking import pack_of
from jiheng.web.plan.services.errors import Refused

PASS = Decimal(60)  # below it 差 (财预〔2020〕10号)
BATCH_STEPS = ("submit", "department_pass", "accept", "department_return", "finance_return")
SHOWN = 3


def _named(names: list[str]) -> str:
    more = f"等 {len(names)} 个" if len(names) > SHOWN else ""
    return "、".join(f"“{name}”" for name in names[:SHOWN]) + more


def needs_reason(row: EvaluatedIndicator, pack: Pack) -> bool:
    """Whether a row lost so many points that it must say why."""
    lost_from = row.weight * pack.self_evaluation.explain_below / 100
    return row.points is not None and row.points < lost_from


def shortcomings(form: SelfEvaluation, rows: Iterable[EvaluatedIndicator]) -> list[str]:
    """What is missing before the form can be submitted, a sentence each."""
    rows, pack, found = list(rows), pack_of(form.budget_year), []
    if not rows:
        found.append("没有绩效指标，不能计算得分。")
    if blank := [row.name for row in rows if row.points is None]:
        found.append(f"还有 {len(blank)} 个指标没有得分：{_named(blank)}。请填写实际完成值，定性指标选择达成程度。")
    try:
        check_weights([form.execution_weight, *(row.weight for row in rows)])
    except ValueError as error:
        found.append(str(error))
    if not form.goals_actual.strip():
        found.append("还没有填写年度总体目标的实际完成情况。")
    if blank := [row.name for row in rows if needs_reason(row, pack) and not row.deviation.strip()]:
        found.append(f"扣分的指标要写偏差原因分析及改进措施：{_named(blank)}。")
    if form.doubts and not form.honesty_explanation.strip():
        found.append(f"核查发现 {form.doubts} 个问题。请更正；确属实的，在“对核查问题的说明”中写明。")
    return found


def _obstacle(form: SelfEvaluation, step: Step) -> str:
    return "".join(shortcomings(form, form.rows.all())) if step.name == "submit" else ""


def _link(form: SelfEvaluation) -> str:
    return f"/evaluation/{form.pk}/"


FLOW = Flow("evaluation", EvaluationStep, "evaluation", _obstacle, _link)  # sums of scores know no states


@transaction.atomic
def take_step(person: Any, form: SelfEvaluation, name: str, reason: str = "") -> SelfEvaluation:
    """Take one step with a form. Raises ``PermissionDenied``, or :class:`Refused` saying why not."""
    done: SelfEvaluation = perform(FLOW, person, form, name, reason)
    if name == "accept":
        announce(done)
    return done


@transaction.atomic
def take_steps(person: Any, forms: Iterable[SelfEvaluation], name: str, reason: str = "") -> list[SelfEvaluation]:
    """The same step with many forms, all or none. Raises like :func:`take_step`."""
    if name not in BATCH_STEPS:
        raise Refused("这一步不能成批办理。")
    done = perform_many(FLOW, person, forms, name, reason)
    if name == "accept":
        for form in done:
            announce(form)
    return done


def announce(form: SelfEvaluation) -> list[str]:
    """Tell later stages what an accepted form leaves to be put right; the kinds told."""
    told = {}
    if form.score is not None and form.score < PASS:
        title = f"自评 {plain(form.score)} 分，等级为{form.grade}"
        lost = [r for r in form.rows.all() if r.points is not None and r.points < r.weight]
        told["score"] = (title, "；".join(f"{r.name}：{r.explanation}" for r in lost[:10]))
    if form.doubts:
        names = "、".join(dict.fromkeys(d["name"] for d in form.honesty))
        told["honesty"] = (f"自评数据存疑：{names}", "".join(d["message"] for d in form.honesty))
    for kind, (title, description) in told.items():
        tell(finding_made, SelfEvaluation, evaluation=form, kind=kind, title=title, description=description)
    return list(told)
