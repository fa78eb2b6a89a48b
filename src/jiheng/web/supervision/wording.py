"""Entries of the audit trail in the words of the forms: what is stored names fields as programs do."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.models import Model

_ROWS = {
    "plan": ("资金支出计划", "plan.planperiod"), "goal": ("绩效目标", "plan.projectgoal"),
    "indicator": ("指标", "plan.indicator"), "itemized": ("分项目标", "plan.itemizedgoal"),
    "safeguard": ("保障措施", "plan.safeguard"),
}  # fmt: skip
"""Rows of a form, as cells name them (``indicator:12:basis``), with their words and their model."""
_WORDS = {
    "administrators": "管理员", "asked": "查询条件", "at": "范围", "broken": "断开处", "by": "方式",
    "calendar": "日历", "cell": "单元格", "confirmed": "已确认", "contract": "合同", "edition": "版次",
    "entries": "条数", "file": "文件", "files": "文件", "filters": "筛选条件", "forms": "表数", "from": "来自",
    "goals": "绩效目标", "grade": "等级", "items": "事项", "kind": "格式", "moved": "随之转移", "name": "名称",
    "number": "文号", "order": "顺序", "part_one": "第一部分", "payment": "支付", "people": "人数", "place": "范围",
    "procurement": "采购", "project": "项目", "projects": "项目", "reason": "理由", "revoked": "撤销", "role": "角色",
    "rounds": "期次", "rows": "行数", "sm3": "SM3", "source": "来源", "state": "状态", "successor": "承接单位",
    "text": "内容", "title": "表名", "total": "总分", "unit": "单位", "units": "单位", "username": "账号",
    "withdrawn": "已撤回", "year": "年度", "duty": "事项类别", "holder": "责任人",
}  # fmt: skip


def _model(kind: str) -> type[Model] | None:
    try:
        return apps.get_model(kind) if kind else None
    except LookupError:
        return None


def kind_words(kind: str) -> str:
    """What sort of thing an entry is about, "" where there is no word for it."""
    found = _model(kind)
    name = str(found._meta.verbose_name) if found else ""
    return "" if name.isascii() else name


def _field(model: type[Model] | None, name: str) -> Any:
    return next((f for f in model._meta.fields if f.name == name), None) if model else None


def _word(model: type[Model] | None, key: str) -> str:
    row, _, rest = key.partition(":")
    if rest and row in _ROWS:
        label, kind = _ROWS[row]
        pk, _, name = rest.partition(":")
        return f"{label}（编号 {pk}）" + (f"：{_word(_model(kind), name)}" if name else "")
    found = _field(model, key)
    words = str(found.verbose_name) if found is not None else ""
    return words if words and not words.isascii() else _WORDS.get(key, key)


def in_words(kind: str, said: Any) -> Any:
    """What an entry keeps, with its keys and choices in Chinese; values stay as they were."""
    return _said(_model(kind), said)


def _said(model: type[Model] | None, said: Any) -> Any:
    if not isinstance(said, dict):
        return said
    found = {}
    for key, value in said.items():
        row, _, rest = key.partition(":")
        below = _model(_ROWS[row][1]) if rest and row in _ROWS else model
        if isinstance(value, str) and (field := _field(model, key)) is not None and field.choices:
            value = str(dict(field.flatchoices).get(value, value))
        found[_word(model, key)] = _said(below, value)
    return found
