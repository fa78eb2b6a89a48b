"""Any model, written to .docx by the sample writer in any layout, reads back equal."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiheng.model import Budget, Department, Document, Goals, Indicator, ItemizedGoal, Project, Safeguard, SpendingPlan
from jiheng.readers import read_bytes
from jiheng.readers.values import parse_percent, parse_target
from samples import LAYOUTS, NUMBERS, write_sample

LETTERS = "河岸绿化管护学校设备更新道路养护医院信息系统运行培训活动残疾人康复服务防汛物资储备图书采购社区食堂改造"
WORDS = st.text(alphabet=LETTERS, min_size=4, max_size=12)
SENTENCES = st.lists(WORDS, min_size=1, max_size=4).map(lambda parts: "，".join(parts) + "。")
AMOUNTS = st.decimals(min_value=Decimal("0.01"), max_value=Decimal("90000"), places=2)
TARGETS = st.sampled_from(
    "≥95% =10个 ≤82.50万元 ≥1万人次 100% 2025年12月底前 明显改善 ≤3000元/人/年 >7000人 ≥90 1所 及时发放 ≤24小时".split()
)


@st.composite
def indicators(draw: st.DrawFn, first: str, second: str) -> Indicator:
    name = draw(WORDS)
    return Indicator(first, second, name, draw(SENTENCES), parse_target(draw(TARGETS)), draw(WORDS))


@st.composite
def projects(draw: st.DrawFn, layout: str) -> Project:
    benefit = "效果指标" if layout in ("2020", "2024") else "效益指标"
    pairs = [
        ("产出指标", "数量指标"),
        ("产出指标", "质量指标"),
        ("产出指标", "成本指标"),
        (benefit, "社会效益指标"),
        ("满意度指标", "服务对象满意度指标"),
    ]
    rows = [draw(indicators(*pair)) for pair in pairs for _ in range(draw(st.integers(1, 2)))]
    name = draw(WORDS)
    total = draw(AMOUNTS)
    fiscal = draw(st.sampled_from((total, total / 2)))
    percents = [*sorted(draw(st.lists(st.integers(0, 99), min_size=3, max_size=3))), 100]
    labels = (
        ("第一季度", "第二季度", "第三季度", "第四季度") if layout == "2024" else ("3月底", "6月底", "10月底", "12月底")
    )
    raw = tuple(f"{n}%" for n in percents)
    if layout == "2024":
        purpose = f"预算数{total}万元。其中：财政资金{fiscal}万元，其他资金0万元。主要用于{draw(SENTENCES)}"
        other: Decimal | None = Decimal(0)
    else:
        purpose, other = draw(SENTENCES), total - fiscal
    return Project(
        sequence=0,
        title=f"{name}项目",
        name=name,
        code=f"130299{draw(st.integers(20, 25))}P{draw(st.integers(0, 10**11)):011d}0",
        unit_code=None if layout == "2024" else "601001",
        unit_name=None if layout == "2024" else "云溪区公共服务局本级",
        budget=Budget(total, fiscal, other),
        purpose=purpose,
        plan=SpendingPlan(labels, raw, tuple(parse_percent(r) for r in raw)),
        goals=tuple(draw(st.lists(SENTENCES, min_size=1, max_size=3))),
        indicators=tuple(rows),
    )


@st.composite
def documents(draw: st.DrawFn, layout: str) -> Document:
    found = [draw(projects(layout)) for _ in range(draw(st.integers(1, 3)))]
    numbered = [
        Project(**{f: getattr(p, f) for f in Project.__slots__} | {"sequence": n}) for n, p in enumerate(found, 1)
    ]
    goals = Goals(
        overall=tuple(draw(st.lists(SENTENCES, min_size=1, max_size=3))),
        itemized=tuple(
            ItemizedGoal(NUMBERS[n], draw(WORDS), draw(SENTENCES), draw(SENTENCES))
            for n in range(draw(st.integers(1, 3)))
        ),
        safeguards=tuple(Safeguard(NUMBERS[n], draw(WORDS), draw(SENTENCES)) for n in range(draw(st.integers(1, 3)))),
    )
    own = layout == "2024"
    department = Department(
        "云溪区公共服务局", None if own else "601001", "云溪区公共服务局" if own else "云溪区公共服务局本级"
    )
    return Document(
        "样例.docx",
        "docx",
        department,
        2025,
        printed_unit=None if own else "万元",
        goals=goals,
        projects=tuple(numbered),
    )


@pytest.mark.parametrize("layout", [x for x in LAYOUTS if x != "central"])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_reads_back_what_was_written(layout: str, data: st.DataObject) -> None:
    document = data.draw(documents(layout))
    read = read_bytes(write_sample(document, layout), document.source)
    assert read.goals == document.goals
    assert read.projects == document.projects
    assert read.department == document.department
    assert read.warnings == ()
