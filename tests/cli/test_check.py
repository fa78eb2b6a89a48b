"""``jiheng check``: exit statuses, outputs, mixed folders, settings."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import make_demo
from jiheng.cli.app import app
from jiheng.readers import read
from jiheng.rules.engine import check as run_check

WATER = make_demo.DEMO / "青岚县水利局2023年绩效文本.docx"
ROADS = make_demo.DEMO / "青岚县交通运输局2025年绩效文本.docx"


def check(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["check", *map(str, arguments)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(WATER, tmp_path / "水利局.docx")
    shutil.copy(ROADS, tmp_path / "交通局.docx")
    (tmp_path / "坏文件.docx").write_bytes(ROADS.read_bytes()[:3000])
    (tmp_path / "会议通知.txt").write_text("定于周五召开会议。", "utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "arguments, status", [([], 1), (["--fail-on", "never"], 0), (["--select", "C", "--fail-on", "error"], 0)]
)
def test_exit_status_follows_what_counts(arguments: list[str], status: int) -> None:
    assert check(WATER, *arguments).exit_code == status


def test_a_mixed_folder_is_checked_as_far_as_it_can_be(folder: Path) -> None:
    result = check(folder)
    assert result.exit_code == 2
    assert "坏文件.docx：" in result.stderr
    assert "会议通知.txt：跳过" in result.stderr
    assert "2 份文档，1 份不能读取" in result.stdout
    assert "V301" in result.stdout
    assert "Traceback" not in result.output


def test_nothing_there(tmp_path: Path) -> None:
    result = check(tmp_path / "没有.docx")
    assert result.exit_code == 2
    assert "找不到" in result.stderr


def test_json_on_standard_output() -> None:
    data = json.loads(check(WATER, "-o", "json").stdout)
    assert {f["code"] for f in data["documents"][0]["findings"]} >= {"P201", "V301", "V302", "V307", "A104"}


@pytest.mark.parametrize("kind, begins", [("html", b"<!DOCTYPE html>"), ("xlsx", b"PK"), ("sarif", b"{")])
def test_files(tmp_path: Path, kind: str, begins: bytes) -> None:
    out = tmp_path / f"报告.{kind}"
    result = check(WATER, "-o", kind, "--out", out)
    assert result.exit_code == 1
    assert out.read_bytes().startswith(begins)


def test_marked_and_fixed_copies_stand_beside_the_original(folder: Path) -> None:
    before = (folder / "水利局.docx").read_bytes()
    check(folder / "水利局.docx", "-o", "docx")
    check(folder / "水利局.docx", "--fix")
    assert (folder / "水利局.docx").read_bytes() == before
    assert read(folder / "水利局.批注.docx").projects == read(folder / "水利局.docx").projects
    left = run_check(read(folder / "水利局.修订.docx"))
    assert {f.code for f in left}.isdisjoint({"P201", "V301", "V302"})


def test_copies_are_not_checked_once_more(folder: Path) -> None:
    before = check(folder, "-o", "json").stdout
    check(folder, "-o", "docx")
    check(folder, "--fix")
    assert len(list(folder.glob("*.批注.docx"))) == len(list(folder.glob("*.修订.docx"))) == 2
    assert check(folder, "-o", "json").stdout == before
    assert check(folder / "水利局.批注.docx").exit_code == 1  # a copy that is named is read


def test_copies_of_like_names_do_not_overwrite_each_other(tmp_path: Path) -> None:
    for place in ("甲.docx", "子单位/甲.docx", "丙/甲.docx"):
        (tmp_path / place).parent.mkdir(exist_ok=True)
        shutil.copy(ROADS, tmp_path / place)
    check(tmp_path, "-o", "docx", "--out", tmp_path / "批注")
    names = {p.name for p in (tmp_path / "批注").iterdir()}
    assert names == {"甲.批注.docx", "甲.docx.批注.docx", "甲.docx（2）.批注.docx"}


def test_settings_beside_the_documents(folder: Path) -> None:
    (folder / "jiheng.toml").write_text(
        'ignore = ["A", "R", "M"]\n[[silence]]\ncode = "V307"\nreason = "按合同计量"\n', "utf-8"
    )
    result = check(folder / "水利局.docx")
    assert "A104" not in result.stdout
    assert "已忽略：按合同计量" in result.stdout
    assert "V307 数量指标用百分比" not in result.stdout


def test_wrong_settings_are_said(folder: Path) -> None:
    (folder / "jiheng.toml").write_text("pakc = 1", "utf-8")
    result = check(folder / "水利局.docx")
    assert result.exit_code == 2
    assert "不认识的设置“pakc”" in result.stderr


def test_baseline_lets_only_new_findings_count(tmp_path: Path) -> None:
    known = tmp_path / "基线.json"
    assert check(WATER, "--write-baseline", known).exit_code == 1
    quiet = check(WATER, "--baseline", known)
    assert quiet.exit_code == 0
    assert "处在基线中，不再列出" in quiet.stdout
    assert "V301" not in quiet.stdout
    assert check(ROADS, "--baseline", known).exit_code == 1


@pytest.mark.parametrize("arguments", [["--out"], ["-o", "html", "--out"], ["--write-baseline"]])
def test_what_cannot_be_written_is_said(tmp_path: Path, arguments: list[str]) -> None:
    result = check(WATER, *arguments, tmp_path / "没有" / "这里")
    assert result.exit_code == 2
    assert "不能写入（文件夹不存在）" in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize("arguments, said", [(["--select", "Q"], "没有以“Q”开头"), (["--pack", "x"], "没有策略包")])
def test_wrong_options(arguments: list[str], said: str) -> None:
    result = check(WATER, *arguments)
    assert result.exit_code == 2
    assert said in result.stderr


def test_two_processes_find_the_same(folder: Path) -> None:
    one, two = (check(folder, "-o", "json", "-j", n).stdout for n in ("1", "2"))
    assert json.loads(one) == json.loads(two)
