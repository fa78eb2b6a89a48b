"""Documents are made of approved projects, published, read by anybody, and withdrawn with a reason."""

from __future__ import annotations

import zipfile
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.test import Client

from jiheng.readers import office, read_bytes
from jiheng.web.disclosure.models import Publication
from jiheng.web.jobs.models import Job
from jiheng.web.jobs.services import perform
from jiheng.web.org.models import Department, Unit
from jiheng.web.plan import documents
from jiheng.web.plan.models import (
    BudgetYear,
    DepartmentGoals,
    Indicator,
    ItemizedGoal,
    PlanPeriod,
    Project,
    ProjectGoal,
)
from jiheng.web.plan.states import State
from jiheng.web.supervision.models import AuditEntry

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


def make(unit: Unit, name: str, state: str) -> Project:
    project = Project.objects.create(
        unit=unit, budget_year=BudgetYear.objects.get(), name=name, title=name, code="13990126P000000000017", state=state,
        budget_total=Decimal("12.5"), budget_fiscal=Decimal("12.5"), purpose="用于公园座椅更换。",
    )  # fmt: skip
    for n, (label, raw) in enumerate((("3月底", "10%"), ("6月底", "50%"), ("10月底", "80%"), ("12月底", "100%"))):
        PlanPeriod.objects.create(project=project, order=n, label=label, raw=raw)
    ProjectGoal.objects.create(project=project, text="更换公园座椅50组")
    Indicator.objects.create(
        project=project, level1="产出指标", level2="数量指标", name="更换座椅数量", description="更换的座椅",
        target_raw="≥50组", basis="实施方案",
    )  # fmt: skip
    return project


@pytest.fixture
def department(district: Any) -> Department:
    found = Department.objects.get()
    first, second = Unit.objects.order_by("code")
    make(first, "公园座椅更换", State.APPROVED)
    make(second, "绿道维护", State.APPROVED)
    make(second, "还在草稿的项目", State.DRAFT)
    goals = DepartmentGoals.objects.create(
        department=found, budget_year=BudgetYear.objects.get(), overall="管好公园绿道。"
    )
    ItemizedGoal.objects.create(
        goals=goals, number="一", title="公园管护", goal="设施完好。", indicators_text="完好率95%以上。"
    )
    return found


def as_(client: Client, someone: Any) -> Client:
    client.force_login(someone, backend=BACKEND)
    return client


def test_publish_and_read_without_login(client: Client, person: Any, department: Department) -> None:
    as_(client, person("department_reviewer")).post(f"/documents/{department.pk}/2026/publish/")
    publication = Publication.objects.get()
    assert (publication.edition, publication.project_count, publication.budget_total) == (1, 2, Decimal(25))
    assert set(Project.objects.values_list("name", "state")) == {
        ("公园座椅更换", "published"), ("绿道维护", "published"), ("还在草稿的项目", "draft"),
    }  # fmt: skip
    stranger = Client()
    page = stranger.get(f"/public/{publication.pk}/").content.decode()
    assert "更换座椅数量" in page
    assert "还在草稿的项目" not in page
    assert "云溪区公共服务局" in stranger.get("/public/", {"q": "绿道"}).content.decode()
    assert "没有找到" in stranger.get("/public/", {"q": "不存在的项目"}).content.decode()
    assert AuditEntry.objects.filter(action="公开绩效文本").count() == 1


def test_amounts_are_printed_as_they_are_shown(client: Client, person: Any, department: Department) -> None:
    """12.50 on the form is 12.50 on the public page and in the Word file, though JSON keeps it as 12.5."""
    as_(client, person("department_reviewer")).post(f"/documents/{department.pk}/2026/publish/")
    address = f"/public/{Publication.objects.get().pk}/"
    assert "12.50" in Client().get(address).content.decode()
    with zipfile.ZipFile(BytesIO(Client().get(f"{address}document.docx").content)) as word:
        printed = word.read("word/document.xml").decode()
    assert ">12.50<" in printed and ">12.5<" not in printed


@pytest.mark.parametrize("kind", ["docx", "xlsx", "json"])
def test_downloads_read_back_as_the_data(client: Client, person: Any, department: Department, kind: str) -> None:
    as_(client, person("department_reviewer")).post(f"/documents/{department.pk}/2026/publish/")
    response = Client().get(f"/public/{Publication.objects.get().pk}/document.{kind}")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    document = read_bytes(response.content, f"a.{kind}")
    expected = documents.document_of(department, BudgetYear.objects.get())
    assert [p.name for p in document.projects] == [p.name for p in expected.projects]
    assert [i.target for p in document.projects for i in p.indicators] == [
        i.target for p in expected.projects for i in p.indicators
    ]
    if kind == "docx":
        assert document.projects == expected.projects
        assert document.goals == expected.goals


