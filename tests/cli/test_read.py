from __future__ import annotations

import json
from pathlib import Path

import pytest
import python_calamine
from typer.testing import CliRunner, Result

from jiheng.cli import app


def run(*args: str | Path) -> Result:
    return CliRunner(env={"COLUMNS": "120"}).invoke(app, [str(a) for a in args])


def test_table_shows_head_goals_project_and_indicators(sample: Path) -> None:
    result = run("read", sample)
    assert result.exit_code == 0, result.stderr
    for text in (
        "2 个项目，3 条指标，预算合计 1,237.5 万元", "出门十分钟", "一、绿地养护", "一、按月巡查", "1. 公园绿地养护",
        "1,234.5 万元（财政 1,234.5，其他 —）", "6月底 50%，12月底 100%", "2. 市民满意", "病虫害防治率", "没有绩效指标",
    ):  # fmt: skip
        assert text in result.stdout
    # The category stands once, like a merged cell.
    assert result.stdout.count("产出指标") == 1


def test_warnings_are_shown_with_their_place(doubtful: Path) -> None:
    result = run("read", doubtful, "--table")
    assert "第 1 张表第 12 行第 1 格：这一行没有放进任何栏目 “备注”" in result.stdout
    assert result.exit_code == 0


def test_json_of_one_document_is_one_object(sample: Path) -> None:
    result = run("read", sample, "--json")
    document = json.loads(result.stdout)
    assert document["projects"][0]["budget_total"] == 1234.5
    assert document["projects"][0]["indicators"][2]["name"] == "市民满意度"


def test_json_of_several_is_one_object_a_line(sample: Path, doubtful: Path) -> None:
    lines = run("read", sample, doubtful, "--json").stdout.splitlines()
    assert [len(json.loads(line)["warnings"]) for line in lines] == [0, 1]


def test_processes_give_the_same_in_the_same_order(sample: Path, doubtful: Path) -> None:
    files = [sample, doubtful, sample.parent / "无.docx", sample]
    one, two = run("read", *files, "--json"), run("read", *files, "--json", "-j", "2")
    assert two.stdout == one.stdout
    assert two.stderr == one.stderr
    assert two.exit_code == one.exit_code == 2


def test_strict_turns_warnings_into_status_1(sample: Path, doubtful: Path) -> None:
    assert run("read", sample, "--strict").exit_code == 0
    assert run("read", doubtful, "--strict").exit_code == 1


def test_unreadable_files_are_told_and_the_others_read(sample: Path) -> None:
    empty = sample.parent / "空.docx"
    empty.touch()
    result = run("read", empty, sample, "--json", "--strict")
    assert result.exit_code == 2
    assert "空.docx：文件是空的" in result.stderr
    assert "Traceback" not in result.output
    assert json.loads(result.stdout)["fiscal_year"] == 2026


def test_folders_are_walked_without_hidden_and_lock_files(sample: Path) -> None:
    folder = sample.parent
    inner = folder / "下级" / "再下级"
    inner.mkdir(parents=True)
    (inner / "第二.json").write_bytes(sample.read_bytes())
    for name in (".hidden.json", "~$公园.docx", "图.png"):
        (folder / name).write_bytes(b"not a document")
    (folder / ".git").mkdir()
    (folder / ".git" / "x.json").write_bytes(sample.read_bytes())
    result = run("read", folder, "--json")
    assert result.exit_code == 0, result.stderr
    assert len(result.stdout.splitlines()) == 2


def test_what_is_no_performance_document_is_skipped_in_a_folder_but_an_error_by_name(sample: Path) -> None:
    note = sample.parent / "说明.txt"
    note.write_text("周五下午三点开会。\n", encoding="utf-8")
    in_folder = run("read", sample.parent, "--json")
    assert in_folder.exit_code == 0
    assert "说明.txt：跳过" in in_folder.stderr
    assert run("read", note).exit_code == 2


def test_an_empty_folder_is_status_2(tmp_path: Path) -> None:
    result = run("read", tmp_path)
    assert result.exit_code == 2
    assert "没有找到可以读取的文件" in result.stderr


def test_xlsx_has_a_row_an_indicator_and_notes(sample: Path, doubtful: Path) -> None:
    out = sample.parent / "汇总.xlsx"
    result = run("read", sample, doubtful, sample.parent / "无.docx", "--xlsx", out)
    assert result.exit_code == 2
    assert "2 份文档，6 条指标" in result.stderr
    book = python_calamine.CalamineWorkbook.from_path(str(out))
    assert len(book.get_sheet_by_name("指标").to_python()) == 1 + 2 * (3 + 1)
    notes = book.get_sheet_by_name("提示").to_python()
    assert notes[1][1:] == ["第 1 张表第 12 行第 1 格", "这一行没有放进任何栏目", "备注"]
    assert "找不到" in str(notes[2][2])


def test_an_earlier_result_in_the_folder_is_not_read(sample: Path) -> None:
    out = sample.parent / "汇总.xlsx"
    assert run("read", sample.parent, "--xlsx", out).exit_code == 0
    again = run("read", sample.parent, "--xlsx", out)
    assert again.exit_code == 0
    assert "1 份文档" in again.stderr


def test_xlsx_that_cannot_be_written_is_told(sample: Path) -> None:
    result = run("read", sample, "--xlsx", sample.parent / "没有" / "汇总.xlsx")
    assert result.exit_code == 2
    assert "不能写入" in result.stderr


@pytest.mark.parametrize(
    "args,message",
    (
        (("read",), "缺少参数 FILE"),
        (("raed",), "没有命令 raed，可能是 read"),
        (("read", "x", "--jsno"), "没有选项 --jsno"),
        (("read", "x", "-j", "many"), "-j、--jobs 的值应为整数"),
        (("read", "x", "-j", "0"), "-j、--jobs 的值应不小于 1"),
        (("read", "x", "--json", "--xlsx", "y"), "只能选一个"),
    ),
)
def test_usage_errors_are_chinese(args: tuple[str, ...], message: str) -> None:
    result = run(*args)
    assert result.exit_code == 2
    assert message in result.stderr


def test_help_is_chinese_with_examples() -> None:
    overview, page = run("--help").stdout, run("read", "--help").stdout
    assert "用法：" in overview
    assert "选项" in overview
    assert "jiheng read 各单位报送/ --xlsx" in page
    for english in ("Usage", "Options", "Arguments", "Show this message", "required"):
        assert english not in overview + page


def test_every_command_has_a_chinese_help_page() -> None:
    pages = [
        (),
        ("audit",),
        ("audit", "verify"),
        ("admin",),
        ("admin", "restore"),
        ("serve",),
        ("check",),
        ("rule",),
    ]
    for command in pages:
        page = run(*command, "--help").stdout
        assert "用法：" in page, command
        for english in ("Usage", "Options", "Commands", "Show this message"):
            assert english not in page, command


def test_version() -> None:
    from jiheng import __version__

    assert run("--version").stdout.strip() == f"jiheng {__version__}"


def test_completion_script_is_offered() -> None:
    result = run("--show-completion", "bash")
    assert result.exit_code in (0, 2)
    assert "补全" in run("--help").stdout
