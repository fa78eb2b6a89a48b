"""The page around the forms: an overview to sort and filter, then every project with its remarks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from html import escape
from importlib import resources

from jiheng.model import Document, Project
from jiheng.policy import Pack
from jiheng.rules.finding import Finding, Severity
from jiheng.rules.registry import all_rules
from jiheng.scoring.review import ReviewSheet, review_projects
from jiheng.writers.findings_json import Checked
from jiheng.writers.findings_text import WORDS, counted, in_words
from jiheng.writers.place import place
from jiheng.writers.report.form import MARKS, Form, amount

_EMPTY = '<p class="ok">没有发现问题。</p>'


def _part(name: str) -> str:
    return (resources.files("jiheng.writers.report") / name).read_text("utf-8")


def as_html(checked: Sequence[Checked], pack_of: Callable[[Document], Pack], today: date | None = None) -> bytes:
    """The report over these documents. ``pack_of`` gives the policy pack that a document was checked under."""
    overview: list[tuple[int, int, str]] = []
    sections = []
    for d, (document, findings) in enumerate(checked):
        sheets = review_projects(document, [f for f in findings if f.silenced is None], pack_of(document))
        overview += _lines(d, document, findings, sheets)
        sections.append(_document(d, document, findings, sheets))
    count = counted([f for _, found in checked for f in found])
    day = (today or date.today()).isoformat()  # noqa: DTZ011 - the day on the desk where it is printed
    title = f"绩效目标检查报告（{len(checked)} 份文档）"
    return _part("page.html").format(
        title=title, css=_part("report.css"), script=_part("report.js"), day=day, total=escape(in_words(count)),
        cards=_cards(checked, count), sections="".join(sections),
        overview="".join(line for *_, line in sorted(overview, key=lambda x: x[:2])),
    ).encode()  # fmt: skip


def _cards(checked: Sequence[Checked], count: Counter[Severity]) -> str:
    projects = sum(len(d.projects) for d, _ in checked)
    codes = Counter(f.code for _, found in checked for f in found if f.silenced is None).most_common(6)
    figures = [("文档", len(checked), ""), ("项目", projects, ""), ("错误", count[Severity.ERROR], "e"),
               ("警告", count[Severity.WARNING], "w"), ("提示", count[Severity.INFO], "i")]  # fmt: skip
    cards = "".join(f'<div class="card {css}"><b>{n}</b>{label}</div>' for label, n, css in figures)
    rules = all_rules()
    common = "".join(f"<li><code>{c}</code> {escape(rules[c].name)} <b>{n}</b></li>" for c, n in codes)
    return f'<div class="cards">{cards}<div class="card common"><span>最常见</span><ol>{common}</ol></div></div>'


def _lines(
    d: int, document: Document, findings: Sequence[Finding], sheets: Mapping[int, ReviewSheet]
) -> list[tuple[int, int, str]]:
    """(errors and warnings below zero, so that the worst sort first; the line) of each project."""
    lines = []
    for p in document.projects:
        count = counted([f for f in findings if f.project == p.sequence])
        e, w, i = (count[s] for s in (Severity.ERROR, Severity.WARNING, Severity.INFO))
        sheet = sheets.get(p.sequence)
        best = f"{sheet.most:.0f}" if sheet else ""
        link = f'<a href="#d{d}p{p.sequence}">{escape(p.name or p.title or "（没有名称）")}</a>'
        figures = (amount(p.budget.total), _number(e, "e"), _number(w, "w"), _number(i, "i"), best)
        line = (
            f'<tr data-e="{e}"><td>{escape(document.source)}</td><td>{escape(document.department.name or "")}</td>'
            f'<td class="r">{p.sequence}</td><td>{link}</td>'
            + "".join(f'<td class="r">{figure}</td>' for figure in figures)
            + "</tr>"
        )
        lines.append((-e, -w, line))
    return lines


def _number(n: int, css: str) -> str:
    return f'<b class="n-{css}">{n}</b>' if n else "0"


def _document(d: int, document: Document, findings: Sequence[Finding], sheets: Mapping[int, ReviewSheet]) -> str:
    year = f" · {document.fiscal_year}年" if document.fiscal_year else ""
    head = (
        f"<h2>{escape(document.department.name or document.source)}{year}<small>{escape(document.source)}</small></h2>"
    )
    of_document = [f for f in findings if f.project == 0]
    parts = [f'<section class="doc">{head}']
    if of_document:
        remarks = "".join(_remark(n, f) for n, f in enumerate(of_document))
        shown = f'<div class="sheet"><h3>部门整体部分</h3>{_goals(document)}</div>'
        parts.append(f'<div class="pair">{shown}<aside>{remarks}</aside></div>')
    for p in document.projects:
        mine = list(enumerate(f for f in findings if f.project == p.sequence))
        parts.append(_project(d, p, mine, sheets.get(p.sequence)))
    return "".join(parts) + "</section>"


def _goals(document: Document) -> str:
    goals = document.goals
    texts = [*goals.overall, *(f"（{g.number or ''}）{g.title or ''}：{g.goal or ''}" for g in goals.itemized)]
    return "".join(f"<p>{escape(text)}</p>" for text in texts)


def _project(d: int, p: Project, mine: list[tuple[int, Finding]], sheet: ReviewSheet | None) -> str:
    shown = [(n, f) for n, f in mine if f.silenced is None]
    ordered = sorted(mine, key=lambda x: (x[1].silenced is not None, -x[1].severity, x[1].row or 0))
    remarks = "".join(_remark(n, f) for n, f in ordered) or _EMPTY
    form = Form(p, shown).html()
    count = escape(in_words(counted([f for _, f in mine])))
    return (
        f'<div class="pair" id="d{d}p{p.sequence}"><div class="sheet">{form}</div>'
        f'<aside><h3>{count}<a href="#top">回到总表</a></h3>{remarks}{_score(sheet)}</aside></div>'
    )


def _remark(number: int, f: Finding) -> str:
    name = escape(all_rules()[f.code].name)
    if f.silenced is not None:
        return f'<div class="find s"><code>{f.code}</code><b>{name}</b><p>已忽略：{escape(f.silenced)}</p></div>'
    where = "　".join(x for x in (f.indicator or "", place(f.anchor)) if x)
    advice = f'<p class="advice">→ {escape(f.advice)}</p>' if f.advice else ""
    fix = f'<p class="fix">可自动改正：{escape(f.fix.title)}</p>' if f.fix else ""
    return (
        f'<div class="find {MARKS[f.severity]}" data-finding="{number}"><code>{f.code}</code><b>{name}</b>'
        f'<span class="level">{WORDS[f.severity]}</span><p>{escape(f.message)}</p>{advice}{fix}'
        f'<p class="where">{escape(where)}</p></div>'
    )


def _score(sheet: ReviewSheet | None) -> str:
    if sheet is None:
        return ""
    lines = []
    for item in sheet.items:
        score = "需人工判断" if item.score is None else f"{item.score.normalize():f} / {item.item.points}"
        if item.score is not None and item.is_open:
            score = f"≤ {score}"
        lines.append(f'<dt>{escape(item.item.name)}</dt><dd title="{escape(item.remark, quote=True)}">{score}</dd>')
    total = f'<dt class="sum">建议总分</dt><dd class="sum">{sheet.least:.0f}–{sheet.most:.0f}</dd>'
    summary = "<summary>审核表建议分（财预〔2015〕88号）</summary>"
    return f'<details class="score">{summary}<dl>{"".join(lines)}{total}</dl></details>'
