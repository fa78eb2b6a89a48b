"""jiheng.toml and baselines: what they set, and what they say where they are wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import make_demo
from jiheng.readers import read
from jiheng.rules import baseline
from jiheng.rules.engine import check
from jiheng.rules.settings import Settings, SettingsError, Silence, for_document, load, silenced

WATER = make_demo.DEMO / "青岚县水利局2023年绩效文本.docx"


def write(folder: Path, text: str) -> Path:
    path = folder / "jiheng.toml"
    path.write_text(text, "utf-8")
    return path


def test_everything_that_can_be_set(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        'select = ["v", "P201"]\nignore = "V3"\npack = "hebei-2023"\nfail_on = "warning"\n[[silence]]\ncode = "v307"\nproject = "平台 运行维护"\nreason = "按合同约定"\n',
    )
    assert load(path) == Settings(
        ("V", "P201"), ("V3",), "hebei-2023", "warning", (Silence("V307", "按合同约定", "平台 运行维护"),)
    )


@pytest.mark.parametrize(
    "text, said",
    [
        ("selcet = []", "不认识的设置“selcet”"),
        ('select = ["Q9"]', "没有以“Q9”开头的规则"),
        ("select = [1]", "应是文字列表"),
        ('pack = "mars-2030"', "没有策略包“mars-2030”"),
        ('fail_on = "sometimes"', "fail_on 只能是"),
        ('[[silence]]\ncode = "V307"', "必须写明理由"),
        ('[[silence]]\ncode = "V999"\nreason = "x"', "不是规则编号"),
        ('[[silence]]\ncode = "V307"\nreason = "x"\nproejct = "y"', "不认识“proejct”"),
        ("silence = 3", "[[silence]] 小节"),
        ("select = [", "末尾写法不对"),
        ('pack = "hebei-2023"\nfail_on "error"', "第 2 行第 9 个字附近写法不对"),
    ],
)
def test_what_is_wrong_is_said_in_chinese(tmp_path: Path, text: str, said: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(SettingsError) as error:
        load(path)
    assert said in str(error.value)
    assert str(path) in str(error.value)


def test_what_notepad_saves(tmp_path: Path) -> None:
    path = write(tmp_path, "\ufefffail_on = 'info'")
    assert load(path).fail_on == "info"
    path = tmp_path / "ansi.toml"
    path.write_bytes('pack = "hebei-2023" # 河北'.encode("gbk"))
    with pytest.raises(SettingsError, match="不是 UTF-8 编码"):
        load(path)


def test_nearest_file_above_counts(tmp_path: Path) -> None:
    write(tmp_path, 'ignore = ["M"]')
    inner = tmp_path / "各单位" / "水利局"
    inner.mkdir(parents=True)
    assert for_document(inner / "a.docx").ignore == ("M",)
    assert for_document(Path("/nonexistent-folder/a.docx")) == Settings()


def test_silenced_findings_keep_the_reason_and_reach_no_further() -> None:
    document = read(WATER)
    found = check(document)
    name = document.projects[1].name or ""
    quiet = silenced(
        document, found, [Silence("V302", "已经省厅同意", name), Silence("V307", "不该起作用", "别的项目")]
    )
    assert {f.code for f in quiet if f.silenced} == {"V302"}
    assert all(f.project == 2 for f in quiet if f.silenced)
    assert len(quiet) == len(found)


def test_baseline_accepts_todays_findings_wherever_they_move(tmp_path: Path) -> None:
    document = read(WATER)
    found = check(document)
    path = tmp_path / "基线.json"
    assert baseline.write(path, [(document, found)]) == len(found)
    moved = [replace(f, anchor=None, row=None if f.row is None else f.row + 3) for f in found]
    new = replace(found[0], content="新写的内容")
    accepted = baseline.Baseline(path).accept(document, [*moved, new])
    assert [f.silenced is None for f in accepted] == [False] * len(found) + [True]


def test_a_finding_that_doubled_counts_once(tmp_path: Path) -> None:
    document = read(WATER)
    found = check(document)
    path = tmp_path / "b.json"
    baseline.write(path, [(document, found)])
    again = baseline.Baseline(path).accept(document, [found[0], found[0]])
    assert [f.silenced is None for f in again] == [False, True]


@pytest.mark.parametrize("text", ["", "[]", '{"version": 9, "findings": {}}', '{"version": 1}'])
def test_what_is_no_baseline(tmp_path: Path, text: str) -> None:
    path = tmp_path / "b.json"
    path.write_text(text)
    with pytest.raises(SettingsError, match="不是基线文件"):
        baseline.Baseline(path)