def test_withdrawn_is_gone_for_the_public_and_kept_for_the_record(
    client: Client, person: Any, department: Department
) -> None:
    mine = as_(client, person("department_reviewer"))
    mine.post(f"/documents/{department.pk}/2026/publish/")
    publication = Publication.objects.get()
    mine.post(f"/documents/publication/{publication.pk}/withdraw/", {"reason": " "})
    publication.refresh_from_db()
    assert publication.withdrawn_at is None
    mine.post(f"/documents/publication/{publication.pk}/withdraw/", {"reason": "数据有误"})
    assert Client().get(f"/public/{publication.pk}/").status_code == 404
    assert Client().get(f"/public/{publication.pk}/document.docx").status_code == 404
    assert "数据有误" in mine.get(f"/documents/{department.pk}/2026/").content.decode()


def test_nothing_approved_cannot_be_published(client: Client, person: Any, district: Any) -> None:
    found = Department.objects.get()
    page = as_(client, person("finance_reviewer")).post(f"/documents/{found.pk}/2026/publish/", follow=True)
    assert "还没有已批复的项目" in page.content.decode()
    assert not Publication.objects.exists()


@pytest.mark.parametrize(
    "role", ["clerk", "unit_head", "auditor", "system_admin", "security_admin", "audit_admin", "evaluator"]
)
def test_wrong_roles_cannot_publish(client: Client, person: Any, department: Department, role: str) -> None:
    response = as_(client, person(role)).post(f"/documents/{department.pk}/2026/publish/")
    assert response.status_code in (403, 404)
    assert not Publication.objects.exists()


def test_a_department_does_not_see_another(client: Client, person: Any, department: Department) -> None:
    other = Department.objects.create(district=department.district, code="602", name="别的局")
    unit = Unit.objects.create(department=other, code="602001", name="别的局本级")
    stranger = as_(client, person("department_reviewer", unit=unit))
    assert stranger.get(f"/documents/{department.pk}/2026/").status_code == 404
    assert "云溪区公共服务局" not in stranger.get("/documents/").content.decode().partition("<main")[2]


def test_hostile_texts_are_shown_as_texts(client: Client, person: Any, department: Department) -> None:
    Project.objects.filter(name="绿道维护").update(
        name="<script>alert(1)</script>", purpose="<img src=x onerror=alert(1)>"
    )
    as_(client, person("department_reviewer")).post(f"/documents/{department.pk}/2026/publish/")
    page = Client().get(f"/public/{Publication.objects.get().pk}/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<img src=x" not in page


@pytest.mark.skipif(not office.available(), reason="LibreOffice is not installed: no PDF can be made")
def test_pdf_is_made_in_the_background_once(client: Client, person: Any, department: Department) -> None:
    page = f"/documents/{department.pk}/2026/"
    as_(client, person("department_reviewer")).post(f"{page}publish/")
    assert "PDF 正在生成" in client.get(page).content.decode()
    asked = Job.objects.get()
    perform(asked.pk)
    publication = Publication.objects.get()
    made = client.get(page).content.decode()
    assert "正在生成" not in made and f"/public/{publication.pk}/document.pdf" in made
    assert Client().get(f"/public/{publication.pk}/document.pdf").content.startswith(b"%PDF")
    Job.objects.update(state=Job.State.WAITING)
    perform(asked.pk)
    assert Publication.objects.get().pdf == publication.pdf


def test_few_queries(client: Client, person: Any, department: Department, django_assert_max_num_queries: Any) -> None:
    mine = as_(client, person("finance_reviewer"))
    with django_assert_max_num_queries(14):
        mine.get("/documents/")
    with django_assert_max_num_queries(18):
        mine.get(f"/documents/{department.pk}/2026/")


def test_every_document_that_the_list_links_opens(district: Any, person: Any) -> None:
    client = Client()
    for role in ("clerk", "unit_head", "department_reviewer", "finance_reviewer", "finance_leader", "auditor"):
        client.force_login(person(role, f"{role}-all"), BACKEND)
        page = client.get("/documents/").content.decode()
        address = f"/documents/{Department.objects.get().pk}/2026/"
        assert (f'href="{address}"' in page) == (client.get(address).status_code == 200), role


def test_before_publishing_one_is_told_what_is_not_in_it_yet(
    client: Client, person: Any, department: Department
) -> None:
    reviewer = as_(client, person("department_reviewer"))
    page = reviewer.get(f"/documents/{department.pk}/2026/").content.decode()
    said = "还有 1 个项目没有批复，不在这份文本里。"
    assert page.count(said) == 2 and f"{said}确定公开 2 个项目的绩效文本吗？" in page
    Project.objects.filter(name="还在草稿的项目").update(state=State.APPROVED)
    assert "没有批复" not in reviewer.get(f"/documents/{department.pk}/2026/").content.decode()
