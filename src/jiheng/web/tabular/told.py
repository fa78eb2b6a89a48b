"""What a person is told of a file before anything of it is kept: what is in the way, and what was left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from xlsxwriter.utility import xl_col_to_name

from jiheng.web.tabular.columns import UNITS, Vocabulary, bare
from jiheng.web.tabular.plans import LISTED, Plan, is_summary


def trouble(plans: Sequence[Plan], vocabulary: Vocabulary) -> list[str]:
    """Why nothing can be read yet, a sentence for each chosen sheet that is in the way; empty where nothing is."""
    chosen = [plan for plan in plans if plan.is_chosen]
    if not chosen:
        return ["没有选工作表。请勾选要导入的工作表。"]
    found = []
    for plan in chosen:
        if lacking := vocabulary.missing(plan.mapping):
            found.append(
                f"“{plan.name}”还没有找到{quoted(lacking)}是哪一列。{_seen(plan)}请指明各列，或改正表头在第几行。"
            )
        elif plan.foreign_unit:
            unit = plan.foreign_unit
            found.append(f"“{plan.name}”的金额单位写的是“{unit}”，平台只认元和万元。请在文件里换算成元或万元后再上传。")
    if not found and not any(plan.rows for plan in chosen):
        found.append(_without_rows(chosen))
    return found


def quoted(names: Iterable[str]) -> str:
    """“甲”、“乙”."""
    return "“" + "”、“".join(names) + "”"


def _seen(plan: Plan) -> str:
    headings = [text for text in plan.headings if text]
    return f"第 {plan.first} 行写的是：{'、'.join(headings[:20])}。" if headings else ""


def _without_rows(chosen: Sequence[Plan]) -> str:
    names = quoted(plan.name for plan in chosen)
    if any(plan.hidden_rows for plan in chosen):
        return f"{names}里的行都是隐藏的，没有导入任何内容。要导入隐藏的行，请在下面勾选后重新检查。"
    return f"{names}只有表头，下面一行数据也没有，没有导入任何内容。请检查是不是选错了工作表或文件。"


def standing(plan: Plan, vocabulary: Vocabulary) -> str:
    """What speaks against reading a sheet as a list of this kind, in a few words; "" where nothing does."""
    if lacking := vocabulary.missing(plan.mapping):
        return f"没有找到{quoted(lacking)}列"
    if not (plan.rows or plan.hidden_rows):
        return "只有表头，没有数据"
    return "名称像汇总，与明细一起导入会重复" if is_summary(plan) else ""


def overlooked(plans: Sequence[Plan], vocabulary: Vocabulary) -> list[str]:
    """The names of sheets that could be read as well as the chosen ones, and are not."""
    return [p.name for p in plans if not (p.is_chosen or p.is_hidden or standing(p, vocabulary))]


def notes(plan: Plan, vocabulary: Vocabulary, unhide: str = "在“各列的对应关系”里选") -> list[str]:
    """What a person should know of a chosen sheet before anything is kept, in sentences.

    ``unhide`` is what to do to have a hidden column used.
    """
    said = []
    if plan.is_hidden:
        said.append("这张工作表在文件里是隐藏的。")
    if plan.hidden_rows:
        what = "按您的选择一并导入" if plan.with_hidden else "没有导入"
        said.append(f"隐藏（含筛选掉）的 {len(plan.hidden_rows)} 行{what}：第 {_some(plan.hidden_rows)} 行。")
    if unused := [c for c in plan.hidden_columns if c not in plan.mapping.values()]:
        columns = "、".join(_column(plan, c) for c in unused[:20])
        said.append(f"隐藏的列没有使用：{columns}。需要时请{unhide}。")
    if used := [c for c in plan.hidden_columns if c in plan.mapping.values()]:
        said.append(f"按您的选择使用了隐藏的列：{'、'.join(_column(plan, c) for c in used)}。")
    if plan.aside:
        more = "" if len(plan.aside) < LISTED else "（只列出前面的）"
        rows = "；".join(f"第 {n} 行{why}“{text}”" for n, text, why in plan.aside)
        said.append(f"不是数据、没有导入的行{more}：{rows}。")
    said += _doubtful(plan, vocabulary)
    return said


def _doubtful(plan: Plan, vocabulary: Vocabulary) -> Iterator[str]:
    for name, column in plan.mapping.items():
        alike = [c for c, text in enumerate(plan.headings) if text and bare(text) == bare(plan.heading(name))]
        if len(alike) > 1:
            where = "、".join(xl_col_to_name(c) for c in alike)
            used_for = f"{vocabulary.label(name)}用的是 {xl_col_to_name(column)} 列"
            yield f"叫“{plan.heading(name)}”的有 {len(alike)} 列（{where}），{used_for}。"
    used = set(plan.mapping.values()) | set(plan.hidden_columns)
    unknown = [_column(plan, c) for c, text in enumerate(plan.headings) if text and c not in used]
    if unknown:
        yield f"没有用到的列：{'、'.join(unknown[:20])}{'等' if len(unknown) > 20 else ''}。"
    if vocabulary.amount and not plan.unit_is_said and not plan.is_remembered:
        yield f"文件没有写金额单位，现按“{UNITS[plan.amount_unit]}”读取。请核对。"


def _column(plan: Plan, column: int) -> str:
    return f"{xl_col_to_name(column)} 列“{plan.headings[column]}”"


def _some(rows: Sequence[int]) -> str:
    return "、".join(str(row) for row in rows[:20]) + ("等" if len(rows) > 20 else "")
