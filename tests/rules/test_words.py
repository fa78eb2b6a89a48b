"""What the rules on content ask of a text."""

import pytest

from jiheng.rules.words import (
    bare,
    clean,
    content_words,
    likeness,
    partial_likeness,
    pattern_of,
    project_core,
    without_stock,
    words,
)


def test_clean_and_bare():
    assert clean(" 第 1 期（共２期）\n") == "第1期(共2期)"
    assert bare("“第1期”（共2期）：90%") == "第1期共2期90%"
    assert clean(None) == bare(None) == ""


def test_terms_of_the_lexicon_are_not_cut():
    assert "社区矫正" in words("社区矫正对象走访次数")
    assert "供水管网" in words("更换老旧供水管网42公里")


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("完成本年度各项工作任务", ()),
        ("组织开展老干部体检", ("老干部", "体检")),
        ("按时足额发放交通费", ("交通费",)),
        ("举办活动5次", ()),
        (None, ()),
    ],
)
def test_content_words(text, content):
    assert content_words(text) == content


def test_without_stock_keeps_what_a_goal_says():
    assert without_stock("确保完成供水管网更换工作") == ("供水管网", "更换")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2025年泵站改造项目", "泵站改造经费"),
        ("水库、河道管护资金", "水库和河道管护项目经费"),
        ("“清泉”行动专项经费", "清泉行动"),
    ],
)
def test_project_core_is_the_same(one, other):
    assert project_core(one) == project_core(other)


def test_project_core_differs():
    assert project_core("城东泵站改造") != project_core("城西泵站改造")


def test_likeness():
    assert likeness("泵站改造", "泵站改造") == 1
    assert likeness("泵站改造", "劳模慰问") == 0
    assert partial_likeness("泵站改造", "2025年城东泵站改造及河道清淤") == 1


def test_pattern_finds_the_longest():
    assert pattern_of(["配送", "城乡配送"]).findall("城乡配送和配送") == ["城乡配送", "配送"]
