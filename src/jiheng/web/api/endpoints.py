"""The endpoints under ``/api/v1/`` that read, each for one scope; those of monitoring are in :mod:`.monitoring`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from ninja import Path, Query, Router

from jiheng.web.api import queries
from jiheng.web.api.auth import BearerToken
from jiheng.web.api.paging import Page, Wanted, page_of
from jiheng.web.api.schemas import (
    DepartmentOut,
    DocumentLine,
    DocumentOut,
    FindingOut,
    IndicatorOut,
    Problem,
    ProjectLine,
    ProjectOut,
)
from jiheng.web.api.scopes import TokenScope
from jiheng.web.disclosure.models import Publication
from jiheng.web.plan.models import Project
from jiheng.web.plan.queries.projects import project_or_404
from jiheng.web.plan.states import State
from jiheng.web.plan.workflow import content_of

router = Router()

Pk = Annotated[int, Path(ge=1, le=2**63 - 1, description="编号")]
Year = Annotated[int | None, Query(ge=1900, le=9999, description="预算年度")]
UnitCode = Annotated[str, Query(max_length=12, description="单位编码")]
DepartmentCode = Annotated[str, Query(max_length=12, description="部门代码")]
StateName = Annotated[State | None, Query(description="状态：" + "、".join(f"{s.value} {s.label}" for s in State))]
SeverityName = Annotated[
    Literal["error", "warning", "info"] | None, Query(description="级别：error 错误、warning 警告、info 提示")
]


def rules_of(
    scope: TokenScope, answer: Any, *, one: bool = False, more: dict[int, Any] | None = None
) -> dict[str, Any]:
    """What an endpoint of this scope answers, and how it refuses; the schema names the scope."""
    refused = {401: Problem, 403: Problem, 422: Problem} | ({404: Problem} if one else {}) | (more or {})
    return {
        "auth": BearerToken(scope),
        "response": {200: answer} | refused,
        "openapi_extra": {"x-scope": scope.value},
    }


def person_of(request: HttpRequest) -> Any:
    """Whose token it is; never the one of a session, which the API does not know."""
    return request.auth.person  # type: ignore[attr-defined]


@router.get("/organisations", summary="部门和单位", tags=["机构"], **rules_of(TokenScope.ORG, Page[DepartmentOut]))
def organisations(request: HttpRequest, wanted: Query[Wanted]) -> Any:
    """您可以查看的部门，及其中您可以查看的单位。"""
    return page_of(queries.departments(person_of(request)), wanted)


@router.get("/projects", summary="项目清单", tags=["项目"], **rules_of(TokenScope.PROJECTS, Page[ProjectLine]))
def projects(
    request: HttpRequest, wanted: Query[Wanted], year: Year = None, unit: UnitCode = "",
    department: DepartmentCode = "", state: StateName = None,
) -> Any:  # fmt: skip
    """您可以查看的项目，可按年度、单位、部门、状态筛选。"""
    found = queries.projects(person_of(request), year, unit, department, state.value if state else None)
    return page_of(found, wanted, ProjectLine.of)


@router.get("/projects/{pk}", summary="项目详情", tags=["项目"], **rules_of(TokenScope.PROJECTS, ProjectOut, one=True))
def project(request: HttpRequest, pk: Pk) -> Any:
    """一个项目的绩效目标表，格式与导出的 JSON 相同。"""
    found = project_or_404(person_of(request), pk)
    return ProjectOut.of(found, content=content_of(found))


@router.get(
    "/projects/{pk}/indicators", summary="项目的绩效指标", tags=["项目"],
    **rules_of(TokenScope.PROJECTS, Page[IndicatorOut], one=True),
)  # fmt: skip
def indicators(request: HttpRequest, pk: Pk, wanted: Query[Wanted]) -> Any:
    """按表中的顺序。"""
    return page_of(list(project_or_404(person_of(request), pk).indicators.all()), wanted, IndicatorOut.of)


@router.get(
    "/projects/{pk}/findings", summary="项目的检查结果", tags=["项目"],
    **rules_of(TokenScope.FINDINGS, Page[FindingOut], one=True),
)  # fmt: skip
def findings(request: HttpRequest, pk: Pk, wanted: Query[Wanted], severity: SeverityName = None) -> Any:
    """最近一次保存时检查出的问题，可按级别筛选。"""
    found: Project = project_or_404(person_of(request), pk)
    return page_of([f for f in found.findings if severity in (None, f["severity"])], wanted)


@router.get(
    "/documents", summary="已公开的绩效文本", tags=["绩效文本"], **rules_of(TokenScope.DOCUMENTS, Page[DocumentLine])
)
def documents(request: HttpRequest, wanted: Query[Wanted], year: Year = None, department: DepartmentCode = "") -> Any:
    """与“信息公开”页面相同：各部门各年度最新的一版，不含已撤回的。"""
    return page_of(queries.publications(year, department), wanted, DocumentLine.of)


@router.get(
    "/documents/{pk}", summary="绩效文本的内容", tags=["绩效文本"],
    **rules_of(TokenScope.DOCUMENTS, DocumentOut, one=True),
)  # fmt: skip
def document(request: HttpRequest, pk: Pk) -> Any:
    """一份已公开的绩效文本的全部内容，格式与导出的 JSON 相同。"""
    # As on the public pages: an older edition stays readable, a withdrawn one does not.
    public = Publication.objects.filter(withdrawn_at=None).select_related("department__district", "budget_year")
    if (found := public.filter(pk=pk).first()) is None:
        raise Http404("没有这份绩效文本，或者它已撤回。")
    return DocumentOut.of(found, content=found.content)
