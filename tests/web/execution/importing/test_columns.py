"""Headings of finance systems matched with what they mean."""

from __future__ import annotations

import pytest

from jiheng.web.execution.importing.columns import source_of, vocabulary


def row(*texts: str) -> dict[int, str]:
    return {n: text for n, text in enumerate(texts) if text}


@pytest.mark.parametrize("headings, wanted", (
    (("序号", "支付日期", "凭证号", "项目代码", "项目名称", "资金性质", "支付金额（元）", "收款人全称", "收款人账号", "摘要"),
     {"on": 1, "number": 2, "code": 3, "project": 4, "source": 5, "amount": 6, "payee": 7, "note": 9}),
    (("预算单位", "预算项目", "支付令号", "付款日期", "申请金额", "付款金额", "累计支付金额", "用途"),
     {"unit": 0, "project": 1, "number": 2, "on": 3, "amount": 5, "note": 7}),
    (("单位编码", "单位名称", "项目类别", "项目编码", "指标文号", "下达日期", "下达金额(万元)"),
     {"unit": 0, "code": 3, "number": 4, "on": 5, "amount": 6}),
    (("凭证", "凭证日期", "凭证类型", "项目编码", "金额", "凭证摘要"),
     {"number": 0, "on": 1, "code": 3, "amount": 4, "note": 5}),
    (("项目", "录入日期", "凭证日期", "合同金额", "金额", "用途"), {"project": 0, "on": 2, "amount": 4, "note": 5}),
))  # fmt: skip
def test_columns_are_matched_by_their_headings(headings: tuple[str, ...], wanted: dict[str, int]) -> None:
    assert vocabulary().match(row(*headings)) == wanted
    assert vocabulary().missing(wanted) == []


def test_what_is_missing_is_named() -> None:
    assert vocabulary().missing({"amount": 1}) == ["项目代码（或项目名称）", "日期"]


@pytest.mark.parametrize("text, source", (
    ("一般公共预算拨款", "fiscal"), ("111 一般公共预算", "fiscal"), ("政府性基金", "fiscal"), ("上年结转", "carry_over"), ("财政拨款结转资金", "carry_over"),
    ("单位资金", "other"), ("财政专户管理资金", "other"), ("其他资金", "other"), ("非财政拨款", "other"), ("蓝色", None), ("", None),
))  # fmt: skip
def test_fund_sources(text: str, source: str | None) -> None:
    assert source_of(text) == source
