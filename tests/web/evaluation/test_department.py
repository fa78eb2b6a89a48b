"""A department's overall self-evaluation, ranking and distribution."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from jiheng.web.plan.services.errors import Refused

pytestmark = pytest.mark.django_db
TEXTS = {"overview": "基本情况。", "achievements": "完成。", "problems": "无。", "measures": "继续。"}


@pytest.fixture
def scored(make_project: Any, opened: Any, year: Any) -> Any:
    """``scored(("601001", "98.5", 100), …)``: forms with these scores and budgets in 万元, accepted."""
    from jiheng.scoring.self_evaluation import grade_of
    from jiheng.web.evaluation.models import SelfEvaluation
    from jiheng.web.plan.checking import pack_of

    def make(*forms: tuple[str, str, int]) -> None:
        grades = pack_of(year).self_evaluation.grades
        for n, (unit, score, budget) in enumerate(forms):
            project = make_project(f"项目{n}", unit)
            opened()
            points = Decimal(score)
            SelfEvaluation.objects.filter(project=project).update(
                score=points, whole=int(points), grade=grade_of(points, grades), budget=budget * 10000,
                executed=budget * 9000, missing=0, state="finance_review",
            )  # fmt: skip

    return make


def overview(person: Any, year: Any, level: str) -> Any:
    from jiheng.web.evaluation.queries.ranking import overview as find
    from jiheng.web.org.models import Person

    return find(Person.objects.filter(username="finance_leader").first() or person("finance_leader"), year, level)


def test_scores_are_weighted_with_money_and_ranked(scored: Any, person: Any, year: Any) -> None:
    scored(("601001", "90", 300), ("601001", "60", 100), ("601002", "85.5", 50))
    found = overview(person, year, "unit")
    assert [(p.place, p.name, p.summary.weighted, p.summary.mean) for p in found.places] == [
        (1, "云溪区公园管理中心", Decimal("85.5"), Decimal("85.5")),
        (2, "云溪区公共服务局本级", Decimal("82.5"), Decimal(75)),
    ]
    assert found.summary.weighted == Decimal("82.83") and found.summary.rate == 90
    assert found.summary.grades == {"优": 1, "良": 1, "中": 1, "差": 0}
    assert [(a, n) for a, _, n, _ in found.bins if n] == [(60, 1), (85, 1), (90, 1)]


def test_what_has_no_score_is_counted_and_not_ranked(make_project: Any, opened: Any, person: Any, year: Any) -> None:
    make_project()
    opened()
    (place,) = overview(person, year, "department").places
    assert (place.place, place.summary.count, place.summary.scored, place.summary.weighted) == (None, 1, 0, None)


def test_a_unit_that_scores_98_everywhere_is_told_of(scored: Any, person: Any, year: Any) -> None:
    scored(*[("601001", "98.6", 10)] * 4, ("601002", "88", 10))
    first, second = overview(person, year, "unit").places
    assert "4 个项目中 4 个自评在 98 分以上" in first.pattern and first.high == 4 and second.pattern == ""
    assert overview(person, year, "department").pattern != ""  # 4 of 5


def test_a_department_writes_submits_and_is_accepted(scored: Any, person: Any, year: Any) -> None:
    from jiheng.web.evaluation.services.department import save_texts, take_step
    from jiheng.web.org.models import Department

    scored(("601001", "90", 300), ("601002", "60", 100))
    department, writer, finance = Department.objects.get(), person("department_reviewer"), person("finance_reviewer")
    with pytest.raises(Refused, match="还没有填写：基本情况"):
        take_step(writer, department, year, "submit")
    saved = save_texts(writer, department, year, TEXTS, 0)
    with pytest.raises(Refused, match="别人刚刚改过"):
        save_texts(writer, department, year, TEXTS | {"overview": "另一版"}, 0)
    done = take_step(writer, department, year, "submit")
    assert (saved.revision, done.score, done.grade, done.state) == (1, Decimal("82.5"), "良", "finance_review")
    assert [u["weighted"] for u in done.content["units"]] == ["90.00", "60.00"]
    with pytest.raises(Refused, match="不能修改"):
        save_texts(writer, department, year, TEXTS, 1)
    with pytest.raises(Refused, match="要写明理由"):
        take_step(finance, department, year, "return")
    assert take_step(finance, department, year, "accept").state == "accepted"
    assert take_step(finance, department, year, "reopen", "漏报项目。").state == "draft"


def test_open_projects_hold_it_back(scored: Any, person: Any, year: Any) -> None:
    from jiheng.web.evaluation.models import SelfEvaluation
    from jiheng.web.evaluation.services.department import save_texts, take_step
    from jiheng.web.org.models import Department

    scored(("601001", "90", 300), ("601002", "60", 100))
    SelfEvaluation.objects.filter(unit__code="601002").update(state="draft")
    department, writer = Department.objects.get(), person("department_reviewer")
    save_texts(writer, department, year, TEXTS, 0)
    with pytest.raises(Refused, match="还有 1 个项目的自评没有通过部门审核"):
        take_step(writer, department, year, "submit")


@pytest.mark.parametrize("role", ("clerk", "unit_head", "finance_reviewer", "auditor"))
def test_only_the_department_writes(role: str, scored: Any, person: Any, year: Any) -> None:
    from jiheng.web.evaluation.services.department import save_texts
    from jiheng.web.org.models import Department

    with pytest.raises(PermissionDenied):
        save_texts(person(role), Department.objects.get(), year, TEXTS, 0)


def test_the_page_and_the_report(scored: Any, enter: Any, year: Any) -> None:
    import io

    import docx

    from jiheng.web.org.models import Department

    scored(("601001", "90", 300), ("601002", "60", 100))
    client, path = enter("department_reviewer"), f"/evaluation/department/{Department.objects.get().pk}/"
    text = client.get(path).content.decode()
    assert "82.5" in text and "2 个项目纳入绩效自评" in text  # drafted from the sums
    answer = client.post(f"{path}save/", {"year": year.pk, "revision": 0, **TEXTS}, follow=True)
    assert "部门整体自评已保存" in answer.content.decode()
    client.post(f"{path}step/", {"year": year.pk, "step": "submit"})
    document = docx.Document(io.BytesIO(client.get(f"{path}report/?year={year.pk}").content))
    words = "\n".join(p.text for p in document.paragraphs)
    assert "云溪区公共服务局2026年度部门整体绩效自评报告" in words and "按预算加权得分 82.5 分" in words
    assert "90.00%" in [c.text for r in document.tables[0].rows for c in r.cells]
    heads = [c.text for c in document.tables[1].rows[0].cells]
    assert heads[:2] == ["项目", "实施单位"]  # a project is one project: whose it is says more
    # A unit's clerk sees projects, not the department as a whole.
    assert enter("clerk").get(path).status_code == 404


@pytest.mark.parametrize(
    ("role", "is_offered"), [("clerk", False), ("unit_head", False), ("department_reviewer", True)]
)
def test_who_sees_only_a_unit_is_not_sent_to_the_department(
    scored: Any, enter: Any, role: str, is_offered: bool
) -> None:
    from jiheng.web.org.models import Department

    scored(("601001", "98.5", 100))
    client, path = enter(role), f"/evaluation/department/{Department.objects.get().pk}/"
    assert (client.get(path).status_code == 200) is is_offered
    for page in ("/evaluation/", "/evaluation/ranking/"):
        assert (path in client.get(page, {"year": 2026}).content.decode()) is is_offered


def test_points_in_columns_have_two_decimals(scored: Any, enter: Any) -> None:
    scored(("601001", "98.5", 100))
    client = enter("finance_reviewer")
    for page in ("/evaluation/", "/evaluation/ranking/"):
        assert "<b>98.50</b>" in client.get(page, {"year": 2026}).content.decode()


def test_the_ranking_is_exported_whole_as_numbers(scored: Any, enter: Any) -> None:
    from jiheng.readers.workbook_xlsx import xlsx_sheets
    from jiheng.web.plan.models import BudgetYear

    scored(("601001", "98.5", 100), ("601002", "75", 300))
    client = enter("finance_reviewer")
    path = f"/evaluation/ranking/xlsx/?year={BudgetYear.objects.get(year=2026).pk}"
    assert path in client.get("/evaluation/ranking/", {"year": 2026}).content.decode()
    response = client.get(path)
    assert "2026%E5%B9%B4%E8%87%AA%E8%AF%84%E6%8E%92%E5%90%8D.xlsx" in response.headers["Content-Disposition"]
    departments, units = xlsx_sheets(response.content)
    assert (departments.name, units.name) == ("按部门", "按单位")
    title, heads, *rows = ([cells[n] for n in sorted(cells)] for cells in units.rows.values())
    assert title[0] == "2026年自评排名（按单位）"
    assert heads[:7] == ["名称", "名次", "项目数", "有得分的", "加权得分", "平均得分", "等级"]
    assert heads[7:12] == ["优", "良", "中", "差", "98 分以上"]
    assert [row[1:12] for row in rows] == [
        ["1", "1", "1", "98.50", "98.50", "优", "1", "0", "0", "0", "1"],
        ["2", "1", "1", "75.00", "75.00", "中", "0", "0", "1", "0", "0"],
    ]
    # (98.5 × 100 + 75 × 300) ÷ 400; the mean is (98.5 + 75) ÷ 2
    assert [departments.rows[2][n] for n in range(1, 6)] == ["1", "2", "2", "80.88", "86.75"]
    assert enter("clerk").get(path).status_code == 200 and enter("system_admin").get(path).status_code == 403
