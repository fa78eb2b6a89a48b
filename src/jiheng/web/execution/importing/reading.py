"""What an import holds: its sheets read as they are to be, and what their rows come to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from jiheng.readers import ReadError
from jiheng.readers.bounded import BoundedReader
from jiheng.readers.sheets import Sheet
from jiheng.web.execution.importing.columns import vocabulary
from jiheng.web.execution.importing.projects import Projects
from jiheng.web.execution.importing.repeated import settle_repeated
from jiheng.web.execution.importing.rows import Understood, drop_overdrawn, read_line, sample, summary
from jiheng.web.execution.models import ColumnMapping, ImportBatch
from jiheng.web.jobs.services import GivenBack, stopping
from jiheng.web.org.lineage import Lineage
from jiheng.web.tabular.plans import Line, Plan, Remembered, lines, survey
from jiheng.web.tabular.told import trouble

MOST_ROWS = 10_000
"""What is looked through and confirmed in one go; a month of a district has less."""
S = ImportBatch.State


class TooManyRows(Exception):
    """More rows than :data:`MOST_ROWS`; ``str()`` is for the user."""


def path_of(batch: ImportBatch) -> Path:
    """Where the original lies."""
    return Path(settings.MEDIA_ROOT) / batch.path


def look_at(batch: ImportBatch) -> Understood | None:
    """Read the file and say in the batch (unsaved) what is in it; ``None`` where nothing could be understood."""
    try:
        with BoundedReader() as reader:
            sheets = reader.grids(path_of(batch).read_bytes(), batch.name)
        if not sheets:
            raise ReadError("表格是空的，没有可以导入的内容。")
        return _judge(batch, sheets)
    except (ReadError, TooManyRows) as error:
        if stopping.is_set():
            raise GivenBack from error  # it may be the stop of the service that stopped the reading
        batch.state, batch.message = S.FAILED, str(error)
    except OSError:
        batch.state, batch.message = S.FAILED, "服务器上找不到这个文件，请重新上传。"
    return None


def _remembered(batch: ImportBatch) -> Remembered:
    kept = ColumnMapping.objects.filter(district_id=batch.budget_year.district_id, kind=batch.kind)

    def last_time(header: str) -> tuple[dict[str, int], str] | None:
        known = kept.filter(header=header).first()
        return (known.mapping, known.amount_unit) if known else None

    return last_time


def _judge(batch: ImportBatch, sheets: Sequence[Sheet]) -> Understood | None:
    plans, remembered = batch.plans, _remembered(batch)
    if len(plans) != len(sheets):
        plans = survey(sheets, vocabulary(), remembered)
    rows = list(lines(plans, sheets, vocabulary(), remembered))
    batch.sheets, batch.state = [plan.kept() for plan in plans], S.READ
    batch.good = batch.duplicates = batch.rows = batch.amount = 0
    batch.problems, batch.repeated, batch.held, batch.sample, batch.summary = [], [], [], [], {}
    batch.message = "\n".join(trouble(plans, vocabulary()))
    if batch.message:
        return None
    found = understand(batch, plans, sheets, rows)
    batch.rows, batch.good, batch.duplicates = found.rows, len(found.drafts), len(found.repeated)
    batch.problems, batch.repeated, batch.held = found.problems, found.repeated, found.held
    batch.sample, batch.summary = sample(found.drafts), summary(batch, found.drafts)
    if found.renamed:
        batch.summary["renamed"] = found.renamed[:20]
    batch.amount = sum(d.entry.amount for d in found.drafts)
    return found


def understand(batch: ImportBatch, plans: Sequence[Plan], sheets: Sequence[Sheet], rows: Sequence[Line]) -> Understood:
    """Every row of the chosen sheets. Raises :class:`TooManyRows`."""
    if len(rows) > MOST_ROWS:
        raise TooManyRows(f"有 {len(rows)} 行，一次最多导入 {MOST_ROWS} 行。请按月份或单位拆分后分次导入。")
    found, projects, today = Understood(rows=len(rows)), projects_of(batch), timezone.localdate()
    for line in rows:
        read_line(batch, plans[line.sheet], sheets[line.sheet], line, projects, today, found)
    _tell_other_heads(plans, found)
    settle_repeated(batch, found)
    if batch.kind == ImportBatch.Kind.ADJUSTMENT:
        drop_overdrawn(plans, found)
    return found


def _tell_other_heads(plans: Sequence[Plan], found: Understood) -> None:
    message = "从这一行起是另一张表（又一个表头），下面的都没有读取。请把它放到另一张工作表里再上传。"
    for number, plan in enumerate(plans):
        if plan.is_chosen and plan.other_head:
            place = {"sheet": number, "row": plan.other_head, "column": ""}
            found.problems.append({**place, "text": "", "message": message})


def projects_of(batch: ImportBatch) -> Projects:
    """The projects that the batch may name: those of its place that its importer reaches."""
    from jiheng.web.plan.queries.projects import visible_projects

    found = visible_projects(batch.by, "execution.import").filter(budget_year=batch.budget_year)
    if batch.unit is not None:
        found = found.filter(unit__in=[batch.unit.pk, *Lineage().before(batch.unit.pk)])
    elif batch.department_id:
        found = found.filter(unit__department=batch.department_id)
    return Projects(found.defer("findings", "purpose", "explanation"))
