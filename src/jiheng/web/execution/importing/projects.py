"""The project that a row means, by its code and its name; which of the two holds is asked where they disagree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from jiheng.readers.values import plain
from jiheng.web.execution import values
from jiheng.web.org.lineage import OtherNames
from jiheng.web.plan.models import Project

BY_CODE, BY_NAME, LEAVE = "code", "name", "out"


class Disagree(Exception):
    """The cells of one row name different projects; ``str()`` says how, ``choices`` are what may be decided."""

    def __init__(self, message: str, choices: list[tuple[str, str]]) -> None:
        super().__init__(message)
        self.choices = [*choices, (LEAVE, "不入账")]


class Projects:
    """The projects that a list may name, by code and by name."""

    def __init__(self, projects: Iterable[Project]) -> None:
        self._names: OtherNames | None = None
        self.by_code: dict[str, Project] = {}
        self.by_name: dict[str, list[Project]] = defaultdict(list)
        self.units: dict[str, int] = {}
        for project in projects:
            if project.code:
                self.by_code.setdefault(plain(project.code).upper(), project)
            self.by_name[plain(project.name)].append(project)
            self.units[project.unit.code] = self.units[plain(project.unit.name)] = project.unit_id

    def find(self, code: str, name: str, unit: str, decision: str = "") -> Project:
        """The project of a row. Raises :class:`values.Wrong`, and :class:`Disagree` while that is not decided."""
        if code and decision != BY_NAME:
            found = self.by_code.get(plain(code).upper())
            if found is None:
                raise values.Wrong("您可以导入的单位里没有这个代码的项目。请核对项目代码、年度和单位。")
            if decision != BY_CODE:
                self._compare(found, name, unit)
            return found
        if not name:
            raise values.Wrong("没有写项目。请填写项目代码或项目名称。")
        named = self._named(name, unit)
        if not named:
            raise values.Wrong("您可以导入的单位里没有这个名称的项目。请核对名称，或补上项目代码。")
        if len(named) > 1:
            raise values.Wrong(f"有 {len(named)} 个项目都叫这个名称，分不清是哪一个。请补上项目代码或单位编码。")
        return named[0]

    def _named(self, name: str, unit: str) -> list[Project]:
        named = self.by_name.get(plain(name), [])
        if unit and len(named) > 1:
            text = plain(unit)
            named = [p for p in named if any(c in text or plain(n) in text for c, n in self._called(p.unit))]
        return named

    def _called(self, unit: Any) -> list[tuple[str, str]]:
        """Its codes and names: lists of a year may say the one before it was renamed or the one since."""
        self._names = self._names or OtherNames()
        return [(unit.code, unit.name), *self._names.of(unit.pk)]

    def _compare(self, found: Project, name: str, unit: str) -> None:
        """Raise :class:`Disagree` where the name is another project's, or the unit another one than the project's."""
        by_code = (BY_CODE, f"按代码：{found.name}（{found.unit.name}）")
        others = self._named(name, unit) if plain(name) != plain(found.name) else []
        if others:
            by_name = [(BY_NAME, f"按名称：{p.name}（{p.unit.name}）") for p in others[:1] if len(others) == 1]
            raise Disagree(f"代码是“{found.name}”的，名称却是另一个项目“{others[0].name}”。", [by_code, *by_name])
        if self.units.get(plain(unit), found.unit_id) != found.unit_id:
            raise Disagree(f"代码是“{found.unit.name}”的项目，这一行写的单位却是“{unit}”。", [by_code])
