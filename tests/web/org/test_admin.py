"""Three separated administrators: units and accounts, roles, logs; none can do another's work."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from jiheng.web.org.models import Department, District, Person, RoleAssignment, Unit
from jiheng.web.org.permissions import PERMISSIONS, allowed
from jiheng.web.org.roles import Role
from jiheng.web.supervision.models import AuditEntry

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


def as_(someone: Any) -> Client:
    client = Client()
    client.force_login(someone, backend=BACKEND)
    return client


@pytest.fixture
def admins(person: Any) -> dict[str, Any]:
    return {role: person(role) for role in ("system_admin", "security_admin", "audit_admin")}


def printed_matrix() -> dict[str, dict[str, bool]]:
    """The matrix as the handbook prints it: permission → role → whether there is a dot."""
    page = Path(__file__).parents[3] / "docs" / "permissions.md"
    lines = [line for line in page.read_text(encoding="utf-8").splitlines() if "| `" in line]
    rows = ([cell.strip() for cell in line.split("|")[1:-1]] for line in lines)
    return {cells[1].strip("`"): dict(zip(Role.values, (c == "●" for c in cells[2:]), strict=True)) for cells in rows}


@pytest.mark.parametrize("permission", sorted(PERMISSIONS))
def test_every_cell_of_the_printed_matrix(person: Any, permission: str) -> None:
    unit = Unit.objects.get(code="601001")
    printed = printed_matrix()[permission]
    for role in Role:
        assert allowed(person(role), permission, unit) == printed[role.value], role


PAGES = {
    "/org/": {"system_admin", "security_admin", "audit_admin"},
    "/org/people/": {"system_admin", "security_admin", "audit_admin"},
    "/org/units/{unit}/": {"system_admin", "security_admin", "audit_admin"},
    "/org/people/import/": {"system_admin"},
    "/org/people/template.xlsx": {"system_admin"},
    "/audit/": {"audit_admin", "auditor"},
    "/audit/export.csv": {"audit_admin", "auditor"},
}


@pytest.mark.parametrize("role", [r.value for r in Role])
def test_pages_open_to_their_roles_alone(person: Any, role: str) -> None:
    client = as_(person(role))
    unit = Unit.objects.get(code="601001").pk
    for page, roles in PAGES.items():
        page = page.format(unit=unit)
        assert client.get(page).status_code == (200 if role in roles else 403), page


def test_no_administrator_does_another_ones_work(person: Any, admins: Any) -> None:
    clerk = person("clerk")
    target = f"/org/people/{clerk.pk}/change/"
    system, security, audit = (as_(admins[r]) for r in admins)
    assert system.post(target, {"do": "grant", "role": "auditor"}).status_code == 403
    assert system.post(target, {"do": "unlock"}).status_code == 403
    assert security.post(target, {"do": "reset"}).status_code == 403
    assert security.post(target, {"do": "disable"}).status_code == 403
    assert security.post("/org/people/new/", {"username": "x", "name": "x"}).status_code == 403
    assert security.post("/org/change/", {"do": "add_department", "code": "9", "name": "x"}).status_code == 403
    for do in ("grant", "unlock", "reset", "disable"):
        assert audit.post(target, {"do": do, "role": "auditor"}).status_code == 403
    clerk.refresh_from_db()
    assert clerk.is_active
    assert [a.role for a in clerk.roles.all()] == ["clerk"]


@pytest.mark.parametrize(
    "holds, wanted", [("clerk", "system_admin"), ("system_admin", "clerk"), ("audit_admin", "security_admin")]
)
def test_administrators_hold_no_other_role(person: Any, holds: str, wanted: str) -> None:
    security = as_(person("security_admin", "granter"))
    someone = person(holds, "someone")
    unit = Unit.objects.first()
    assert unit is not None
    page = security.post(
        f"/org/people/{someone.pk}/change/", {"do": "grant", "role": wanted, "unit": unit.pk}, follow=True
    )
    assert "不能与其他角色兼任" in page.content.decode()
    assert someone.roles.count() == 1


def test_roles_are_granted_and_revoked_but_not_to_oneself(person: Any, admins: Any) -> None:
    security = as_(admins["security_admin"])
    someone = Person.objects.create_user("neu", "新人", "x", district=District.objects.get())
    department = Department.objects.get()
    security.post(
        f"/org/people/{someone.pk}/change/", {"do": "grant", "role": "department_reviewer", "department": department.pk}
    )
    held = RoleAssignment.objects.get(person=someone)
    assert (held.role, held.department) == ("department_reviewer", department)
    again = security.post(f"/org/people/{someone.pk}/change/", {"do": "grant", "role": "clerk"}, follow=True)
    assert "要指定单位" in again.content.decode()
    own = f"/org/people/{admins['security_admin'].pk}/change/"
    assert "不能给自己授予" in security.post(own, {"do": "grant", "role": "auditor"}, follow=True).content.decode()
    security.post(f"/org/people/{someone.pk}/change/", {"do": "revoke", "assignment": held.pk})
    assert not someone.roles.exists()
    assert set(AuditEntry.objects.values_list("action", flat=True)) >= {"授予角色", "收回角色"}


def test_a_role_is_held_for_the_years_that_are_said(person: Any, admins: Any) -> None:
    from jiheng.web.org.permissions import At, reach, units_for

    security, someone = as_(admins["security_admin"]), Person.objects.create_user("neu", "新人", "x")
    unit = Unit.objects.get(code="601001")
    someone.unit = unit
    someone.save()
    to = f"/org/people/{someone.pk}/change/"
    grant = {"do": "grant", "role": "clerk", "unit": unit.pk}

    def said(**body: Any) -> str:
        return str(security.post(to, body, follow=True).content.decode())

    assert "早于起始年度" in said(**grant, year_from="2027", year_to="2026")
    assert "四位年份" in said(**grant, year_from="27")
    page = said(**grant, year_from="2025", year_to="2026")
    assert "2025—2026 年" in page
    assert "已经有这个角色（2025—2026 年）" in said(**grant, year_from="2026")
    assert "2028 年起" in said(**grant, year_from="2028")
    assert someone.roles.count() == 2
    held = someone.roles.get(year_from=2025)
    assert "已经有这个角色" in said(do="years", assignment=held.pk, year_from="2025", year_to="")
    assert "至 2027 年" in said(do="years", assignment=held.pk, year_from="", year_to="2027")
    years = {
        year: allowed(Person.objects.get(pk=someone.pk), "plan.edit", At(unit, year)) for year in range(2024, 2030)
    }
    assert years == {2024: True, 2025: True, 2026: True, 2027: True, 2028: True, 2029: True}
    assert "2026—2026 年" in said(do="years", assignment=held.pk, year_from="2026", year_to="2026")
    again = Person.objects.get(pk=someone.pk)
    assert [y for y in range(2024, 2030) if allowed(again, "plan.edit", At(unit, y))] == [2026, 2028, 2029]
    assert [y for y in range(2024, 2030) if units_for(again, "plan.edit", y)] == [2026, 2028, 2029]
    assert "2026" in str(reach(again, "plan.edit"))
    assert "不能修改自己角色" in str(
        security.post(
            f"/org/people/{admins['security_admin'].pk}/change/",
            {"do": "years", "assignment": admins["security_admin"].roles.get().pk}, follow=True,
        ).content.decode()
    )  # fmt: skip
    assert AuditEntry.objects.filter(action="修改角色年度").count() == 2


def test_an_administrator_of_past_or_coming_years_is_none_now(person: Any, admins: Any) -> None:
    year = timezone.localdate().year
    for first, last, is_open in ((2000, year - 1, 403), (year + 1, None, 403), (year, year, 200)):
        RoleAssignment.objects.filter(role="system_admin").update(year_from=first, year_to=last)
        assert as_(admins["system_admin"]).get("/org/people/import/").status_code == is_open
        RoleAssignment.objects.filter(role="audit_admin").update(year_from=first, year_to=last)
        assert as_(admins["audit_admin"]).get("/audit/").status_code == is_open


def test_accounts_are_made_disabled_and_reset(admins: Any) -> None:
    system = as_(admins["system_admin"])
    page = system.post("/org/people/new/", {"username": "wang.er", "name": "王二 <b>"}).content.decode()
    someone = Person.objects.get(username="wang.er")
    assert "王二 &lt;b&gt;" in page
    assert someone.must_change_password
    assert (
        "已经有了"
        in system.post("/org/people/new/", {"username": "wang.er", "name": "x"}, follow=True).content.decode()
    )
    assert (
        "只能用英文字母"
        in system.post("/org/people/new/", {"username": "王二", "name": "x"}, follow=True).content.decode()
    )
    system.post(f"/org/people/{someone.pk}/change/", {"do": "disable"})
    someone.refresh_from_db()
    assert not someone.is_active
    before = someone.password
    system.post(f"/org/people/{someone.pk}/change/", {"do": "reset"})
    someone.refresh_from_db()
    assert someone.password != before
    own = f"/org/people/{admins['system_admin'].pk}/change/"
    assert "不能停用自己" in system.post(own, {"do": "disable"}, follow=True).content.decode()


def workbook(*rows: tuple[str, ...]) -> SimpleUploadedFile:
    out = BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for r, row in enumerate(rows):
            for c, text in enumerate(row):
                sheet.write_string(r, c, text)
    return SimpleUploadedFile("人员.xlsx", out.getvalue())


HEAD = ("账号", "姓名", "单位编码", "电话", "邮箱")


def confirm_list(who: Client, address: str, page: str) -> str:
    """Confirm the preview of a list; the page that answers."""
    carried = page.rpartition('name="book" value="')[2].partition('"')[0]
    return who.post(address, {"book": carried, "do": "create"}, follow=True).content.decode()


def test_people_come_from_excel_all_or_none(admins: Any) -> None:
    system = as_(admins["system_admin"])
    bad = workbook(HEAD, ("a1", "甲", "601001", "", ""), ("a1", "乙", "601001"), ("b 2", "", "999"))
    page = system.post("/org/people/import/", {"file": bad}).content.decode()
    assert "第 3 行" in page
    assert "账号“a1”与第 2 行重复" in page
    assert "没有编码为“999”的在用单位" in page
    assert not Person.objects.filter(username="a1").exists()
    good = workbook(HEAD, ("a1", "甲", "601001", "", ""), ("a2", "乙", "601002", "", ""))
    page = system.post("/org/people/import/", {"file": good}).content.decode()
    assert "2 人都没有问题" in page
    assert not Person.objects.filter(username="a1").exists()
    confirm_list(system, "/org/people/import/", page)
    assert {p.unit.code for p in Person.objects.filter(username__in=("a1", "a2"))} == {"601001", "601002"}


ROLES = ("账号", "角色", "单位编码", "部门代码", "起始年度", "截止年度")


def test_roles_come_from_excel_with_their_years_all_or_none(admins: Any) -> None:
    security, unit = as_(admins["security_admin"]), Unit.objects.get(code="601001")
    for name in ("a1", "a2"):
        Person.objects.create_user(name, "新人", "x", unit=unit)
    assert as_(admins["system_admin"]).get("/org/people/roles/").status_code == 403
    bad = workbook(
        ROLES,
        ("a1", "单位经办", "601001"),
        ("zz", "经办", "9", "", "27", ""),
        ("a1", "单位负责人", "601001", "", "2027", "2026"),
    )
    page = security.post("/org/people/roles/", {"file": bad}).content.decode()
    for said in ("第 3 行", "没有账号“zz”", "没有角色“经办”", "没有单位编码“9”", "四位年份", "早于起始年度 2027"):
        assert said in page
    twice = workbook(ROLES, ("a1", "单位经办", "601001"), ("a1", "单位经办", "601001", "", "2027"))
    page = security.post("/org/people/roles/", {"file": twice}).content.decode()
    page = confirm_list(security, "/org/people/roles/", page)
    assert "第 3 行：新人已经有这个角色" in page
    assert not RoleAssignment.objects.filter(person__username__in=("a1", "a2")).exists()
    good = workbook(ROLES, ("a1", "单位经办", "601001", "", "2026", "2027"), ("a2", "部门审核", "", "601", "", ""))
    page = security.post("/org/people/roles/", {"file": good}).content.decode()
    assert "2 个角色都没有问题" in page and "2026—2027 年" in page
    assert "已授予 2 个角色" in confirm_list(security, "/org/people/roles/", page)
    given = RoleAssignment.objects.filter(person__username__in=("a1", "a2")).order_by("person__username")
    assert [(a.role, a.year_from, a.year_to) for a in given] == [
        ("clerk", 2026, 2027), ("department_reviewer", 2000, None),
    ]  # fmt: skip
    assert AuditEntry.objects.filter(action="授予角色").count() == 2
    assert security.get("/org/people/roles.xlsx").content[:2] == b"PK"


def test_who_is_of_no_unit_comes_into_the_district(admins: Any) -> None:
    system = as_(admins["system_admin"])
    file = workbook(HEAD, ("caizheng", "丙", "", "", ""), ("jingban", "丁", "601001", "", ""))
    page = system.post("/org/people/import/", {"file": file}).content.decode()
    assert "2 人都没有问题，其中 1 人没有填单位编码" in page
    confirm_list(system, "/org/people/import/", page)
    made = Person.objects.get(username="caizheng")
    assert (made.unit, made.district) == (None, Department.objects.get().district)


def test_addresses_from_excel_are_ones_that_mail_can_reach(admins: Any) -> None:
    system = as_(admins["system_admin"])
    file = workbook(HEAD, ("a1", "甲", "601001", "0" * 31, ""), ("a2", "乙", "601001", "", "wang@example"))
    page = system.post("/org/people/import/", {"file": file}).content.decode()
    assert "最多 30 个字符" in page
    assert "邮箱“wang@example”不是邮箱地址" in page
    assert not Person.objects.filter(username__in=("a1", "a2")).exists()


def test_a_department_s_name_is_corrected_on_the_page_and_it_stays_open(admins: Any) -> None:
    system, department = as_(admins["system_admin"]), Department.objects.get()
    assert 'value="rename_department"' in system.get("/org/").content.decode()
    change = {"do": "rename_department", "department": department.pk, "name": "林业和草原局"}
    page = system.post("/org/change/", change, follow=True).content.decode()
    assert "部门名称已更正" in page
    assert '<details class="department" open>' in page
    assert AuditEntry.objects.filter(action="修改部门名称", after__contains="林业和草原局").count() == 1
    assert 'value="rename_department"' not in as_(admins["security_admin"]).get("/org/").content.decode()


@pytest.mark.parametrize(
    "file, said",
    [
        (SimpleUploadedFile("a.xlsx", b"PK\x03\x04broken"), "损坏"),
        (SimpleUploadedFile("a.pdf", b"%PDF-1.7"), "不是表格文件"),
        (SimpleUploadedFile("a.txt", "账号".encode()), "还没有找到“姓名”、“单位编码”是哪一列"),
        (workbook(("姓名",), ("甲",)), "还没有找到“账号”、“单位编码”是哪一列。第 1 行写的是：姓名"),
        (workbook(HEAD), "只有表头，下面一行数据也没有"),
        (SimpleUploadedFile("a.xlsx", b"PK" + b"x" * 5 * 2**20), "文件超过 5 MB"),
    ],
)
def test_what_is_no_list_of_people(admins: Any, file: SimpleUploadedFile, said: str) -> None:
    file.seek(0)
    assert said in as_(admins["system_admin"]).post("/org/people/import/", {"file": file}).content.decode()


def test_units_are_added_renamed_and_merged(admins: Any) -> None:
    system = as_(admins["system_admin"])
    department = Department.objects.get()
    system.post(
        "/org/change/",
        {"do": "add_unit", "department": department.pk, "code": "601003", "name": "苗圃", "valid_from": "2026"},
    )
    made = Unit.objects.get(code="601003")
    first = Unit.objects.get(code="601001")
    system.post(f"/org/units/{made.pk}/change/", {"do": "end", "last_year": "2026", "successor": first.pk})
    made.refresh_from_db()
    assert (made.valid_to, made.successor) == (2026, first)
    change = f"/org/units/{first.pk}/change/"
    page = system.post(change, {"do": "end", "last_year": "明年"}, follow=True)
    assert "四位年份" in page.content.decode()
    system.post(change, {"do": "add_section", "name": "财务科"})
    assert (
        "已经有“财务科”" in system.post(change, {"do": "add_section", "name": "财务科"}, follow=True).content.decode()
    )
    section = first.sections.get()
    system.post(change, {"do": "rename_section", "section": section.pk, "name": "计财科"})
    clerk = Person.objects.create_user("sits.here", "坐班人", "x", district=department.district)
    where = {"do": "place", "unit": first.pk, "section": section.pk}
    system.post(f"/org/people/{clerk.pk}/change/", where)
    clerk.refresh_from_db()
    assert (clerk.unit, str(clerk.section)) == (first, "计财科")
    remove = {"do": "remove_section", "section": section.pk}
    assert "还有人员" in system.post(change, remove, follow=True).content.decode()
    system.post(f"/org/people/{clerk.pk}/change/", {"do": "place", "unit": made.pk, "section": section.pk})
    clerk.refresh_from_db()
    assert clerk.section is None
    system.post(change, remove)
    assert not first.sections.exists()
    system.post(change, {"do": "rename", "name": "新名称"})
    assert AuditEntry.objects.filter(action="修改单位名称", after__contains="新名称").count() == 1


def test_few_queries(admins: Any, django_assert_max_num_queries: Any) -> None:
    for n in range(40):
        Person.objects.create_user(f"p{n}", "某某", "x")
    system = as_(admins["system_admin"])
    for page in ("/org/", "/org/people/"):
        with django_assert_max_num_queries(14):
            system.get(page)


def test_csrf_is_asked_for(admins: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(admins["system_admin"], backend=BACKEND)
    assert client.post("/org/people/new/", {"username": "x1", "name": "x"}).status_code == 403
    assert not Person.objects.filter(username="x1").exists()
