"""How a rule is declared: a function under ``@rule``, its docstring the rule's page in the handbook.

The docstring has the parts 说明, 依据, 反例 and 正例, each on a line of its own followed by its text; see
:func:`page_parts`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib import import_module
from inspect import cleandoc
from pkgutil import iter_modules
from typing import Any

from jiheng.rules.finding import Severity

# What is yielded is a Hit; for rules of corpus scope (DocumentContext, Project, Hit).
Check = Callable[..., Iterable[Any]]


class Scope(Enum):
    """What a rule function is called with: see :mod:`jiheng.rules.context`."""

    DOCUMENT = "document"  # (DocumentContext)
    PROJECT = "project"  # (ProjectContext)
    INDICATOR = "indicator"  # (IndicatorContext)
    CORPUS = "corpus"  # (CorpusContext): yields (DocumentContext, Project, Hit)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the catalogue. ``silences`` names codes that keep still where this one speaks of the same place:
    the same row of the indicators, or the same field of the project."""

    code: str
    name: str
    severity: Severity
    scope: Scope
    basis: tuple[str, ...]
    check: Check
    fixable: bool
    silences: tuple[str, ...]

    @property
    def page(self) -> str:
        """The rule's docstring, unindented."""
        return cleandoc(self.check.__doc__ or "")


_rules: dict[str, Rule] = {}


def rule(
    code: str,
    name: str,
    severity: Severity,
    scope: Scope,
    *,
    basis: tuple[str, ...] = (),
    fixable: bool = False,
    silences: tuple[str, ...] = (),
) -> Callable[[Check], Check]:
    """Declare the function below as the rule ``code``. Raises ``ValueError`` for a code used twice."""

    def declare(check: Check) -> Check:
        if code in _rules:
            raise ValueError(f"rule {code} is declared twice")
        _rules[code] = Rule(code, name, severity, scope, basis, check, fixable, silences)
        return check

    return declare


FAMILIES = (
    "completeness", "funds", "funds_text", "plan", "target_direction", "target_level", "target_unit", "target_form",
    "measurability", "relevance", "duplication", "classification",
    "consistency", "format", "agreement", "dating", "resemblance",
)  # fmt: skip


@cache
def all_rules() -> dict[str, Rule]:
    """Every rule by its code, in order of code; loads the families on first use. Not to be changed."""
    import jiheng.rules

    for module in iter_modules(jiheng.rules.__path__):
        if module.name in FAMILIES:
            import_module(f"jiheng.rules.{module.name}")
    return dict(sorted(_rules.items()))


def page_parts(page: str) -> dict[str, str]:
    """The parts of a rule's page by their headings 说明, 依据, 反例, 正例."""
    parts: dict[str, Any] = {}
    current = "说明"
    for line in page.splitlines():
        if line.strip().rstrip("：:") in ("说明", "依据", "反例", "正例"):
            current = line.strip().rstrip("：:")
            continue
        parts.setdefault(current, []).append(line)
    return {k: "\n".join(v).strip() for k, v in parts.items()}
