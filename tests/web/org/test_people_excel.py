"""Lists of people as people make them: several sheets, hidden rows, gaps, lost digits, equal rows."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jiheng.web.org.models import Person

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
HEAD = ["账号", "姓名", "单位编码", "电话"]
FIRST, SECOND = ["wangfang", "王芳", "601001", "010-1"], ["liqiang", "李强", "601002", "010-2"]


def workbook(
    sheets: dict[str, list[list[Any]]], hidden: tuple[str, ...] = (), rows: tuple[int, ...] = (), columns: tuple[int, ...] = (),
) -> bytes:  # fmt: skip
    out = BytesIO()
    book = xlsxwriter.Workbook(out)
    for name, lines in sheets.items():
        sheet = book.add_worksheet(name)
        for n, line in enumerate(lines):
            sheet.write_row(n, 0, line)
        for n in rows:
            sheet.set_row(n, None, None, {"hidden": True})
        for n in columns:
            sheet.set_column(n, n, None, None, {"hidden": True})
        if name in hidden:
            sheet.hide()
    book.close()
    return out.getvalue()


@pytest.fixture
def send(client: Client, person: Any) -> Any:
    """``send(data)`` or ``send(page, do=...)``: the page that answers a file, or a form of that page."""
    client.force_login(person("system_admin"), BACKEND)

    def post(said: bytes | str, name: str = "人员.xlsx", **form: Any) -> str:
        if isinstance(said, bytes):
            form = {"file": SimpleUploadedFile(name, said)}
        else:
            form["book"] = said.rpartition('name="book" value="')[2].partition('"')[0]
        return client.post("/org/people/import/", form).content.decode()

    return post


def key_of(page: str) -> str:
    """The one-time key of the last form."""
    return page.rpartition('name="once" value="')[2].partition('"')[0]


def accounts() -> set[str]:
    return set(Person.objects.values_list("username", flat=True)) - {"system_admin"}


def test_sheets_are_listed_and_chosen_and_what_is_shown_is_made(send: Any) -> None:
    third = ["zhaolei", "赵磊", "", ""]
    data = workbook({"说明": [["填表说明"], ["账号用拼音"]], "局本级": [["人员名单"], HEAD, FIRST], "公园": [HEAD, SECOND],
                     "旧": [HEAD, third]}, hidden=("旧",))  # fmt: skip
    page = send(data)
    assert "还有 1 张工作表也是人员清单，现在没有选：公园" in page
    assert "1 人都没有问题" in page and "来自工作表“局本级”" in page and "王芳" in page and "李强" not in page
    page = send(page, do="check", chosen=["1", "2"])
    assert "2 人都没有问题" in page and "来自工作表“局本级”、“公园”" in page
    assert accounts() == set()
    # What the confirmation says of sheets is of no weight: what was looked at is made.
    send(page, do="create", chosen=["3"])
    assert accounts() == {"wangfang", "liqiang"}
    assert "已经有了" in send(page, do="create")
    assert len(accounts()) == 2


def test_rows_below_gaps_are_read_notes_are_not_and_hidden_rows_only_where_chosen(send: Any) -> None:
    lines = [HEAD, FIRST, *[[]] * 150, SECOND, ["zhaolei", "赵磊", "", ""], ["填表人：钱进", "", "日期：2026-01-05"]]
    page = send(workbook({"人员": lines}, rows=(153,)))
    assert "2 人都没有问题" in page
    assert "隐藏（含筛选掉）的 1 行没有导入：第 154 行" in page and "第 155 行说明或签字" in page
    page = send(page, do="check", chosen="0", hidden="0")
    assert "3 人都没有问题，其中 1" in page
    send(page, do="create")
    assert accounts() == {"wangfang", "liqiang", "zhaolei"}


@pytest.mark.parametrize("rows, said", (
    ([[110101199001011234, "王芳", "601001", ""]], "账号“110101199001011000”：这一格是按数字存的，超过 15 位"),
    ([FIRST, FIRST], "第 3 行</td><td>与第 2 行完全相同，请删去一行"), ([FIRST, [*FIRST[:1], "王方"]], "账号“wangfang”与第 2 行重复"),
    ([[*FIRST, "云溪区公园管理中心"]], "编码“601001”是“云溪区公共服务局本级”，单位名称却写的是另一个单位"),
    ([[*FIRST[:2], "", "", "云溪区公园管理中心"]], "没有填单位编码，它的编码是“601002”"),
    ([["", "王芳", "601001", ""]], "没有填账号"),
))  # fmt: skip
def test_what_is_wrong_is_said_by_row_and_nobody_is_made(send: Any, rows: list[list[Any]], said: str) -> None:
    page = send(workbook({"人员": [[*HEAD, "单位名称"], *rows]}))
    assert said in page and "没有导入任何人" in page
    send(page, do="create")
    assert accounts() == set()


@pytest.mark.parametrize("encoding", ("utf-8-sig", "gb18030"))
def test_text_of_either_encoding_is_a_list_too(send: Any, encoding: str) -> None:
    text = "\r\n".join(",".join(line) for line in (HEAD, FIRST, SECOND))
    assert "2 人都没有问题" in send(text.encode(encoding), name="人员.csv")


def test_a_preview_that_was_altered_makes_nobody(send: Any) -> None:
    page = send(workbook({"人员": [HEAD, FIRST]}))
    assert "已过期或内容不完整" in send(page.replace('name="book" value="', 'name="book" value="x'), do="create")
    assert accounts() == set()


def test_more_people_than_fit_are_refused_as_a_whole(send: Any) -> None:
    rows = [[f"ren{n:04d}", "甲", "601001", ""] for n in range(2001)]
    page = send(workbook({"人员": [HEAD, *rows]}))
    assert "一次最多导入 2000 人，选了 2001 行" in page and "导入 2001 人" not in page


def test_who_presses_twice_sees_the_first_passwords_again(send: Any) -> None:
    page = send(workbook({"人员": [HEAD, FIRST, SECOND]}))
    first, second = (send(page, do="create", once=key_of(page)) for _ in range(2))
    passwords = re.findall(r"<code>(.+?)</code>", first)
    assert len(passwords) == 2 and passwords == re.findall(r"<code>(.+?)</code>", second)
    assert accounts() == {"wangfang", "liqiang"}


def test_what_to_do_about_hidden_columns_can_be_done_on_this_page(send: Any) -> None:
    page = send(workbook({"人员": [HEAD, FIRST]}, columns=(3,)))
    assert "隐藏的列没有使用：D 列“电话”。需要时请在文件里取消隐藏后重新上传" in page
