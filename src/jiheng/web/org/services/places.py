"""Departments, units and sections: kept by the system administrator."""

from __future__ import annotations

from django.db import IntegrityError

from jiheng.web import transaction
from jiheng.web.asked import number
from jiheng.web.org.models import Department, District, Person, Section, Unit
from jiheng.web.org.permissions import require
from jiheng.web.supervision.services import record


class Wrong(Exception):
    """What cannot be done, in words for the administrator; nothing was changed."""


def checked_text(value: str, what: str, most: int) -> str:
    """A text in one line. Raises :class:`Wrong` where it is empty or too long."""
    found = " ".join(value.split())
    if not found:
        raise Wrong(f"请填写{what}。")
    if len(found) > most:
        raise Wrong(f"{what}最多 {most} 个字。")
    return found


@transaction.atomic
def add_department(person: Person, district: District, code: str, name: str) -> Department:
    """A new department. Raises :class:`Wrong` for a code that is taken."""
    require(person, "org.manage_units", district)
    code, name = checked_text(code, "部门代码", 12), checked_text(name, "部门名称", 150)
    if Department.objects.filter(district=district, code=code).exists():
        raise Wrong(f"部门代码 {code} 已经有了。")
    made = Department.objects.create(district=district, code=code, name=name)
    record("新增部门", made, None, {"code": code, "name": name})
    return made


@transaction.atomic
def rename_department(person: Person, department: Department, name: str) -> None:
    """Give a department another name."""
    require(person, "org.manage_units", department)
    before = department.name
    department.name = checked_text(name, "部门名称", 150)
    department.save(update_fields=["name"])
    record("修改部门名称", department, {"name": before}, {"name": department.name})


def checked_year(text: str, what: str) -> int:
    """A year of four digits. Raises :class:`Wrong`."""
    year = number(text.strip()) or 0
    if not 1990 <= year <= 2200:
        raise Wrong(f"{what}要写四位年份，例如 2027。")
    return year


@transaction.atomic
def add_unit(person: Person, department: Department, code: str, name: str, valid_from: str) -> Unit:
    """A new unit, in use from a year on."""
    require(person, "org.manage_units", department)
    code, name, year = (
        checked_text(code, "单位编码", 12),
        checked_text(name, "单位名称", 150),
        checked_year(valid_from, "启用年度"),
    )
    try:
        with transaction.atomic():
            made = Unit.objects.create(department=department, code=code, name=name, valid_from=year)
    except IntegrityError as error:
        raise Wrong(f"单位编码 {code} 在 {year} 年已经启用。") from error
    record("新增单位", made, None, {"code": code, "name": name, "valid_from": year})
    return made


@transaction.atomic
def rename_unit(person: Person, unit: Unit, name: str) -> None:
    """Correct a unit's name, in all its years; a name that changes from a year on is :func:`succession.renew_unit`."""
    require(person, "org.manage_units", unit)
    before = unit.name
    unit.name = checked_text(name, "单位名称", 150)
    unit.save(update_fields=["name"])
    record("修改单位名称", unit, {"name": before}, {"name": unit.name})


@transaction.atomic
def add_section(person: Person, unit: Unit, name: str) -> Section:
    """A new section of a unit."""
    require(person, "org.manage_units", unit)
    name = checked_text(name, "科室名称", 100)
    _check_section(unit, name)
    made = Section.objects.create(unit=unit, name=name)
    record("新增科室", made, None, {"unit": unit.code, "name": made.name})
    return made


@transaction.atomic
def rename_section(person: Person, section: Section, name: str) -> None:
    """Give a section another name."""
    require(person, "org.manage_units", section.unit)
    before, section.name = section.name, checked_text(name, "科室名称", 100)
    _check_section(section.unit, section.name, section)
    section.save(update_fields=["name"])
    record("修改科室名称", section, {"name": before, "unit": section.unit.code}, {"name": section.name})


def _check_section(unit: Unit, name: str, but: Section | None = None) -> None:
    if unit.sections.filter(name=name).exclude(pk=but.pk if but else None).exists():
        raise Wrong(f"“{unit.name}”已经有“{name}”。")


@transaction.atomic
def remove_section(person: Person, section: Section) -> None:
    """Remove a section that nobody is in."""
    require(person, "org.manage_units", section.unit)
    if section.people.exists():
        raise Wrong("科室里还有人员，请先把他们移到别的科室。")
    record("删除科室", section, {"name": section.name, "unit": section.unit.code}, None)
    section.delete()
