"""Lists received and read. What was uploaded is kept as it was, under a name of our own."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from jiheng.readers import ReadError
from jiheng.readers.grids import read_grids
from jiheng.readers.sheets import Sheet
from jiheng.web import transaction
from jiheng.web.execution.importing import columns
from jiheng.web.execution.importing.rows import Projects, TooManyRows, Understood, sample, summary, understand
from jiheng.web.execution.models import ColumnMapping, ImportBatch
from jiheng.web.jobs.services import Progress, ask, job
from jiheng.web.locks import lock
from jiheng.web.org.models import Department, Person, Unit
from jiheng.web.org.permissions import allowed, require
from jiheng.web.plan.models import BudgetYear
from jiheng.web.plan.services import Refused
from jiheng.web.supervision.services import record

READ_JOB = "execution.read_batch"
MOST_BYTES = 20 * 2**20
PASTED = "粘贴的表格"
S = ImportBatch.State


@dataclass(frozen=True, slots=True)
class Place:
    """A part of a district into which a person may import: a unit, a department, or all of it."""

    key: str
    name: str
    department: Department | None = None
    unit: Unit | None = None


def places_for(person: Person, year: BudgetYear) -> list[Place]:
    """The places into which this person may import for that year, widest first."""
    found: dict[str, Place] = {}
    for held in person.held():
        if held.district_id != year.district_id:
            continue
        unit = held.unit
        department = unit.department if unit else held.department
        key = f"u{unit.pk}" if unit else f"d{department.pk}" if department else "all"
        name = unit.name if unit else department.name if department else f"{year.district.name}全部单位"
        place = Place(key, name, department, unit)
        if allowed(person, "execution.import", _draft_of(year, place)):
            found[key] = place
    return sorted(found.values(), key=lambda p: (p.key[0], p.name))


def _draft_of(year: BudgetYear, place: Place) -> ImportBatch:
    return ImportBatch(budget_year=year, department=place.department, unit=place.unit)


def path_of(batch: ImportBatch) -> Path:
    """Where the original lies."""
    return Path(settings.MEDIA_ROOT) / batch.path


def _shown_name(name: str) -> str:
    """The last part of what the browser calls the file, without anything unprintable: shown, never opened."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in last if c.isprintable())[-200:] or "未命名"


def _keep(pieces: Iterable[bytes]) -> tuple[str, str]:
    """(path below the media folder, SM3) of what is written there, piece by piece."""
    digest, name = hashes.Hash(hashes.SM3()), f"execution/{secrets.token_hex(16)}"
    path = Path(settings.MEDIA_ROOT) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as out:
        for piece in pieces:
            digest.update(piece)
            out.write(piece)
    return name, digest.finalize().hex()


def receive(person: Person, year: BudgetYear, place: Place, kind: str, file: UploadedFile) -> tuple[ImportBatch, str]:
    """Keep a file and ask for it to be read; with what is to be said of it. Raises :class:`Refused`."""
    if (file.size or 0) > MOST_BYTES:
        raise Refused(f"文件超过 {MOST_BYTES // 2**20} MB，没有上传。请只保留需要的工作表，或按月份拆分后再试。")
    return _received(person, year, place, kind, _shown_name(file.name or ""), file.chunks())


def receive_pasted(person: Person, year: BudgetYear, place: Place, kind: str, text: str) -> tuple[ImportBatch, str]:
    """The same with rows copied from a worksheet, their headings on top."""
    if not text.strip():
        raise Refused("没有粘贴内容。请在 Excel 里连同表头一起复制，再粘贴到这里。")
    return _received(person, year, place, kind, PASTED, [text.encode()])


def _received(
    person: Person, year: BudgetYear, place: Place, kind: str, name: str, pieces: Iterable[bytes]
) -> tuple[ImportBatch, str]:
    draft = _draft_of(year, place)
    require(person, "execution.import", draft)
    if kind not in ImportBatch.Kind.values:
        raise Refused("请选择导入的是支付明细、指标下达还是预算调整。")
    draft.path, draft.sm3 = _keep(pieces)
    draft.kind, draft.name, draft.by = kind, name, person
    note = ""
    before = ImportBatch.objects.filter(budget_year=year, kind=kind, sm3=draft.sm3, state=S.APPLIED).first()
    if before is not None:
        when = timezone.localtime(before.applied_at or before.at)
        note = f"这个文件与 {when:%Y-%m-%d %H:%M} 已入账的“{before.name}”内容完全相同，其中的各行会被认作重复。"
    with transaction.atomic():
        draft.save()
        ask_to_read(draft)
        record("上传执行数据", draft, None, {"file": name, "kind": kind, "sm3": draft.sm3})
    return draft, note


def ask_to_read(batch: ImportBatch) -> None:
    """Have it read (again) in the background."""
    batch.state, batch.message = S.WAITING, ""
    batch.job = ask(READ_JOB, f"读取{batch.name}", {"batch": batch.pk}, batch.by)
    batch.save()


