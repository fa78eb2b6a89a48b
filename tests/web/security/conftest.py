"""Two districts with everything an address can name, people on every side of every wall, and the list of addresses."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

BACKEND = "django.contrib.auth.backends.ModelBackend"
PASSWORD = "Ceshi-2026-mima"


@dataclass(frozen=True)
class Address:
    """One address of the URL configuration: its name (with namespace), its parameters, its view."""

    name: str
    parameters: tuple[str, ...]
    view: Any = field(compare=False)

    @property
    def keys(self) -> tuple[str, ...]:
        """The parameters that name an object; ``kind`` is a format of files."""
        return tuple(p for p in self.parameters if p != "kind")


def _walk(resolver: URLResolver, before: tuple[str, ...] = (), space: str = "") -> Iterator[Address]:
    for entry in resolver.url_patterns:
        names = (*before, *entry.pattern.regex.groupindex)
        if isinstance(entry, URLResolver):
            yield from _walk(entry, names, f"{entry.namespace}:" if entry.namespace else space)
        elif isinstance(entry, URLPattern) and entry.name:
            yield Address(f"{space}{entry.name}", names, entry.callback)


def all_addresses() -> list[Address]:
    found = {a.name: a for a in _walk(get_resolver())}
    return [found[name] for name in sorted(found)]


@pytest.fixture
def addresses() -> list[Address]:
    """Every address of the platform whose objects ``world`` has; test_objects.py says which are missing."""
    return [a for a in all_addresses() if not a.keys or a.name in PARAMETERS]


@pytest.fixture
def every_address() -> list[Address]:
    """Every address of the platform, whether or not ``world`` has its objects."""
    return all_addresses()


@pytest.fixture
def as_() -> Callable[..., Client]:
    """``as_(person)``: a browser of theirs."""

    def do(someone: Any, **more: Any) -> Client:
        client = Client(**more)
        if someone is not None:
            client.force_login(someone, backend=BACKEND)
        return client

    return do


def make_person(username: str, role: str, district: Any, department: Any = None, unit: Any = None) -> Any:
    from jiheng.web.org.models import Person, RoleAssignment

    made = Person.objects.create_user(
        username, f"姓名{username}", PASSWORD, must_change_password=False, unit=unit, district=district
    )
    if role:
        RoleAssignment.objects.create(person=made, role=role, district=district, department=department, unit=unit)
    return made


def make_project(unit: Any, year: Any, name: str) -> Any:
    from jiheng.web.plan.checking import recheck
    from jiheng.web.plan.mapping import fill_target
    from jiheng.web.plan.models import Indicator, PlanPeriod, Project, ProjectGoal

    made = Project.objects.create(
        unit=unit, budget_year=year, code="13990126P000141100015", name=name, budget_total=Decimal(40),
        budget_fiscal=Decimal(40), budget_other=Decimal(0), purpose="用于城区道路补植行道树。", explanation="说明",
    )  # fmt: skip
    PlanPeriod.objects.create(project=made, label="12月底", raw="100")
    ProjectGoal.objects.create(project=made, text="补植行道树800株。")
    row = Indicator(
        project=made, level1="产出指标", level2="数量指标", name="补植数量", description="株数", target_raw="≥800株",
        basis="规划",
    )  # fmt: skip
    fill_target(row)
    row.save()
    recheck(made)
    return Project.objects.get(pk=made.pk)


def _places() -> SimpleNamespace:
    from jiheng.web.org.models import Department, District, Section, Unit
    from jiheng.web.plan.models import BudgetYear

    w = SimpleNamespace()
    w.district = District.objects.create(code="139901", name="云溪区")
    w.elsewhere = District.objects.create(code="139902", name="青岚县")
    w.department = Department.objects.create(district=w.district, code="601", name="云溪区公共服务局")
    w.other_department = Department.objects.create(district=w.district, code="602", name="云溪区水务局")
    w.far_department = Department.objects.create(district=w.elsewhere, code="601", name="青岚县公共服务局")
    w.unit = Unit.objects.create(department=w.department, code="601001", name="公共服务局本级")
    w.sibling = Unit.objects.create(department=w.department, code="601002", name="公园管理中心")
    w.other_unit = Unit.objects.create(department=w.other_department, code="602001", name="水务局本级")
    w.far_unit = Unit.objects.create(department=w.far_department, code="601001", name="青岚县公共服务局本级")
    w.section = Section.objects.create(unit=w.unit, name="财务科")
    w.year = BudgetYear.objects.create(district=w.district, year=2026, pack="hebei-2023")
    w.far_year = BudgetYear.objects.create(district=w.elsewhere, year=2026, pack="hebei-2023")
    return w


def _people(w: SimpleNamespace) -> None:
    d, far = w.district, w.elsewhere
    w.clerk = make_person("clerk", "clerk", d, w.department, w.unit)
    w.head = make_person("head", "unit_head", d, w.department, w.unit)
    w.reviewer = make_person("reviewer", "department_reviewer", d, w.department)
    w.sibling_clerk = make_person("sibling", "clerk", d, w.department, w.sibling)
    w.other_clerk = make_person("otherclerk", "clerk", d, w.other_department, w.other_unit)
    w.other_reviewer = make_person("otherreviewer", "department_reviewer", d, w.other_department)
    for role in ("finance_reviewer", "finance_leader", "auditor", "evaluator", "system_admin", "security_admin"):
        setattr(w, role, make_person(role.replace("_", ""), role, d))
        setattr(w, f"far_{role}", make_person(f"far{role.replace('_', '')}", role, far))
    w.audit_admin = make_person("auditadmin", "audit_admin", d)
    w.far_audit_admin = make_person("farauditadmin", "audit_admin", far)
    w.far_clerk = make_person("farclerk", "clerk", far, w.far_department, w.far_unit)
    w.far_reviewer = make_person("farreviewer", "department_reviewer", far, w.far_department)
    w.nobody = make_person("nobody", "", d, None, w.unit)


def _work(w: SimpleNamespace) -> None:
    from jiheng.web.api.services import create
    from jiheng.web.disclosure.models import Publication
    from jiheng.web.execution.models import Contract, Evidence, ImportBatch, Payment, Procurement
    from jiheng.web.execution.services import refresh_totals
    from jiheng.web.jobs.models import Job
    from jiheng.web.plan import documents
    from jiheng.web.plan.importing.uploads import READ_JOB
    from jiheng.web.plan.models import (
        Approval,
        Comment,
        DepartmentGoals,
        ItemizedGoal,
        Project,
        Review,
        Safeguard,
        Transition,
        Upload,
    )
    from jiheng.web.plan.workflow import freeze
    from jiheng.web.results.models import Rectification, RectificationStep
    from jiheng.web.supervision.services import notify

    w.project = make_project(w.unit, w.year, "道路绿化补植")
    w.sibling_project = make_project(w.sibling, w.year, "公园座椅更换")
    w.other_project = make_project(w.other_unit, w.year, "河道清淤")
    w.far_project = make_project(w.far_unit, w.far_year, "远处的项目")
    w.approved = make_project(w.unit, w.year, "旧桥加固")
    w.waiting = make_project(w.unit, w.year, "雨水管网改造")
    Project.objects.filter(pk=w.waiting.pk).update(state="submitted")
    w.approval = Approval.objects.create(
        number="云财绩〔2026〕1号", department=w.department, budget_year=w.year, by=w.finance_reviewer
    )
    freeze(w.finance_reviewer, w.approved, w.approval)
    Project.objects.filter(pk=w.approved.pk).update(state="approved")
    w.approved = Project.objects.get(pk=w.approved.pk)
    w.comment = Comment.objects.create(project=w.project, cell="name", text="名称太笼统", author=w.reviewer)
    Comment.objects.create(project=w.project, cell="name", text="回复", author=w.clerk, parent=w.comment)
    Transition.objects.create(
        project=w.project, name="department_return", source="submitted", target="draft", reason="请改", by=w.reviewer
    )
    Review.objects.create(project=w.project, stage="submitted", opinion="意见", by=w.reviewer, grade="良")
    goals = DepartmentGoals.objects.create(department=w.department, budget_year=w.year, overall="总体目标")
    ItemizedGoal.objects.create(goals=goals, number="一", title="分项", goal="目标", indicators_text="指标")
    Safeguard.objects.create(goals=goals, number="一", title="保障", text="措施")
    content = documents.to_content(documents.document_of(w.department, w.year))
    w.publication = Publication.objects.create(
        department=w.department, budget_year=w.year, content=content, project_count=1, published_by=w.finance_reviewer
    )
    w.upload = Upload.objects.create(
        unit=w.unit, budget_year=w.year, name="绩效文本.docx", path="uploads/none", sha256="0" * 64, by=w.clerk,
        state="read", document=content, findings=[],
    )  # fmt: skip
    w.job = Job.objects.create(
        kind=READ_JOB, title="读取 1 个文件", created_by=w.clerk, state="done", message="全部读完"
    )
    w.batch = ImportBatch.objects.create(
        budget_year=w.year, department=w.department, unit=w.unit, name="三月.xlsx", path="execution/none", sm3="0" * 64,
        by=w.clerk, state="read",
    )  # fmt: skip
    w.payment = Payment.objects.create(project=w.approved, amount=5, on=date(2026, 3, 1), by=w.clerk)
    w.procurement = Procurement.objects.create(project=w.approved, name="苗木", budget=5)
    w.contract = Contract.objects.create(project=w.approved, name="苗木合同", amount=5)
    refresh_totals([w.approved.pk])
    w.token, w.secret = create(w.reviewer, "取数", ["org:read", "projects:read", "findings:read", "documents:read"], 30)
    w.rectification = Rectification.objects.create(
        budget_year=w.year, unit=w.unit, project=w.project, source="review", number="整改1", title="株数没有依据",
        description="请补充", due_on=timezone.localdate(), measures="措施", outcome="结果", raised_by=w.finance_reviewer,
    )  # fmt: skip
    RectificationStep.objects.create(item=w.rectification, name="raise", text="提出", by=w.finance_reviewer)
    w.item_evidence = Evidence.objects.create(
        project=w.project, owner=w.rectification, name="整改照片.pdf", path="evidence/none", sm3="0" * 64, by=w.clerk
    )
    notify([w.clerk], "请修改", f"/plan/{w.project.pk}/")


def _monitored(w: SimpleNamespace) -> None:
    from datetime import date

    from jiheng.web.execution.models import Evidence
    from jiheng.web.jobs.models import Job
    from jiheng.web.monitoring.models import MonitoringRound
    from jiheng.web.monitoring.services.opening import make_forms
    from jiheng.web.monitoring.services.reporting import REPORT_JOB

    w.round = MonitoringRound.objects.create(
        budget_year=w.year, order=1, label="3月底", period_end=date(2026, 3, 31), opens_on=date(2026, 4, 1),
        closes_on=date(2026, 4, 15), locks_on=date(2099, 1, 1), state="open",
    )  # fmt: skip
    make_forms(w.round, [w.approved.pk])
    w.record = w.round.records.get()
    w.row = w.record.rows.get()
    w.evidence = Evidence.objects.create(
        project=w.approved, owner=w.row, name="验收单.pdf", path="evidence/none", sm3="0" * 64, by=w.clerk
    )
    w.report = Job.objects.create(
        kind=REPORT_JOB, title="监控报告", created_by=w.clerk, state="done", payload={"round": w.round.pk},
        result={"path": "reports/none", "name": "监控报告.docx"},
    )  # fmt: skip


def _evaluated(w: SimpleNamespace) -> None:
    from jiheng.web.evaluation.services import exporting
    from jiheng.web.evaluation.services.start import start
    from jiheng.web.execution.models import Evidence
    from jiheng.web.jobs.models import Job
    from jiheng.web.jobs.services import perform

    perform(start(w.finance_reviewer, w.year).pk)
    w.evaluation = w.approved.self_evaluation
    w.evaluation_row = w.evaluation.rows.first()
    w.evaluation_evidence = Evidence.objects.create(
        project=w.approved, owner=w.evaluation_row, name="年度总结.pdf", path="evidence/none", sm3="0" * 64, by=w.clerk
    )
    w.evaluation_job = Job.objects.create(
        kind=exporting.JOB, title="自评表", created_by=w.finance_reviewer, state="done", payload={"kind": "docx"}
    )


def _files(root: Path) -> None:
    """What the objects say that they keep on disk."""
    for path in ("uploads/none", "execution/none", "evidence/none", "reports/none"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(b"kept")


@pytest.fixture(scope="module")
def built(module_transaction: None) -> SimpleNamespace:
    """Everything, in the database as long as the module's tests run."""
    w = _places()
    for part in (_people, _work, _monitored, _evaluated):
        part(w)
    return w


