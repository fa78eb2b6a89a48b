"""Every pattern that the program compiles, gathered while it is imported and at work: run as a program, it prints them.

``re`` keeps one door for all of them, also for those that a function builds (``re._compile``); whoever comes through it
is written down with the place in our source. ``calls`` finds the same places in the source itself, so that a test can
say which one was never passed.
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "jiheng"
FUNCTIONS = frozenset({"compile", "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"})
METHODS = FUNCTIONS - {"compile"}
LEFT_OUT = ("web/demo/", "web/manage.py", "cli/")
"""What never sees another's text: the demonstration's own, and what one types at one's own terminal."""


@dataclass(frozen=True)
class Call:
    """A place in the source where ``re`` is given a pattern; ``methods`` is how the pattern is used, as far as seen,
    ``literal`` the pattern where it is written there."""

    file: str
    first: int
    last: int
    methods: tuple[str, ...]
    literal: str | bytes | None


@dataclass(frozen=True)
class Pattern:
    """A pattern as the program compiles it, and how it is used; no ``methods`` means that any may be."""

    file: str
    line: int
    text: str
    flags: int
    is_bytes: bool
    methods: tuple[str, ...]


def sources() -> list[Path]:
    return [p for p in sorted(SOURCE.rglob("*.py")) if not str(p.relative_to(SOURCE)).startswith(LEFT_OUT)]


def calls() -> list[Call]:
    """All places that give ``re`` a pattern."""
    trees = {path: ast.parse(path.read_text("utf-8")) for path in sources()}
    used: dict[str, set[str]] = {}
    for path, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in METHODS:
                used.setdefault(_named(path, _root(node.value)), set()).add(node.attr)
    return [call for path, tree in trees.items() for call in _calls(path, tree, used)]


def _calls(path: Path, tree: ast.Module, used: dict[str, set[str]]) -> list[Call]:
    found = []
    for statement, node in ((s, n) for s in _statements(tree) for n in ast.walk(s)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _root(node.func.value) == "re"):
            continue
        name = node.func.attr
        if name in FUNCTIONS:
            methods = used.get(_named(path, _owner(statement)), set()) if name == "compile" else {name}
            last = node.end_lineno or node.lineno
            first = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
            found.append(Call(str(path.relative_to(ROOT)), node.lineno, last, tuple(sorted(methods)), first))
    return found


def _statements(tree: ast.Module) -> list[ast.stmt]:
    """Statements of a module, and those of classes in it."""
    return [s for top in tree.body for s in (top.body if isinstance(top, ast.ClassDef) else [top])]


def _owner(statement: ast.stmt) -> str:
    """The name under which others know the pattern: a constant's, or that of the function which builds it."""
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        return statement.targets[0].id
    return statement.name if isinstance(statement, ast.FunctionDef) else ""


def _named(path: Path, name: str) -> str:
    """A private name is its module's own."""
    return f"{path}:{name}" if name.startswith("_") else name


def _root(node: ast.expr) -> str:
    """``_TITLE`` for ``_TITLE``, ``texts._TITLE`` and ``_title(2)``."""
    if isinstance(node, ast.Call):
        return _root(node.func)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def record() -> list[tuple[str, int, str, int, bool]]:
    """Import and use the whole program: (file, line, pattern, flags, bytes) of each time ``re`` was given a pattern."""
    found: dict[tuple[str, int, str, int, bool], None] = {}
    compiled = re._compile  # type: ignore[attr-defined]

    def seen(pattern: str | bytes | re.Pattern, flags: int) -> re.Pattern:
        frame = sys._getframe(2)
        file = frame.f_code.co_filename
        if file.startswith(str(SOURCE)) and isinstance(pattern, str | bytes):
            text = pattern if isinstance(pattern, str) else pattern.decode("latin-1")
            found[str(Path(file).relative_to(ROOT)), frame.f_lineno, text, int(flags), isinstance(pattern, bytes)] = (
                None
            )
        return compiled(pattern, flags)

    re._compile = seen  # type: ignore[attr-defined]
    os.environ["DJANGO_SETTINGS_MODULE"] = "web_test_settings"
    import django

    django.setup()  # the modules of ours come in only now
    import gathered_uses

    for path in sources():
        if path.name not in ("wsgi.py", "__main__.py"):
            import_module(".".join(path.relative_to(SOURCE.parent).with_suffix("").parts).removesuffix(".__init__"))
    gathered_uses.work()
    re._compile = compiled  # type: ignore[attr-defined]
    return list(found)


def gathered() -> tuple[list[Pattern], list[Call]]:
    """Every pattern with its use, and the places in the source whose pattern nobody has seen."""
    done = subprocess.run([sys.executable, __file__], capture_output=True, check=True, timeout=100)
    recorded = json.loads(done.stdout)
    found: dict[Pattern, None] = {}
    unseen = []
    for call in calls():
        seen = [tuple(r[2:]) for r in recorded if r[0] == call.file and call.first <= r[1] <= call.last]
        if not seen and call.literal is not None:
            text = call.literal if isinstance(call.literal, str) else call.literal.decode("latin-1")
            seen = [(text, 0, isinstance(call.literal, bytes))]
        if not seen:
            unseen.append(call)
        for text, flags, is_bytes in seen:
            found[Pattern(call.file, call.first, text, flags, is_bytes, call.methods)] = None
    return list(found), unseen


if __name__ == "__main__":
    sys.path[:0] = [str(SOURCE.parent), str(ROOT / "tools"), str(Path(__file__).parent)]
    sys.stdout.write(json.dumps(record()))
