"""Findings for the terminal: by document and project, worst first, and a summary of what matters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from jiheng.model import Document, Project
from jiheng.rules.baseline import ACCEPTED
from jiheng.rules.finding import Finding, Severity
from jiheng.rules.registry import all_rules
from jiheng.writers.findings_json import Checked
from jiheng.writers.place import place

WORDS = {Severity.ERROR: "错误", Severity.WARNING: "警告", Severity.INFO: "提示"}
_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
_CONTENT = 60


def counted(findings: Sequence[Finding]) -> Counter[Severity]:
    """How many of each severity, silenced ones left out."""
    return Counter(f.severity for f in findings if f.silenced is None)


def _weight(findings: Sequence[Finding]) -> tuple[int, int, int]:
    count = counted(findings)
    return -count[Severity.ERROR], -count[Severity.WARNING], -count[Severity.INFO]


def in_words(count: Counter[Severity]) -> str:
    """3 处错误，2 处警告."""
    parts = [f"{count[s]} 处{WORDS[s]}" for s in sorted(WORDS, reverse=True) if count[s]]
    return "，".join(parts) or "没有发现问题"


def show(document: Document, findings: Sequence[Finding], console: Console) -> None:
    """One document; what a baseline accepted is only counted."""
    new = [f for f in findings if f.silenced != ACCEPTED]
    accepted = f"（另有 {len(findings) - len(new)} 处在基线中，不再列出）" if len(new) < len(findings) else ""
    console.print(Text(f"{document.source}　{in_words(counted(new))}{accepted}", style="bold"))
    projects = {p.sequence: p for p in document.projects}
    groups: dict[int, list[Finding]] = {}
    for f in new:
        groups.setdefault(f.project, []).append(f)
    for number in sorted(groups, key=lambda n: (_weight(groups[n]), n)):
        console.print(Text(f"\n  {_title(projects.get(number))}", style="bold blue"))
        for f in sorted(groups[number], key=lambda f: (f.silenced is not None, -f.severity, f.row or 0, f.code)):
            _one(f, console)
    console.print()


def _title(project: Project | None) -> str:
    return f"{project.sequence}. {project.name or project.title or '（没有名称）'}" if project else "部门整体部分"


def _one(f: Finding, console: Console) -> None:
    style = "dim" if f.silenced is not None else _STYLES[f.severity]
    line = Text("    ")
    line.append(f"{WORDS[f.severity]} {f.code} ", style)
    line.append(f.message, "dim" if f.silenced is not None else "")
    console.print(line, soft_wrap=True)
    content = " ".join(f.content.split())
    where = "　".join(x for x in (f.indicator or "", place(f.anchor)) if x)
    if where or content:
        shown = content[:_CONTENT] + ("…" if len(content) > _CONTENT else "")
        console.print(Text(f"      {where}{'：' if where and shown else ''}{shown}", style="dim"), soft_wrap=True)
    if f.silenced is not None:
        console.print(Text(f"      已忽略：{f.silenced}", style="dim"), soft_wrap=True)
    elif f.advice:
        console.print(Text(f"      → {f.advice}" + ("（可用 --fix 改正）" if f.fix else "")), soft_wrap=True)


def summarize(checked: Sequence[Checked], unreadable: int, console: Console) -> None:
    """What matters, in a minute: totals, the worst documents and projects, the most frequent codes."""
    count = counted([f for _, found in checked for f in found])
    files = f"{len(checked)} 份文档" + (f"，{unreadable} 份不能读取" if unreadable else "")
    console.print(Text(f"共 {files}：{in_words(count)}", style="bold"))
    if not count:
        return
    codes = Counter(f.code for _, found in checked for f in found if f.silenced is None)
    rules = all_rules()
    top = "，".join(f"{code} {rules[code].name} {n} 处" for code, n in codes.most_common(5))
    console.print(f"  最常见：{top}", markup=False, soft_wrap=True)
    worst = sorted(((d, p, f) for d, found in checked for p, f in _by_project(d, found)), key=lambda x: _weight(x[2]))[
        :5
    ]
    console.print("  最需要改的项目：", markup=False)
    for document, project, found in worst:
        source = f"{document.source} · " if len(checked) > 1 else ""
        console.print(f"    {source}{_title(project)}：{in_words(counted(found))}", markup=False, soft_wrap=True)
    fixable = sum(1 for _, found in checked for f in found if f.fix and f.silenced is None)
    if fixable:
        console.print(f"  其中 {fixable} 处可以自动改正：加 --fix 生成带修订的 Word 文件。", markup=False)


def _by_project(document: Document, findings: Sequence[Finding]) -> list[tuple[Project, list[Finding]]]:
    found = [(p, [f for f in findings if f.project == p.sequence and f.silenced is None]) for p in document.projects]
    return [(p, mine) for p, mine in found if mine]