@job(READ_JOB)
def read_batch(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Read a batch that still waits: a second time changes nothing."""
    batch = ImportBatch.objects.select_related("budget_year", "by").get(pk=payload["batch"])
    if batch.state == S.WAITING:
        progress(0, 1, f"正在读取{batch.name}")
        look_at(batch)
        batch.save()
    return {"rows": batch.rows, "good": batch.good, "problems": len(batch.problems)}


def look_at(batch: ImportBatch) -> Understood | None:
    """Read the file and say in the batch (unsaved) what is in it; ``None`` where nothing could be understood."""
    try:
        sheet = sheet_of(batch)
        return _judge(batch, sheet)
    except ReadError as error:
        batch.state, batch.message = S.FAILED, str(error)
    except TooManyRows as error:
        batch.state, batch.message = S.FAILED, str(error)
    except OSError:
        batch.state, batch.message = S.FAILED, "服务器上找不到这个文件，请重新上传。"
    return None


def sheets_of(batch: ImportBatch) -> list[Sheet]:
    """The sheets of the file. Raises ``ReadError``, ``OSError``."""
    return read_grids(path_of(batch).read_bytes(), batch.name)


def sheet_of(batch: ImportBatch) -> Sheet:
    """The sheet that is read; its header and columns are found where nobody has said them yet."""
    sheets = sheets_of(batch)
    if not sheets:
        raise ReadError("表格是空的，没有可以导入的内容。")
    if not batch.header_row:
        found = next(((n, row) for n, s in enumerate(sheets) if (row := columns.find_header(s)) is not None), None)
        batch.sheet, row = found or (0, min(sheets[0].rows))
        batch.header_row = row + 1
    batch.sheet = min(batch.sheet, len(sheets) - 1)
    return sheets[batch.sheet]


def headings_of(sheet: Sheet, header_row: int) -> list[str]:
    """The header row as a list by column."""
    cells = sheet.rows.get(header_row - 1, {})
    return [cells.get(column, "").strip() for column in range(max(cells, default=-1) + 1)]


def _match(batch: ImportBatch, sheet: Sheet) -> None:
    """Match the columns: as last time where the header is the same, else by their headings."""
    headings = sheet.rows.get(batch.header_row - 1, {})
    kept = ColumnMapping.objects.filter(
        district_id=batch.budget_year.district_id, kind=batch.kind, header=columns.digest(headings)
    ).first()
    batch.is_remembered = kept is not None
    if kept is not None:
        batch.mapping, batch.amount_unit = kept.mapping, kept.amount_unit
    else:
        batch.mapping = columns.match(headings)
        batch.amount_unit = columns.amount_unit(sheet, batch.header_row - 1, batch.mapping)


def projects_of(batch: ImportBatch) -> Projects:
    """The projects that the batch may name: those of its place that its importer reaches."""
    from jiheng.web.plan.queries.projects import visible_projects

    found = visible_projects(batch.by, "execution.import").filter(budget_year=batch.budget_year)
    if batch.unit_id:
        found = found.filter(unit=batch.unit_id)
    elif batch.department_id:
        found = found.filter(unit__department=batch.department_id)
    return Projects(found.defer("findings", "purpose", "explanation"))


def _judge(batch: ImportBatch, sheet: Sheet) -> Understood | None:
    batch.headings = headings_of(sheet, batch.header_row)
    if not batch.mapping:
        _match(batch, sheet)
    batch.state = S.READ
    batch.good = batch.duplicates = batch.rows = 0
    batch.problems, batch.repeated, batch.sample, batch.summary, batch.amount = [], [], [], {}, 0
    if lacking := columns.missing(batch.mapping):
        batch.message = f"还没有找到“{'”“'.join(lacking)}”是哪一列。请在下面指明各列，再重新检查。"
        return None
    found = understand(batch, sheet, projects_of(batch), timezone.localdate())
    batch.message = ""
    batch.rows, batch.good, batch.duplicates = found.rows, len(found.drafts), len(found.repeated)
    batch.problems, batch.repeated = found.problems, found.repeated
    batch.sample, batch.summary = sample(found.drafts), summary(batch, found.drafts)
    batch.amount = sum(d.entry.amount for d in found.drafts)
    return found


def open_batch(person: Person, pk: int, *states: str) -> ImportBatch:
    """The batch, locked, in one of these states. Raises :class:`Refused`, ``PermissionDenied``.

    One whose background work was given up counts as read: nothing was kept of it.
    """
    lock(ImportBatch, [pk])
    batch = ImportBatch.objects.select_related("budget_year", "by", "job").get(pk=pk)
    require(person, "execution.import", batch)
    state = S.READ if batch.is_stuck else batch.state
    if state not in states:
        raise Refused(f"“{batch.name}”{batch.get_state_display()}，现在不能这样做。请刷新后再看。")
    return batch


@transaction.atomic
def rematch(
    person: Person, pk: int, mapping: dict[str, int], amount_unit: str, header_row: int, sheet: int = 0
) -> ImportBatch:
    """Say which column is what, and have the list checked again. Raises :class:`Refused`, ``PermissionDenied``."""
    batch = open_batch(person, pk, S.READ, S.FAILED)
    if len(set(mapping.values())) < len(mapping):
        raise Refused("有一列被选作了两个用途。请每列只选一次。")
    if amount_unit not in ImportBatch.AmountUnit.values or header_row < 1:
        raise Refused("请填写表头所在的行和金额单位。")
    moved = (header_row, sheet) != (batch.header_row, batch.sheet)
    batch.header_row, batch.sheet = header_row, sheet
    # Another header has other columns: they are matched anew.
    batch.mapping, batch.amount_unit, batch.is_remembered = ({} if moved else mapping), amount_unit, False
    ask_to_read(batch)
    return batch


@transaction.atomic
def discard(person: Person, pk: int) -> ImportBatch:
    """Give it up; the original stays for the record. Raises :class:`Refused`, ``PermissionDenied``."""
    batch = open_batch(person, pk, S.WAITING, S.READ, S.FAILED)
    batch.state = S.DISCARDED
    batch.save(update_fields=["state"])
    record("放弃执行数据导入", batch)
    return batch
