"""Lists received and read. What was uploaded is kept as it was, under a name of our own."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from jiheng.web import transaction
from jiheng.web.execution.importing.reading import look_at
from jiheng.web.execution.models import ImportBatch
from jiheng.web.jobs.kinds import SLOW, job
from jiheng.web.jobs.services import Progress, ask
from jiheng.web.locks import lock
from jiheng.web.org.lineage import in_use
from jiheng.web.org.models import Department, Person, RoleAssignment, Unit
from jiheng.web.org.permissions import allowed, require
from jiheng.web.plan.models import BudgetYear
from jiheng.web.plan.services import Refused
from jiheng.web.supervision.services import record
from jiheng.web.tabular.columns import UNITS
from jiheng.web.tabular.plans import Plan

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
    """The places into which this person may import for that year, as they are in it, widest first."""
    found: dict[str, Place] = {}
    for held in person.held():
        if held.district_id != year.district_id:
            continue
        for place in _places(held, year):
            if allowed(person, "execution.import", _draft_of(year, place)):
                found[place.key] = place
    return sorted(found.values(), key=lambda p: (p.key[0], p.name))


def _places(held: RoleAssignment, year: BudgetYear) -> list[Place]:
    if held.unit_id is not None:
        units = Unit.objects.filter(held.units(), in_use(year.year)).select_related("department").order_by("code")
        return [Place(f"u{u.pk}", u.name, u.department, u) for u in units]
    if held.department is not None:
        return [Place(f"d{held.department.pk}", held.department.name, held.department)]
    return [Place("all", f"{year.district.name}全部单位")]


def _draft_of(year: BudgetYear, place: Place) -> ImportBatch:
    return ImportBatch(budget_year=year, department=place.department, unit=place.unit)


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


@job(READ_JOB, SLOW)
def read_batch(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Read a batch that still waits: a second time changes nothing."""
    batch = ImportBatch.objects.select_related("budget_year", "by").get(pk=payload["batch"])
    if batch.state == S.WAITING:
        progress(0, 1, f"正在读取{batch.name}")
        look_at(batch)
        batch.save()
    return {"rows": batch.rows, "good": batch.good, "problems": len(batch.problems)}


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
def reread(person: Person, pk: int, plans: Sequence[Plan]) -> ImportBatch:
    """Say which sheets are read and which of their columns is what, and have them checked again.

    Raises :class:`Refused`, ``PermissionDenied``.
    """
    batch = open_batch(person, pk, S.READ, S.FAILED)
    for old, new in zip(batch.plans, plans, strict=True):
        if len(set(new.mapping.values())) < len(new.mapping):
            raise Refused(f"“{new.name}”有一列被选作了两个用途。请每列只选一次。")
        if new.is_chosen and (new.amount_unit not in UNITS or new.first < 1):
            raise Refused(f"请填写“{new.name}”的表头所在的行和金额单位。")
        if (new.first, new.last) != (old.first, old.last):
            # Another head has other columns: they are matched anew.
            new.mapping, new.amount_unit = {}, ""
        new.is_remembered = False
    batch.sheets = [plan.kept() for plan in plans]
    ask_to_read(batch)
    return batch


@transaction.atomic
def decide(person: Person, pk: int, decisions: Mapping[str, str]) -> ImportBatch:
    """Decide what rows that are asked about mean (``{"sheet:row:about": choice}``), and have the list checked again.

    Raises :class:`Refused`, ``PermissionDenied``.
    """
    batch = open_batch(person, pk, S.READ)
    asked = {f"{h['sheet']}:{h['row']}:{h['about']}" for h in batch.held}
    batch.decisions |= {ref: choice for ref, choice in decisions.items() if ref in asked}
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
