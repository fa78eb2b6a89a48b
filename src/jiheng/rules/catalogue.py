"""The catalogue of rules as pages, from their docstrings: for ``jiheng rule``, ``jiheng rules`` and the handbook."""

from __future__ import annotations

from collections.abc import Iterator

from jiheng.rules.finding import Severity
from jiheng.rules.registry import Rule, Scope, all_rules, page_parts

SEVERITIES = {Severity.ERROR: "错误", Severity.WARNING: "警告", Severity.INFO: "提示"}
"""What users see of a severity."""
SCOPES = {
    Scope.DOCUMENT: "整份文件",
    Scope.PROJECT: "单个项目",
    Scope.INDICATOR: "单条指标",
    Scope.CORPUS: "一起检查的各份文件",
}
FAMILIES = {
    "C": "完整性",
    "A": "资金",
    "P": "支出计划",
    "V": "指标值",
    "M": "可衡量",
    "R": "相关性",
    "D": "重复",
    "K": "分类",
    "X": "一致性",
    "F": "格式与编码",
}
"""The families by the letter that their codes begin with, in the order in which a reviewer reads."""

_HEAD = """# 规则

绩衡按下列规则检查绩效文本。错误必须改正；警告要改正或者说明理由；提示供参考。
在终端里用 `jiheng rules` 看这张表，用 `jiheng rule 编号` 看一条规则。
表中“可代改”的，`jiheng check --fix` 给出改正后的内容。
"""


def find(code: str) -> Rule:
    """The rule of this code, in whatever case it is typed. Raises ``KeyError`` with a Chinese message."""
    rules = all_rules()
    if code.upper() not in rules:
        near = [c for c in rules if c.startswith(code[:1].upper())]
        raise KeyError(
            f"没有编号为 {code} 的规则。" + (f"{code[:1].upper()} 类有：{'、'.join(near)}。" if near else "")
        )
    return rules[code.upper()]


def _joined(text: str) -> str:
    """Prose that the docstring breaks at the end of its lines, as one paragraph each."""
    paragraphs = text.split("\n\n")
    return "\n\n".join("".join(line.strip() for line in p.splitlines()) for p in paragraphs)


def _facts(r: Rule) -> Iterator[str]:
    yield f"级别：{SEVERITIES[r.severity]}"
    yield f"范围：{SCOPES[r.scope]}"
    if r.basis:
        yield f"依据：{'、'.join(r.basis)}"
    if r.fixable:
        yield "可代改"
    if r.silences:
        yield f"同一处报告本条时，不再报告 {'、'.join(r.silences)}"


def page(code: str) -> str:
    """A rule's page in Markdown."""
    r = find(code)
    parts = page_parts(r.page)
    lines = [f"# {r.code} {r.name}", "", "　".join(_facts(r)), "", _joined(parts["说明"])]
    lines += ["", "## 依据", "", _joined(parts["依据"])]
    for heading in ("反例", "正例"):
        lines += ["", f"## {heading}", "", "```text", parts[heading], "```"]
    return "\n".join(lines) + "\n"


def by_family() -> dict[str, list[Rule]]:
    """The rules of each family by its letter, in the order of :data:`FAMILIES`."""
    return {letter: [r for r in all_rules().values() if r.code.startswith(letter)] for letter in FAMILIES}


def index() -> str:
    """The catalogue in Markdown: a table a family, each rule with a link to its page."""
    lines = [_HEAD]
    for letter, rules in by_family().items():
        lines += [f"## {letter} {FAMILIES[letter]}", "", "| 编号 | 规则 | 级别 | 可代改 |", "| --- | --- | --- | --- |"]
        for r in rules:
            fix = "是" if r.fixable else ""
            lines.append(f"| [{r.code}]({r.code}.md) | {r.name} | {SEVERITIES[r.severity]} | {fix} |")
        lines.append("")
    return "\n".join(lines)


def pages() -> Iterator[tuple[str, str]]:
    """Every page of the handbook's folder ``rules`` with its file name: the index, then one a rule."""
    yield "index.md", index()
    for code in all_rules():
        yield f"{code}.md", page(code)
