"""Monitoring by machine: read rounds and forms, write what was reported; units' own systems need not be typed from."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema
from ninja.errors import HttpError

from jiheng.web.api.endpoints import Pk, UnitCode, Year, person_of, rules_of
from jiheng.web.api.paging import Page, Wanted, page_of
from jiheng.web.api.schemas import Number, Problem
from jiheng.web.api.scopes import TokenScope
from jiheng.web.monitoring.models import IndicatorReport, Light, MonitoringRecord, MonitoringRound, RecordState
from jiheng.web.monitoring.queries import records as queries
from jiheng.web.monitoring.services.report import save_many
from jiheng.web.org.lineage import coded
from jiheng.web.plan.queries.projects import years_of
from jiheng.web.plan.services.errors import Refused, Stale
from jiheng.web.supervision.actor import acting

router = Router()
WAN = Decimal(10000)
SOURCES = ("fiscal", "carry_over", "other")
LightName = Annotated[Light | None, Query(description="预警：" + "、".join(f"{v.value} {v.label}" for v in Light))]
StateName = Annotated[
    RecordState | None, Query(description="状态：" + "、".join(f"{s.value} {s.label}" for s in RecordState))
]
RoundPk = Annotated[int | None, Query(ge=1, le=2**63 - 1, description="期次编号")]


class RoundOut(Schema):
    """A round."""

    id: int = Field(description="期次编号")
    year: int = Field(description="预算年度")
    label: str = Field(description="期次")
    period_end: date = Field(description="数据截止日")
    opens_on: date = Field(description="开始填报")
    closes_on: date = Field(description="截止填报")
    locks_on: date = Field(description="锁定")
    state: str = Field(description="planned 未开始、open 填报中、closed 已截止、locked 已锁定")

    @classmethod
    def of(cls, row: MonitoringRound) -> Any:
        """The shape of a round."""
        days = {name: getattr(row, name) for name in ("period_end", "opens_on", "closes_on", "locks_on")}
        return cls(id=row.pk, year=row.budget_year.year, label=row.label, state=str(row.state), **days)


class RecordLine(Schema):
    """A form, as listed; amounts in 万元."""

    id: int = Field(description="监控表编号")
    round: int = Field(description="期次编号")
    project: int = Field(description="项目编号")
    project_code: str = Field(description="项目编码")
    project_name: str = Field(description="项目名称")
    unit_code: str = Field(description="单位编码")
    state: str = Field(description="状态")
    revision: int = Field(description="修订号，写入时要带上")
    budget: Number = Field(description="预算数（万元）")
    executed: Number = Field(description="执行数（万元）")
    executed_percent: Number | None = Field(description="执行率（%）")
    planned_percent: Number | None = Field(description="计划进度（%）")
    result_percent: Number | None = Field(description="目标平均完成率（%）")
    light: str = Field(description="预警：red 偏离、yellow 预警、green 正常、grey 未报")
    light_reason: str = Field(description="预警的原因")
    updated_at: datetime = Field(description="最近修改时间")

    @classmethod
    def of(cls, row: MonitoringRecord, **more: Any) -> Any:
        """The shape of a form; its project and unit are read already."""
        same = ("revision", "executed_percent", "planned_percent", "result_percent", "light_reason", "updated_at")
        return cls(
            id=row.pk, round=row.round_id, project=row.project_id, project_code=row.project.code,
            project_name=row.project.name, unit_code=row.unit.code, state=str(row.state), light=str(row.light),
            budget=row.budget / WAN, executed=row.executed / WAN, **{name: getattr(row, name) for name in same}, **more,
        )  # fmt: skip


class RowOut(Schema):
    """The row of an indicator."""

    id: int = Field(description="行编号，写入时用")
    level1: str = Field(description="一级指标")
    level2: str = Field(description="二级指标")
    name: str = Field(description="三级指标")
    target: str = Field(description="年度指标值")
    actual: str = Field(description="执行情况")
    numerator: Number | None = Field(description="比率的分子")
    denominator: Number | None = Field(description="比率的分母")
    forecast: str = Field(description="全年预计完成情况")
    likelihood: str = Field(description="完成可能性：certain 确定能、possible 有可能、impossible 完全不可能")
    reasons: list[str] = Field(description="偏差原因：funds、rules、staff、equipment、other")
    reason_text: str = Field(description="原因说明")
    measures: str = Field(description="改进措施")
    note: str = Field(description="备注")
    completion: Number | None = Field(description="完成率（%）")
    light: str = Field(description="预警")
    light_reason: str = Field(description="预警的原因")

    @classmethod
    def of(cls, row: IndicatorReport) -> Any:
        """The shape of a row."""
        same = (
            "level1", "level2", "name", "numerator", "denominator", "likelihood", "reasons", "reason_text", "measures",
            "note", "completion", "light_reason",
        )  # fmt: skip
        return cls(
            id=row.pk, target=row.target_raw, actual=row.actual_raw, forecast=row.forecast_raw, light=str(row.light),
            **{name: getattr(row, name) for name in same},
        )  # fmt: skip


class RecordOut(RecordLine):
    """A form with its rows."""

    progress_text: str = Field(description="年度总体目标完成情况")
    measures: str = Field(description="资金纠偏措施")
    rows: list[RowOut] = Field(description="指标")


class RowIn(Schema):
    """What is written into the row of an indicator; what is not given stays."""

    id: int = Field(description="行编号")
    actual: str | None = Field(None, description="执行情况；比率写成“合格数/总数”，如 760/800")
    forecast: str | None = Field(None, description="全年预计完成情况")
    likelihood: Literal["certain", "possible", "impossible", ""] | None = Field(None, description="完成可能性")
    reasons: list[Literal["funds", "rules", "staff", "equipment", "other"]] | None = Field(None, description="偏差原因")
    reason_text: str | None = Field(None, description="原因说明")
    measures: str | None = Field(None, description="改进措施")
    note: str | None = Field(None, description="备注")

    def cells(self) -> dict[str, str]:
        """As cells of the form."""
        names = {"actual": "actual_raw", "forecast": "forecast_raw"}
        given = self.dict(exclude={"id"}, exclude_none=True)
        return {
            f"row:{self.id}:{names.get(name, name)}": "、".join(value) if isinstance(value, list) else value
            for name, value in given.items()
        }


class RecordIn(Schema):
    """What is written into a form, all or nothing; amounts in 万元."""

    revision: int = Field(description="读取时的修订号；之后被别人改过的，不写入")
    forecast_fiscal: Decimal | None = Field(None, ge=0, description="全年预计执行数：财政拨款（万元）")
    forecast_carry_over: Decimal | None = Field(None, ge=0, description="全年预计执行数：上年结转（万元）")
    forecast_other: Decimal | None = Field(None, ge=0, description="全年预计执行数：其他资金（万元）")
    progress_text: str | None = Field(None, description="年度总体目标完成情况")
    measures: str | None = Field(None, description="资金纠偏措施")
    rows: list[RowIn] = Field([], max_length=500, description="指标")

    def cells(self) -> dict[str, str]:
        """As cells of the form."""
        own = self.dict(exclude={"revision", "rows"}, exclude_none=True)
        found = {name: f"{value:f}" if isinstance(value, Decimal) else value for name, value in own.items()}
        for row in self.rows:
            found |= row.cells()
        return found


READ, WRITE = TokenScope.MONITORING, TokenScope.MONITORING_WRITE


@router.get("/monitoring/rounds", summary="监控期次", tags=["绩效监控"], **rules_of(READ, Page[RoundOut]))
def rounds(request: HttpRequest, wanted: Query[Wanted], year: Year = None) -> Any:
    """您所在区划各年度的监控期次。"""
    found = MonitoringRound.objects.filter(budget_year__in=years_of(person_of(request))).select_related("budget_year")
    if year is not None:
        found = found.filter(budget_year__year=year)
    return page_of(found.order_by("-budget_year__year", "order", "pk"), wanted, RoundOut.of)


@router.get("/monitoring/records", summary="监控表清单", tags=["绩效监控"], **rules_of(READ, Page[RecordLine]))
def records(
    request: HttpRequest, wanted: Query[Wanted], round: RoundPk = None, unit: UnitCode = "", light: LightName = None,
    state: StateName = None,
) -> Any:  # fmt: skip
    """您可以查看的监控表，可按期次、单位、预警、状态筛选；不含未开始的期次。"""
    asked = {"round": round, "light": light, "state": state}
    found = queries.visible(person_of(request)).filter(**{k: str(v) for k, v in asked.items() if v})
    found = found.filter(coded(unit)) if unit else found
    return page_of(queries.listed(found).order_by("-round", "unit__code", "pk"), wanted, RecordLine.of)


def _shape(found: MonitoringRecord) -> Any:
    rows = [RowOut.of(row) for row in found.rows.all()]
    return RecordOut.of(found, progress_text=found.progress_text, measures=found.measures, rows=rows)


@router.get("/monitoring/records/{pk}", summary="一份监控表", tags=["绩效监控"], **rules_of(READ, RecordOut, one=True))
def record(request: HttpRequest, pk: Pk) -> Any:
    """资金、各指标的执行情况和预警。"""
    return _shape(queries.record_or_404(person_of(request), pk))


@router.patch(
    "/monitoring/records/{pk}", summary="填报监控表", tags=["绩效监控"],
    **rules_of(WRITE, RecordOut, one=True, more={409: Problem}),
)  # fmt: skip
def write(request: HttpRequest, pk: Pk, given: RecordIn) -> Any:
    """写入执行情况等，没有给出的栏目不变；全部成功才保存，答复是保存后的监控表。只写入，不报送：报送仍由单位在页面上办理。令牌所属的账号要有本单位的填报权限。"""
    person = person_of(request)
    queries.record_or_404(person, pk)
    try:
        with acting(person, request.META.get("REMOTE_ADDR", "")):
            save_many(person, {pk: (given.revision, given.cells())}, "通过接口填报绩效监控")
    except Stale as stale:
        raise HttpError(409, str(stale)) from stale
    except Refused as refused:
        raise HttpError(422, str(refused)) from refused
    return _shape(queries.record_or_404(person, pk))
