"""Import what was read: everything that was chosen, or nothing."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Max, Q
from django.utils import timezone

from jiheng.web import transaction
from jiheng.web.locks import lock
from jiheng.web.org.lineage import Lineage
from jiheng.web.org.models import Person
from jiheng.web.org.permissions import allowed, require
from jiheng.web.plan.importing.matching import MERGE, NEW, REPLACE, SKIP, Match, matches
from jiheng.web.plan.importing.uploads import document_of
from jiheng.web.plan.importing.writing import open_for_import, write, write_changes
from jiheng.web.plan.models import BudgetYear, Project, Upload
from jiheng.web.plan.services import Refused
from jiheng.web.plan.services.department import replace_goals
from jiheng.web.plan.services.sheet import Sheet
from jiheng.web.supervision.services import record


def _of_last_year(match: Match, year: BudgetYear) -> Project | None:
    """The project that goes on: of the same code or else name, in the department or a unit carried on."""
    near_by = Q(unit__department_id=match.unit.department_id) | Q(unit__in=Lineage().before(match.unit.pk))
    last = Project.objects.filter(near_by, budget_year__year=year.year - 1, budget_year__district=year.district_id)
    code, name = match.project.code, match.project.name
    by_code = last.filter(code=code).first() if code else None
    return by_code or (last.filter(name=name).first() if name else None)


def _create(person: Person, match: Match, year: BudgetYear, order: int) -> None:
    if match.is_ours:  # the place on a sheet means nothing: after those that are there
        order = 1 + (Project.objects.filter(unit=match.unit, budget_year=year).aggregate(m=Max("order"))["m"] or 0)
    row = Project.objects.create(
        unit=match.unit, budget_year=year, order=order, updated_by=person, previous=_of_last_year(match, year)
    )  # fmt: skip
    write(person, Sheet(row), match.project, False, "导入新项目")


def _replace(person: Person, sheet: Sheet, match: Match, action: str) -> None:
    if match.base is not None:
        write_changes(person, sheet, match.base, match.project, "导入离线填报")
    else:
        label = "导入补充" if action == MERGE else "导入替换"
        write(person, sheet, match.project, action == MERGE, label)


def may_import_goals(person: Person, upload: Upload) -> bool:
    """Whether part one of this file may be imported by this person."""
    return allowed(person, "plan.edit_department", upload.unit.department)


@transaction.atomic
def import_upload(
    person: Person, upload: Upload, choices: Mapping[int, str], part_one: bool = False,
    seen: Mapping[int, int] | None = None,
) -> dict[str, int]:  # fmt: skip
    """Do what was chosen for each project (by sequence), all or nothing; how many of each. ``seen`` are the revisions
    of the projects that they were compared with in the preview: one that was changed since is not overwritten.

    Raises :class:`Refused` where a choice is no longer possible, ``PermissionDenied``.
    """
    require(person, "plan.import", upload)
    lock(Upload, [upload.pk])
    locked = Upload.objects.select_related("unit__department", "budget_year").get(pk=upload.pk)
    if locked.state != Upload.State.READ:
        raise Refused(f"这个文件{locked.get_state_display()}，不能再导入。")
    document = document_of(locked)
    done = {NEW: 0, MERGE: 0, REPLACE: 0, SKIP: 0}
    for match in matches(person, locked, document):
        action = choices.get(match.project.sequence, SKIP)
        if action not in match.actions:
            why = match.why_not or "情况已变化，不能这样导入。"
            raise Refused(f"“{match.project.name}”：{why}没有导入任何内容，请刷新后重新选择。")
        if action == NEW:
            _create(person, match, locked.budget_year, match.project.sequence)
        elif action in (MERGE, REPLACE) and match.existing is not None:
            sheet = open_for_import(person, match.existing, (seen or {}).get(match.project.sequence))
            _replace(person, sheet, match, action)
        done[action] += 1
    if part_one:
        replace_goals(person, locked.unit.department, locked.budget_year, document.goals)
    locked.state, locked.imported_at = Upload.State.IMPORTED, timezone.now()
    locked.save(update_fields=["state", "imported_at"])
    record("导入文件", locked, None, {**done, "part_one": part_one})
    return done