@pytest.fixture
def world(built: SimpleNamespace, db: None, settings: Any, tmp_path_factory: Any) -> Any:
    """Everything; ``far_`` is in another district, ``other_`` in another department, ``sibling`` in another unit."""
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("media")
    _files(settings.MEDIA_ROOT)
    return copy.deepcopy(built)  # what a test does to an object is over with it, as in the database


PARAMETERS: dict[str, Callable[[Any], dict[str, Any]]] = {
    **dict.fromkeys(
        ("plan-form plan-cells plan-rows plan-undo plan-redo plan-here plan-step plan-sources plan-copy plan-delete"
         " plan-versions review-page review-comment"
         " api-v1:project api-v1:indicators api-v1:findings").split(),
        lambda w: {"pk": w.project.pk},
    ),
    **dict.fromkeys("review-score review-step".split(), lambda w: {"pk": w.waiting.pk}),
    **dict.fromkeys(
        ("plan-department plan-department-cells plan-department-rows plan-department-copy plan-department-undo"
         " plan-department-redo plan-department-check").split(),
        lambda w: {"pk": w.department.pk},
    ),
    **dict.fromkeys(
        "documents-preview documents-publish".split(), lambda w: {"department": w.department.pk, "year": 2026}
    ),
    "documents-download": lambda w: {"department": w.department.pk, "year": 2026, "kind": "docx"},
    **dict.fromkeys(
        "documents-withdraw public-document api-v1:document".split(), lambda w: {"pk": w.publication.pk}
    ),
    "public-download": lambda w: {"pk": w.publication.pk, "kind": "xlsx"},
    **dict.fromkeys(
        "import-preview import-discard import-original".split(), lambda w: {"pk": w.upload.pk}
    ),
    "import-progress": lambda w: {"pk": w.job.pk},
    "review-letter": lambda w: {"pk": w.approval.pk},
    "review-resolve": lambda w: {"pk": w.comment.pk},
    **dict.fromkeys("org-account org-account-change org-handover".split(), lambda w: {"pk": w.clerk.pk}),
    "execution-project": lambda w: {"pk": w.approved.pk},
    "execution-add": lambda w: {"pk": w.approved.pk, "kind": "payment"},
    **dict.fromkeys(
        "execution-change execution-remove".split(), lambda w: {"kind": "payment", "entry": w.payment.pk}
    ),
    **dict.fromkeys("procurement-add contract-add".split(), lambda w: {"pk": w.approved.pk}),
    **dict.fromkeys(
        "procurement-change procurement-steps procurement-remove".split(), lambda w: {"pk": w.procurement.pk}
    ),
    **dict.fromkeys("contract-change contract-remove".split(), lambda w: {"pk": w.contract.pk}),
    **dict.fromkeys(
        ("execution-import execution-import-progress execution-import-columns execution-import-decide"
         " execution-import-apply execution-import-discard execution-import-take-back execution-import-original").split(),
        lambda w: {"pk": w.batch.pk},
    ),
    **dict.fromkeys("rectification-item rectification-step rectification-evidence".split(), lambda w: {"pk": w.rectification.pk}),
    "rectification-export": lambda w: {"kind": "xlsx"},
    **dict.fromkeys("org-unit org-unit-change".split(), lambda w: {"pk": w.unit.pk}),
    "audit-entry": lambda w: {"sequence": 1},
    "api-token-withdraw": lambda w: {"pk": w.token.pk},
    "api-token-revoke": lambda w: {"pk": w.token.pk},
    **dict.fromkeys("api-v1:record api-v1:write".split(), lambda w: {"pk": w.record.pk}),
    **dict.fromkeys(
        "monitoring-form monitoring-cells monitoring-fill monitoring-money monitoring-step".split(),
        lambda w: {"pk": w.record.pk},
    ),
    **dict.fromkeys(
        ("monitoring-round-change monitoring-remind monitoring-report monitoring-excel"
         " monitoring-excel-template").split(),
        lambda w: {"pk": w.round.pk},
    ),
    "monitoring-evidence": lambda w: {"pk": w.row.pk},
    **dict.fromkeys(
        "monitoring-evidence-file monitoring-evidence-remove".split(), lambda w: {"pk": w.evidence.pk}
    ),
    **dict.fromkeys(
        "rectification-evidence-file rectification-evidence-remove".split(), lambda w: {"pk": w.item_evidence.pk}
    ),
    **dict.fromkeys(
        "evaluation-form evaluation-cells evaluation-refresh evaluation-step".split(),
        lambda w: {"pk": w.evaluation.pk},
    ),
    "evaluation-file": lambda w: {"pk": w.evaluation.pk, "kind": "xlsx"},
    **dict.fromkeys(
        ("evaluation-department evaluation-department-report evaluation-department-save"
         " evaluation-department-step").split(),
        lambda w: {"pk": w.department.pk},
    ),
    "evaluation-opening": lambda w: {"pk": w.year.pk},
    "evaluation-export-job": lambda w: {"pk": w.evaluation_job.pk},
    "evaluation-evidence-upload": lambda w: {"pk": w.evaluation_row.pk},
    **dict.fromkeys(
        "evaluation-evidence evaluation-evidence-remove".split(), lambda w: {"pk": w.evaluation_evidence.pk}
    ),
    "monitoring-report-file": lambda w: {"pk": w.report.pk},
    "responsibility-project": lambda w: {"pk": w.approved.pk},
    "responsibility-department": lambda w: {"pk": w.department.pk},
    "responsibility-section": lambda w: {"pk": w.section.pk},
    "audit-export": lambda w: {"kind": "csv"},
}  # fmt: skip
"""Address with parameters → those of an object in the first unit of the first district."""


@pytest.fixture
def path_of(world: Any) -> Callable[[Address], str]:
    """``path_of(address)``: the path, naming objects of ``world``; a format of files is Excel where none is given."""

    def do(address: Address) -> str:
        given = PARAMETERS.get(address.name, lambda _: {"kind": "xlsx"})
        return reverse(address.name, kwargs=given(world) if address.parameters else None)

    return do
