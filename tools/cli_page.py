"""The handbook's page of commands, rendered from what ``--help`` says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import typer
from typer.core import TyperGroup

from jiheng.cli import app

_HEAD = """# 命令行

本页由程序的帮助文字生成；在终端里用 `jiheng --help`、`jiheng 命令 --help` 看到的是同样的内容。
"""


def render() -> str:
    """The page as Markdown."""
    command = typer.main.get_command(app)
    return "\n".join([_HEAD, *_sections(command, "jiheng", 2, None)])


def _sections(command: Any, path: str, depth: int, parent: Any) -> Iterator[str]:
    yield f"{'#' * depth} {path}\n"
    context = command.make_context(path, [], parent=parent, resilient_parsing=True)
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"```text\n{path} {usage}\n```\n"
    if command.help:
        yield _prose(command.help)
    rows = [_row(param, context) for param in command.get_params(context) if not getattr(param, "hidden", False)]
    yield "| 参数、选项 | 说明 |\n| --- | --- |\n" + "\n".join(rows) + "\n"
    if command.epilog:
        yield _examples(command.epilog)
    if isinstance(command, TyperGroup):
        for name, inner in command.commands.items():
            if not inner.hidden:
                yield from _sections(inner, f"{path} {name}", min(depth + 1, 4), context)


def _row(param: Any, context: Any) -> str:
    value = "" if getattr(param, "is_flag", False) else f" {param.metavar or param.make_metavar(context)}"
    name = param.metavar if param.param_type_name == "argument" else "、".join(sorted(param.opts, key=len)) + value
    notes = [param.help or ""]
    if param.required:
        notes.append("必填")
    elif param.default not in (None, False) and not callable(param.default):
        notes.append(f"默认 {getattr(param.default, 'value', param.default)}")
    return f"| `{name}` | {'；'.join(notes)} |".replace("\n", " ")


def _prose(text: str) -> str:
    return re.sub(r"\n(?!\n)", "\n\n", re.sub(r"\n{2,}", "\n", text.strip())) + "\n"


def _examples(text: str) -> str:
    """The indented lines of an epilog as one block of commands."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    commands = [line for line in lines if line.startswith("jiheng")]
    heading = [line for line in lines if line not in commands]
    return "\n".join([*heading, "", "```sh", *commands, "```\n"]) if commands else text.strip() + "\n"
