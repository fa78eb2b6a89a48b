from __future__ import annotations

import pytest

from jiheng.model import Department, Document, Indicator, Project
from jiheng.policy import choose, load, names
from jiheng.policy.loader import division, year


def _document(name=None, fiscal_year=None, codes=(), level1="产出指标", source="表.docx"):
    rows = (Indicator(level1, "数量指标", "巡查次数"),)
    projects = tuple(Project(n, f"项目{n}", code=c, indicators=rows) for n, c in enumerate(codes or (None,), 1))
    return Document(source, "docx", Department(name), fiscal_year, projects=projects)


HEBEI = "13992525P00031110001X"
BEIJING = "11990125P00050510001M"


@pytest.mark.parametrize("name", names())
def test_every_pack_loads(name):
    pack = load(name)
    assert pack.name == name
    assert pack.framework.levels
    assert next(i.aspect for i in pack.review.items) == "完整性"


def test_unknown_pack_is_told_in_chinese():
    with pytest.raises(KeyError, match="可用的有"):
        load("atlantis-1999")


def test_a_pack_lies_on_its_parent():
    assert load("hebei-2020").framework.level1_aliases == load("central-2015").framework.level1_aliases
    assert load("hebei-2020").framework.required_level2 == []
    assert load("hebei-2020").lexicon == load("central-2015").lexicon


@pytest.mark.parametrize(
    "document, pack",
    [
        (_document("青石县水务局", 2025, [HEBEI]), "hebei-2023"),
        (_document("青石县水务局", 2021, [HEBEI]), "hebei-2023"),
        (_document("秦皇岛市某区水务局", 2020, ["512-0301-JBN-7QKD"]), "hebei-2020"),
        (_document("唐山市某区水务局", 2024), "hebei-2023"),
        (_document("某区水务局", 2024, source="唐山市某区水务局2024.docx"), "hebei-2023"),
        (_document("天津市河北区水务局", 2019), "central-2015"),
        (_document("唐山路街道办事处", 2024, [BEIJING]), "central-2015"),
        (_document("某区水务局", 2024), "central-2015"),
        (_document("某区水务局", 2024, level1="成本指标"), "central-2021"),
        (_document("青石县水务局", 2025, [HEBEI], level1="成本指标"), "central-2021"),
        (_document("某区水务局", 2019, level1="成本指标"), "central-2015"),
        (_document("唐山市某区水务局"), "hebei-2023"),
        (_document(None), "central-2015"),
        (Document("空.docx", "docx"), "central-2015"),
    ],
)
def test_choice(document, pack):
    assert choose(document).name == pack


def test_one_odd_project_does_not_change_the_framework():
    odd = Indicator("成本指标", "经济成本指标", "总成本")
    usual = Indicator("产出指标", "数量指标", "巡查次数")
    projects = tuple(Project(n, "项目", indicators=(odd if n == 1 else usual,)) for n in (1, 2, 3))
    assert choose(Document("表.docx", "docx", fiscal_year=2024, projects=projects)).name == "central-2015"


def test_division_and_year_are_those_of_most_codes():
    document = _document(codes=[HEBEI, HEBEI, BEIJING])
    assert division(document) == "139925"
    assert year(document) == 2025
    assert division(_document(codes=["512-0301-JBN-7QKD"])) is None


def test_framework_names():
    framework = load("central-2015").framework
    assert framework.level1("效果 指标") == "效益"
    assert framework.level2("产出数量指标") == "数量"
    assert framework.level2(None) is None
    assert framework.level2("进度指标") == "进度"
