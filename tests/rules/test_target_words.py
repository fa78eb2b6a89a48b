"""What names and units say of a target value."""

import pytest

from jiheng.model import Indicator
from jiheng.policy import load
from jiheng.readers.values import parse_target
from jiheng.rules.target_words import Words, bare, is_rate, is_satisfaction, printed_with, trailing_text, unit_root


@pytest.fixture(scope="module")
def words() -> Words:
    return Words(load("central-2015"))


@pytest.mark.parametrize(
    "name",
    [
        "义务教育巩固率", "适龄儿童疫苗接种率", "高血压患者规范管理率", "农村卫生厕所普及率", "路灯亮灯率", "公路列养率", "命案破案率",
        "投诉办结率", "群众投诉处理率", "农产品抽检合格率", "林木成活率", "文物完好率", "非遗项目传承率", "不动产登记办结率",
        "未成年人防溺水教育覆盖率", "污水排放达标率", "补助资金按时发放率（%）", "档案数字化率", "社会保险基金支付及时率",
    ],
)  # fmt: skip
def test_more_is_better(words, name):
    assert words.polarity(name) == "positive"


@pytest.mark.parametrize(
    "name",
    [
        "有效投诉率", "医疗纠纷发生率", "孕产妇死亡率", "学生辍学率", "生产安全事故死亡人数", "火灾起数", "越级上访率", "账务差错率",
        "管网漏损率", "资产闲置率", "城镇登记失业率", "抽检不合格率", "设备故障停机时间", "人才流失率（%）",
    ],
)  # fmt: skip
def test_more_is_worse(words, name):
    assert words.polarity(name) == "negative"


@pytest.mark.parametrize(
    "name",
    [
        "药占比", "公务接待费增长率", "资产负债率", "预算调整率", "抗菌药物使用率", "三公经费控制率", "查处违法违规案件数", "更换管网长度",
        "帮扶失业人数", "非正常报废率", "案件未及时办结率", "", None,
    ],
)  # fmt: skip
def test_a_name_that_does_not_tell(words, name):
    assert words.polarity(name) is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("覆盖率", True),
        ("受益人口比例", True),
        ("覆盖率（%）", True),
        ("社会效益提升%", True),
        ("工作效率", False),
        ("巡查频率", False),
        ("率先垂范", False),
    ],
)
def test_rates(name, expected):
    assert is_rate(name) is expected


def test_bare_names_lose_their_brackets():
    assert bare("培训人次 （人次）") == "培训人次"
    assert bare("（一）") == "(一)"


@pytest.mark.parametrize(
    ("unit", "root"), [("元/人/月", "元"), ("万元", "万元"), ("元每人", "元"), ("/人", None), (None, None)]
)
def test_unit_roots(unit, root):
    assert unit_root(unit) == root


@pytest.mark.parametrize(
    ("raw", "sign", "printed"),
    [("≤95%", "≥", "≥95%"), ("95%以下", "≥", "≥95%"), ("大于7000人", ">", ">7000人"), ("≥1,200亩", "=", "=1,200亩"), ("85%-95%", "≥", None),
     ("≥100落实补助的比例", "=", "=100")],
)  # fmt: skip
def test_printed_with_another_sign(raw, sign, printed):
    assert printed_with(parse_target(raw), sign) == printed


@pytest.mark.parametrize(
    ("raw", "text"),
    [("≥100落实补助的比例", "落实补助的比例"), ("≥24", ""), ("100以上", ""), ("≥95%", ""), ("完成", ""), ("3-5", "")],
)
def test_text_behind_the_number(raw, text):
    assert trailing_text(parse_target(raw)) == text


def test_wan_is_money_only_where_money_is_spoken_of(words):
    value = parse_target("≥15万")
    assert words.is_money(Indicator("产出指标", "成本指标", "监理", target=value))
    assert words.is_money(Indicator("产出指标", "数量指标", "发放补贴", target=value))
    assert not words.is_money(Indicator("产出指标", "数量指标", "健康档案建档数", target=value))


def test_the_cost_to_society_is_no_spending(words):
    framework = Words(load("central-2021"))
    assert framework.is_cost(Indicator("成本指标", "经济成本指标", "道路养护费用"))
    assert not framework.is_cost(Indicator("成本指标", "社会成本指标", "施工扰民"))
    assert words.is_cost(Indicator("产出指标", "产出成本指标", "监理"))
    assert not words.is_cost(Indicator("效益指标", "经济效益指标", "降低企业成本"))


def test_satisfaction():
    assert is_satisfaction(Indicator("满意度指标", "服务对象满意度指标", "沿线商户"))
    assert is_satisfaction(Indicator("效益指标", "社会效益指标", "旅客满意率"))
    assert not is_satisfaction(Indicator("满意度指标", "服务对象满意度指标", "受访群众不满意率"))
