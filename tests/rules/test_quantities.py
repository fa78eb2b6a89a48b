"""Quantities out of sentences."""

from decimal import Decimal

import pytest

from jiheng.readers.values import parse_target
from jiheng.rules.quantities import is_of_other_time, is_within, quantities


def _told(text):
    return [(int(q.number), q.unit, "".join(sorted(q.things))) for q in quantities(text)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("今年目标建成4个口袋公园", [(4, "个", "公园口袋")]),
        ("培训村医120名，下乡义诊十二次", [(120, "人", "村医"), (12, "次", "下乡义诊")]),
        ("更换管道两公里", [(2, "公里", "管道")]),
        ("惠及群众3万人次", [(30000, "人次", "惠及")]),
        ("第3期培训，二期工程，三届五次会议", []),
        ("增强四个意识", []),
        ("23人*400元/人天", []),
        ("补助每人26元，占90%，用时3天", []),
    ],
)
def test_quantities(text, told):
    assert _told(text) == told


@pytest.mark.parametrize(
    "clause", ["前两年已建成六个公园", "累计培训300人", "现有泵站37座", "五年规划新建9座", "每村补助2次"]
)
def test_other_time(clause):
    assert is_of_other_time(clause)


def test_this_year_is_no_other_time():
    assert not is_of_other_time("今年建成4个公园")


@pytest.mark.parametrize(
    ("text", "target", "within"),
    [
        ("建成4个公园", "=4个", True),
        ("建成4个公园", "=10个", False),
        ("建成6个公园", "≥4个", True),
        ("建成3个公园", "≥4个", False),
        ("建成3个公园", "≤4个", True),
        ("不少于3个公园", "=4个", True),
        ("建成2万个鸟巢", "=2万个", True),
        ("建成9个公园", "8-10个", True),
        ("建成9个公园", "按期建成", True),
    ],
)
def test_is_within(text, target, within):
    (stated,) = quantities(text)
    assert stated.number > Decimal(0)
    assert is_within(stated, parse_target(target)) is within
