"""Projects written as forms to be filled in read back as themselves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_round_trip import documents

import make_demo
from jiheng.model import Budget, Document, Project, SpendingPlan
from jiheng.readers import read, read_bytes
from jiheng.readers.stamps import sheet_keys
from jiheng.writers.form_excel import Form, write_forms

FRAMEWORK = {"产出指标": ("数量指标", "质量指标"), "满意度指标": ("服务对象满意度",)}


def forms(document: Document) -> bytes:
    given = [Form(p, f"key {p.sequence}", p.name or "") for p in document.projects]
    return write_forms(given, FRAMEWORK, "绩效目标表", ("一条说明",))


def again(document: Document) -> Document:
    return read_bytes(forms(document), "表.xlsx")


def plain(p: Project) -> Project:
    """Without what only the central form (财预〔2015〕88号) has a place for."""
    rows = tuple(replace(i, midterm=None) for i in p.indicators)
    rest = {"supervisor": None, "attribute": None, "period": None, "midterm": Budget(), "midterm_goals": ()}
    return replace(p, title=p.title or p.name, indicators=rows, **rest)


@pytest.mark.parametrize("path", sorted(make_demo.DEMO.glob("*.docx")), ids=lambda p: p.stem)
def test_samples(path: Path) -> None:
    document = read(path)
    back = again(document)
    assert [plain(p) for p in back.projects] == [plain(p) for p in document.projects]
    assert back.warnings == ()


@pytest.mark.parametrize("layout", ["2023", "2024"])
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_document(layout: str, data: st.DataObject) -> None:
    document = data.draw(documents(layout))
    back = again(document)
    assert [replace(p, title=None) for p in back.projects] == [replace(p, title=None) for p in document.projects]


PROJECT = Project(
    1, "夜市改造", title="夜市改造", code="13990126P000141100015", unit_code="601001", unit_name="云溪区公共服务局本级",
    plan=SpendingPlan(("3月底", "12月底"), ("", ""), (None, None)),
)  # fmt: skip


def document_of(*projects: Project) -> Document:
    return Document("x", "x", projects=projects)


def test_goals_keep_the_numbers_inside_of_them() -> None:
    goals = ("3个村通自来水：1.铺设管道；2.改造水厂。", "2026年底前完工", "2.5公里管道更新", "①检修 ②换泵")
    (found,) = again(document_of(replace(PROJECT, goals=goals))).projects
    assert found.goals == goals


def test_every_way_to_write_a_percentage_is_kept() -> None:
    raw = ("25%", "33.50%", "60.0", "约80", "100", "", "0.5")
    labels = ("1月底", "3月底", "5月底", "7月底", "9月底", "11月底", "12月底")
    plan = SpendingPlan(labels, raw, (None,) * 7)
    (found,) = again(document_of(replace(PROJECT, plan=plan))).projects
    assert (found.plan.labels, found.plan.raw) == (labels, raw)


def test_tabs_have_names_of_their_own_and_carry_their_keys() -> None:
    names = ("甲/乙[丙]:*?", "很长" * 30, "", "甲/乙[丙]:*?")
    document = document_of(*(replace(PROJECT, sequence=n, name=name) for n, name in enumerate(names, 1)))
    keys = sheet_keys(forms(document), "xlsx")
    assert list(keys.values()) == ["key 1", "key 2", "key 3", "key 4"]
    assert all(len(name) <= 31 for name in keys)
    assert sheet_keys(b"", "docx") == {}


def test_texts_that_look_like_formulas_are_texts() -> None:
    (found,) = again(document_of(replace(PROJECT, purpose="=1+1", name="=cmd|' /C calc'!A0"))).projects
    assert (found.purpose, found.name) == ("=1+1", "=cmd|' /C calc'!A0")
