"""Lists of roles as people make them: several sheets, titles, gaps, hidden rows, lost digits, equal rows."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jiheng.web.org.models import Person, RoleAssignment, Unit

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
HEAD = ["账号", "角色", "单位编码", "部门代码", "起始年度", "截止年度"]
FIRST, SECOND = ["wangfang", "单位经办", "601001", "", 2026, ""], ["liqiang", "单位负责人", "601002", "", "", 2027]


def workbook(sheets: dict[str, list[list[Any]]], hidden_rows: tuple[int, ...] = ()) -> bytes:
    out = BytesIO()
    with xlsxwriter.Workbook(out) as book:
        for name, lines in sheets.items():
            sheet = book.add_worksheet(name)
            for n, line in enumerate(lines):
                sheet.write_row(n, 0, line)
            for n in hidden_rows:
                sheet.set_row(n, None, None, {"hidden": True})
    return out.getvalue()


@pytest.fixture
def send(client: Client, person: Any) -> Any:
    """``send(data)`` or ``send(page, do=...)``: the page that answers a file, or a form of that page."""
    client.force_login(person("security_admin"), BACKEND)
    for name in ("wangfang", "liqiang"):
        Person.objects.create_user(name, "新人", "x", unit=Unit.objects.get(code="601001"))

    def post(said: bytes | str, **form: Any) -> str:
        if isinstance(said, bytes):
            form = {"file": SimpleUploadedFile("授权.xlsx", said)}
        else:
            form |= {name: said.rpartition(f'name="{name}" value="')[2].partition('"')[0] for name in ("book", "once")}
        answer = client.post("/org/people/roles/", form)
        if answer.status_code == 302:
            answer = client.get(answer["Location"])
        return answer.content.decode()

    return post


def given() -> set[tuple[str, str, int, int | None]]:
    held = RoleAssignment.objects.filter(person__username__in=("wangfang", "liqiang"))
    return set(held.values_list("person__username", "role", "year_from", "year_to"))


def test_sheets_are_chosen_gaps_read_and_the_roles_shown_are_given_once(send: Any) -> None:
    data = workbook({
        "说明": [["填表说明"], ["角色按人填写"]],
        "局本级": [["授权名单"], [], HEAD, *[[]] * 120, FIRST, ["填表人：钱进", "", "日期：2026-01-05"]],
        "公园": [HEAD, SECOND],
    })  # fmt: skip
    page = send(data)
    assert "还有 1 张工作表也是角色清单，现在没有选：公园" in page and "1 个角色都没有问题" in page
    assert "第 125 行说明或签字" in page
    page = send(page, do="check", chosen=["1", "2"])
    assert "2 个角色都没有问题" in page and "来自工作表“局本级”、“公园”" in page and given() == set()
    both = {("wangfang", "clerk", 2026, None), ("liqiang", "unit_head", 2000, 2027)}
    for _ in range(2):
        assert "已授予 2 个角色" in send(page, do="create")
        assert given() == both


def test_hidden_rows_are_told_and_given_only_where_chosen(send: Any) -> None:
    page = send(workbook({"授权": [HEAD, FIRST, SECOND]}, hidden_rows=(2,)))
    assert "隐藏（含筛选掉）的 1 行没有导入：第 3 行" in page and "1 个角色都没有问题" in page
    assert "2 个角色都没有问题" in send(page, do="check", chosen="0", hidden="0")


@pytest.mark.parametrize("rows, said", (
    ([["wangfang", "单位经办", 1101011990010112, "", "", ""]], "单位编码“1101011990010110”：这一格是按数字存的，超过 15 位"),
    ([FIRST, FIRST], "第 3 行</td><td>与第 2 行完全相同，请删去一行"),
    ([["wangfang", "单位经办", "", "", "", ""]], "“单位经办”要填单位编码"),
    ([["wangfang", "部门审核", "601001", "", "", ""]], "“部门审核”要填部门代码"), ([], "一行数据也没有"),
    ([["wangfang", "", "", "", "", ""]], "没有填角色"),
))  # fmt: skip
def test_what_is_wrong_is_said_by_row_before_anything_is_confirmed(send: Any, rows: list[Any], said: str) -> None:
    page = send(workbook({"授权": [HEAD, *rows]}))
    assert said in page and "没有授予任何角色" in page
    send(page, do="create")
    assert given() == set()


def test_a_role_that_cannot_be_given_gives_none_and_names_its_sheet(send: Any) -> None:
    page = send(workbook({"甲": [HEAD, FIRST], "乙": [HEAD, [*FIRST[:4], 2027, ""]]}))
    page = send(send(page, do="check", chosen=["0", "1"]), do="create")
    assert re.search("“乙”第 2 行：新人已经有这个角色.*没有授予任何角色", page)
    assert given() == set()
