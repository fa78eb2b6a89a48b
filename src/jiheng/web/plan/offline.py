"""Target tables handed out as one workbook, to be filled in offline; brought back by ``importing``.

The key that a sheet carries says which project it is, at which revision, and a digest of what it said; it is signed,
so that a sheet of another installation, or one that was tampered with, is told apart.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.core.signing import BadSignature, Signer

from jiheng import model
from jiheng.readers import ReadError
from jiheng.readers.bounded import BoundedReader
from jiheng.web.org.models import Unit
from jiheng.web.plan import mapping
from jiheng.web.plan.checking import pack_of
from jiheng.web.plan.models import BudgetYear, Project
from jiheng.web.plan.queries.projects import framework_of
from jiheng.web.plan.services.lines import periods_of
from jiheng.web.plan.services.projects import frame
from jiheng.writers.form_excel import Form, write_forms

MOST = 200
"""More forms than this are no workbook that anyone fills in."""
BLANK_FORMS = 5
_SIGNER = Signer(salt="jiheng.plan.sheet")
NOTES = (
    "白色单元格填写，灰底和表头由系统生成，已加保护，不用改。填好后保存，在“绩效目标—离线填报”里上传这个文件。",
    "每张工作表是一个项目，请不要复制、改造工作表来新建项目：新项目请填“空白表”。不需要改的表可以删掉，也可以留着。",
    "金额以万元为单位；支出计划填累计百分数（末期 100）；一级、二级指标可以从下拉列表里选；指标行不够时在表中插入行。",
    "上传后先预览：逐格列出改了什么、有哪些错误，确认后才写入。下载后别人在线上改过的项目会标为“冲突”，不会被悄悄覆盖。",
)


@dataclass(frozen=True, slots=True)
class SheetKey:
    """What a key says: a project as it was, or (``project`` 0) an empty form for a unit in a year."""

    project: int = 0
    revision: int = 0
    digest: str = ""
    unit: int = 0
    year: int = 0
    number: int = 0

    def signed(self) -> str:
        """The key as a sheet carries it."""
        return _SIGNER.sign(".".join(map(str, asdict(self).values())))

    @classmethod
    def of(cls, text: str) -> SheetKey | None:
        """The key of a sheet; ``None`` where we have not signed it."""
        try:
            project, revision, digest, unit, year, number = _SIGNER.unsign(text).split(".")
        except (BadSignature, ValueError):
            return None
        return cls(int(project), int(revision), digest, int(unit), int(year), int(number))


def digest(project: model.Project) -> str:
    """A digest of what a form says, blanks aside: equal digests, and nobody has changed the sheet."""
    said: list[Any] = [
        project.code, project.name, project.purpose, *map(_plain, (project.budget.total, project.budget.fiscal)),
        _plain(project.budget.other), *project.plan.labels, *project.plan.raw, "|", *project.goals,
    ]  # fmt: skip
    for i in project.indicators:
        if i.name or i.description or i.target.raw or i.basis:
            said += ["|", i.level1, i.level2, i.name, i.description, i.target.raw, i.basis]
    text = json.dumps(["".join((s or "").split()) for s in said], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _plain(amount: Any) -> str:
    return "" if amount is None else f"{amount.normalize():f}"


def _form(row: Project) -> Form:
    said = mapping.to_project(row)
    key = SheetKey(row.pk, row.revision, digest(said), row.unit_id, row.budget_year_id)
    return Form(said, key.signed(), row.name or row.code)


def workbook(projects: Sequence[Project], year: BudgetYear) -> bytes:
    """The forms of these projects (their rows prefetched) as one workbook."""
    return write_forms([_form(p) for p in projects], framework_of(pack_of(year)), f"{year}项目绩效目标表", NOTES)


def blank_workbook(unit: Unit, year: BudgetYear, count: int = BLANK_FORMS) -> bytes:
    """Empty forms of a unit, with the periods and the categories that the policy pack wants."""
    labels, pack = periods_of(year), pack_of(year)
    empty = model.Project(
        1, None, unit_code=unit.code, unit_name=unit.name,
        plan=model.SpendingPlan(labels, ("",) * len(labels), (None,) * len(labels)),
        indicators=tuple(model.Indicator(a, b, None) for a, b in frame(pack)),
    )  # fmt: skip
    forms = [
        Form(empty, SheetKey(unit=unit.pk, year=year.pk, number=n).signed(), "新项目") for n in range(1, count + 1)
    ]
    return write_forms(forms, framework_of(pack), f"{year}项目绩效目标表（空白表）", NOTES)


def sheet_of(project: model.Project) -> str:
    """The worksheet that a project was read from."""
    anchors = [*project.anchors.values(), *filter(None, project.plan.anchors)]
    anchors += [a for i in project.indicators for a in i.anchors.values()]
    return next((a.sheet for a in anchors if a.sheet is not None), "")


def as_read(rows: Iterable[Project]) -> dict[int, model.Project]:
    """What the sheets of these projects would say, handed out now and read back, by key of the project.

    Compared with this, a sheet shows what its editor changed, and nothing that only the form prints otherwise.
    """
    found = list(rows)
    forms = [Form(mapping.to_project(row), SheetKey(row.pk).signed(), row.name) for row in found]
    said = {row.pk: form.project for row, form in zip(found, forms, strict=True)}
    if not forms:
        return said
    data = write_forms(forms, {}, "")
    try:
        with BoundedReader() as reader:
            document, signed = reader.read_with_keys(data, "forms.xlsx")
    except ReadError:
        return said  # what the forms say as they are stored: more may then look changed
    keys = {name: SheetKey.of(key or "") for name, key in signed.items()}
    for project in document.projects:
        key = keys.get(sheet_of(project))
        if key is not None:
            said[key.project] = project
    return said
