"""Invented target tables: good ones, and ones with the mistakes that real tables have."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from decimal import Decimal

from jiheng.codes import check_character

ACTIONS = {
    "更新": "完成{thing}更新{n}{measure}",
    "维护": "维护{thing}{n}{measure}，保持良好运行",
    "建设": "新建{thing}{n}{measure}并投入使用",
    "提升": "完成{thing}提升{n}{measure}，改善服务条件",
}
MISTAKES = ("satisfaction", "plan", "percent", "label", "vague", "purpose", "copied")
PERIODS = ("3月底", "6月底", "10月底", "12月底")


@dataclass(slots=True)
class Thing:
    """What a department deals in."""

    name: str
    measure: str
    people: str
    bought: str
    quality: str
    price: Decimal

    @classmethod
    def of(cls, line: str) -> Thing:
        """From a line of ``district.toml``."""
        name, measure, people, bought, quality, price = line.split("│")
        return cls(name, measure, people, bought, quality, Decimal(price))


@dataclass(slots=True)
class Table:
    """A target table as plain values; ``rows`` are level1, level2, name, description, target, basis."""

    code: str
    name: str
    budget: Decimal
    purpose: str
    plan: list[str]
    goals: list[str]
    rows: list[list[str]] = field(default_factory=list)


def code_of(district: str, year: int, number: int) -> str:
    """A well-formed project code."""
    stem = f"{district}{year % 100:02d}P{number:011d}"
    return stem + check_character(stem)


def make(thing: Thing, action: str, year: int, code: str, rnd: random.Random, mistake: str | None) -> Table:
    """A table for this thing and action; ``mistake`` spoils it in one way."""
    count = rnd.randint(3, 40)
    budget = (thing.price * count).quantize(Decimal("0.01"))
    name = f"{thing.name}{action}项目"
    rate, liked = rnd.randint(92, 99), rnd.randint(88, 95)
    steps = sorted(rnd.sample(range(10, 95, 5), 3))
    goal = ACTIONS[action].format(thing=thing.name, n=count, measure=thing.measure)
    table = Table(
        code, name, budget, f"用于{thing.bought}，覆盖{thing.name}{count}{thing.measure}。",
        [f"{s}%" for s in (*steps, 100)],
        [goal, f"改善{thing.people}的使用条件，满意度达到{liked}%以上"],
    )  # fmt: skip
    of_all = f"达到标准的{thing.name}占全部的比例"
    done = f"本年度完成{action}的{thing.name}"
    table.rows = [
        ["产出指标", "数量指标", f"{action}{thing.name}数量", done, f"≥{count}{thing.measure}", "年度实施方案"],
        ["产出指标", "质量指标", thing.quality, of_all, f"≥{rate}%", "行业技术规范"],
        ["产出指标", "时效指标", "任务完成时间", "全部任务完成的时间", f"{year}年11月底前", "年度实施方案"],
        [
            "产出指标", "成本指标", f"单位{action}成本", f"平均每{thing.measure}的支出",
            f"≤{thing.price}万元/{thing.measure}", "政府采购预算",
        ],
        [
            "效益指标", "社会效益指标", f"受益{thing.people}人数", f"因项目受益的{thing.people}",
            f"≥{rnd.randint(2, 90) * 100}人", "上年统计数据",
        ],
        [
            "满意度指标", "服务对象满意度指标", f"{thing.people}满意度", "问卷调查中满意和基本满意的比例",
            f"≥{liked}%", "上年调查结果",
        ],
    ]  # fmt: skip
    if mistake:
        _spoil(table, mistake, liked)
    return table


def _spoil(table: Table, mistake: str, liked: int) -> None:
    if mistake == "satisfaction":
        table.rows[-1][4] = f"≤{liked}%"
    elif mistake == "plan":
        table.plan = ["25%"] * 4
    elif mistake == "percent":
        table.rows[0][4] = "≥90%"
    elif mistake == "label":
        table.rows[1][2] = table.rows[1][3] = "质量指标"
    elif mistake == "vague":
        table.goals = ["按年初计划完成工作"]
    elif mistake == "purpose":
        table.purpose = f"{table.code}-{table.name}"
    else:
        for row in table.rows:
            row[4], row[5] = "≥90%", "年初计划安排"
