"""Units that change: renamed or renumbered from a year on, merged into another, closed.

Past years stay with the old unit. What it holds of later years goes to the successor, through
:data:`~jiheng.web.org.signals.unit_ends`.
"""

from __future__ import annotations

from django.db import IntegrityError
from django.db.models import Q

from jiheng.web import transaction
from jiheng.web.org.lineage import heirs
from jiheng.web.org.models import Department, Person, RoleAssignment, Section, Unit
from jiheng.web.org.permissions import require
from jiheng.web.org.roles import Role
from jiheng.web.org.services.places import Wrong, checked_text, checked_year
from jiheng.web.org.signals import unit_ends
from jiheng.web.supervision.services import notify, record


@transaction.atomic
def renew_unit(
    person: Person, unit: Unit, first_year: str, code: str, name: str, department: Department | None = None
) -> Unit:
    """The same unit under another name, code or department from a year on; the new one. Raises :class:`Wrong`.

    Its sections, people and roles go with it.
    """
    department = department or unit.department
    require(person, "org.manage_units", unit)
    require(person, "org.manage_units", department)
    code, name = checked_text(code, "单位编码", 12), checked_text(name, "单位名称", 150)
    year = checked_year(first_year, "变更年度")
    if unit.valid_to is not None:
        raise Wrong(f"“{unit.name}”已于 {unit.valid_to} 年底停用，请在继任单位上办理变更。")
    if year <= unit.valid_from:
        raise Wrong(f"变更年度要晚于启用年度 {unit.valid_from}。只是原来写错了的，请用“更正名称”。")
    if (code, name, department.pk) == (unit.code, unit.name, unit.department_id):
        raise Wrong("编码、名称和部门都没有变，没有办理。")
    if department.district_id != unit.department.district_id:
        raise Wrong("不能变更到别的区划。")
    try:
        with transaction.atomic():
            made = Unit.objects.create(
                department=department, code=code, name=name, valid_from=year, parent_id=unit.parent_id
            )
    except IntegrityError as error:
        raise Wrong(f"单位编码 {code} 在 {year} 年已经启用。要并入那个单位，请用“并入其他单位”。") from error
    moved = _end(unit, year - 1, made)
    roles = _move_roles(unit, made, year)
    for section in unit.sections.all():
        Section.objects.create(unit=made, name=section.name)
    _move_people(unit, made)
    after = {"code": code, "name": name, "department": department.name, "from": year, "moved": moved}
    record("变更单位", unit, {"code": unit.code, "name": unit.name, "department": unit.department.name}, after)
    _tell(unit, f"“{unit}”自 {year} 年起变更为“{made}”，{roles} 项角色授权随之延续，请核对。")
    return made


@transaction.atomic
def end_unit(person: Person, unit: Unit, last_year: str, successor: Unit | None) -> None:
    """Close a unit after a year; ``successor`` carries its work on. Done again, it corrects what was said before.

    The people go to the successor, their roles do not: who may do what there, the security administrators decide.
    """
    require(person, "org.manage_units", unit)
    year = checked_year(last_year, "最后年度")
    if year < unit.valid_from:
        raise Wrong(f"最后年度不能早于启用年度 {unit.valid_from}。")
    if successor is not None:
        _check_successor(unit, successor, year)
    before = {"valid_to": unit.valid_to, "successor": str(unit.successor or "")}
    moved = _end(unit, year, successor)
    people = unit.people.count()
    if successor is not None:
        _move_people(unit, successor)
    record("停用或合并单位", unit, before, {"valid_to": year, "successor": str(successor or ""), "moved": moved})
    held = unit.roleassignment_set.count()
    where = f"并入“{successor}”，{people} 人随之转入" if successor else "停用"
    _tell(unit, f"“{unit}”{year} 年后{where}；原有的 {held} 项角色授权没有延续，请按需要重新授予。")


def _check_successor(unit: Unit, successor: Unit, last_year: int) -> None:
    if successor.pk == unit.pk or successor.department.district_id != unit.department.district_id:
        raise Wrong("继任单位必须是同一区划的另一个单位。")
    if unit.pk in {u.pk for u in heirs(successor)}:
        raise Wrong(f"“{successor.name}”本身由“{unit.name}”继任，不能互为继任。")
    if successor.valid_from > last_year + 1 or (successor.valid_to is not None and successor.valid_to <= last_year):
        raise Wrong(f"“{successor.name}”在 {last_year + 1} 年不在用，不能作继任单位。")


def _end(unit: Unit, year: int, successor: Unit | None) -> list[str]:
    unit.valid_to, unit.successor = year, successor
    unit.save(update_fields=["valid_to", "successor"])
    told = unit_ends.send(sender=Unit, unit=unit, year=year, successor=successor)
    return [said for _, said in told if said]


def _move_roles(unit: Unit, successor: Unit, year: int) -> int:
    """Roles that last into the new years are held at the new unit, which reaches back to the old one."""
    lasting = RoleAssignment.objects.filter(Q(year_to=None) | Q(year_to__gte=year), unit=unit).select_related("person")
    for held in lasting:
        record("角色随单位变更延续", held.person, {"at": str(unit)}, {"at": str(successor)})
    return lasting.update(unit=successor, department=successor.department)


def _move_people(unit: Unit, successor: Unit) -> None:
    """People go on, in the sections of the same names: what a section answers for this year stays theirs."""
    kept = {s.name: s for s in successor.sections.all()}
    for section in unit.sections.all():
        people = Person.objects.filter(section=section)
        if section.name not in kept and people.exists():
            kept[section.name] = Section.objects.create(unit=successor, name=section.name)
        people.update(section=kept.get(section.name))
    Person.objects.filter(unit=unit).update(unit=successor)


def _tell(unit: Unit, text: str) -> None:
    district = unit.department.district_id
    held = RoleAssignment.objects.filter(role=Role.SECURITY_ADMIN, district=district, person__is_active=True)
    notify([a.person for a in held.select_related("person")], text, "/org/people/")
