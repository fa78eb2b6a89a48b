"""A project as its official form (绩效目标表) in HTML, the cells with findings marked."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from html import escape

from jiheng.model import Indicator, Project
from jiheng.rules.finding import Finding, Severity

MARKS = {Severity.ERROR: "e", Severity.WARNING: "w", Severity.INFO: "i"}
_HEADS = "一级指标 二级指标 三级指标 绩效指标描述 指标值 指标值确定依据".split()
_FIELDS = ("level1", "level2", "name", "description", "target", "basis")


def amount(value: Decimal | None) -> str:
    """An amount as printed; empty where there is none."""
    return "" if value is None else f"{value:f}"


class Form:
    """Draws one project; ``findings`` are its own, each with the number of its remark in the list beside."""

    def __init__(self, project: Project, findings: Sequence[tuple[int, Finding]]) -> None:
        self.project = project
        self._at: dict[tuple[int | None, str], list[tuple[int, Finding]]] = {}
        for number, f in findings:
            self._at.setdefault((f.row, f.field.partition(".")[0] if f.row is None else f.field), []).append(
                (number, f)
            )

    def html(self) -> str:
        """The whole form."""
        p = self.project
        title = f"{p.sequence}. {escape(p.title or p.name or '')}绩效目标表"
        rows = [*self._head(), *self._plan(), *self._goals(), *self._indicators()]
        body = "".join(f"<tr>{row}</tr>" for row in rows)
        told, caption = self._marked(title, self._at.get((None, "title"), []))
        return f'<table class="form"><caption{told}>{caption}</caption><tbody>{body}</tbody></table>'

    @staticmethod
    def _marked(said: str, here: list[tuple[int, Finding]]) -> tuple[str, str]:
        """The attributes and the content of an element that these findings speak of."""
        if not here:
            return "", said or "&nbsp;"
        mark = MARKS[max(f.severity for _, f in here)]
        tip = escape("\n".join(f"{f.code} {f.message}" for _, f in here), quote=True)
        numbers = " ".join(str(n) for n, _ in here)
        shown = said or '<span class="none">（空）</span>'
        return (
            f' data-findings="{numbers}" title="{tip}" tabindex="0"',
            f'<span class="{mark}">{shown}</span><i class="mark {mark}"></i>',
        )

    def _cell(
        self, text: str | None, field: str = "", row: int | None = None, span: int = 1, rows: int = 1, css: str = ""
    ) -> str:
        here = self._at.get((row, field), []) if field else []
        spans = (f' colspan="{span}"' if span > 1 else "") + (f' rowspan="{rows}"' if rows > 1 else "")
        told, content = self._marked(escape(text or "").replace("\n", "<br>"), here)
        return f'<td{spans} class="{css}"{told}>{content}</td>'

    def _label(self, text: str, span: int = 1, rows: int = 1, field: str = "") -> str:
        spans = (f' colspan="{span}"' if span > 1 else "") + (f' rowspan="{rows}"' if rows > 1 else "")
        told, content = self._marked(escape(text), self._at.get((None, field), []) if field else [])
        return f"<th{spans}{told}>{content}</th>"

    def _head(self) -> list[str]:
        p, b = self.project, self.project.budget
        unit = f"{p.unit_code or ''}{p.unit_name or ''}"
        rows = []
        if unit or not p.supervisor:
            rows.append(
                self._cell(unit, "unit_name", span=8, css="plain") + self._cell("单位：万元", span=4, css="plain right")
            )
        rows.append(
            self._label("项目编码", 2)
            + self._cell(p.code, "code", span=4)
            + self._label("项目名称", 2)
            + self._cell(p.name, "name", span=4)
        )
        rows += self._central()
        rows.append(
            self._label("预算规模及资金用途", 2, 2)
            + self._label("预算数", 2) + self._cell(amount(b.total), "budget_total", css="num")
            + self._label("其中：财政资金", 2) + self._cell(amount(b.fiscal), "budget_fiscal", span=2, css="num")
            + self._label("其他资金", 2) + self._cell(amount(b.other), "budget_other", css="num")
        )  # fmt: skip
        rows.append(self._cell(p.purpose, "purpose", span=10))
        return rows

    def _central(self) -> list[str]:
        """What only the central form (财预〔2015〕88号) says."""
        p = self.project
        pairs = (
            ("主管部门", "supervisor", p.supervisor),
            ("项目属性", "attribute", p.attribute),
            ("项目期", "period", p.period),
        )
        return [self._label(label, 2) + self._cell(text, field, span=10) for label, field, text in pairs if text]

    def _plan(self) -> list[str]:
        plan = self.project.plan
        if not plan.labels:
            return (
                [self._label("资金支出计划（%）", 2) + self._cell("", "plan", span=10)]
                if (None, "plan") in self._at
                else []
            )
        each, rest = divmod(10, len(plan.labels))
        widths = [each + (n < rest) for n in range(len(plan.labels))]
        labels = "".join(self._label(text, w) for text, w in zip(plan.labels, widths, strict=True))
        values = "".join(self._cell(raw, "plan", span=w, css="num") for raw, w in zip(plan.raw, widths, strict=True))
        return [self._label("资金支出计划（%）", 2, 2) + labels, values]

    def _goals(self) -> list[str]:
        text = "\n".join(f"{n}. {goal}" for n, goal in enumerate(self.project.goals, 1))
        return [self._label("绩效目标", 2) + self._cell(text, "goals", span=10)]

    def _indicators(self) -> list[str]:
        found = self.project.indicators
        # What is said of the whole table stands on its first heading; without rows, on the empty row.
        whole = "indicators" if found else ""
        rows = ["".join(self._label(head, 2, field="" if n else whole) for n, head in enumerate(_HEADS))]
        for n, indicator in enumerate(found):
            cells = []
            for column, field in enumerate(_FIELDS):
                text = indicator.target.raw if field == "target" else getattr(indicator, field)
                if column < 2 and n and self._same(found[n - 1], indicator, column) and (n, field) not in self._at:
                    continue
                count = self._run(found, n, column) if column < 2 else 1
                css = "num" if field in ("level1", "level2", "target") else ""
                cells.append(self._cell(text, field, row=n, span=2, rows=count, css=css))
            rows.append("".join(cells))
        if not found:
            rows.append(self._cell("", "indicators", span=12))
        return rows

    @staticmethod
    def _same(a: Indicator, b: Indicator, column: int) -> bool:
        return a.level1 == b.level1 and (column == 0 or a.level2 == b.level2)

    def _run(self, found: Sequence[Indicator], start: int, column: int) -> int:
        """How many rows from ``start`` share this category and are merged."""
        end = start + 1
        while (
            end < len(found) and self._same(found[start], found[end], column) and (end, _FIELDS[column]) not in self._at
        ):
            end += 1
        return end - start
