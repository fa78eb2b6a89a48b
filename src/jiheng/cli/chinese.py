"""Typer in Chinese: its own words in help pages and in error messages (texts of commands are Chinese already)."""

from __future__ import annotations

import re
import sys
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

_HELP = "显示这页帮助"
_PARAMETER_HELP = {
    "install_completion": "为当前终端安装命令补全",
    "show_completion": "显示命令补全脚本",
}
_PANELS = {
    "ARGUMENTS_PANEL_TITLE": "参数",
    "OPTIONS_PANEL_TITLE": "选项",
    "COMMANDS_PANEL_TITLE": "命令",
    "REQUIRED_LONG_STRING": "[必填]",
    "DEFAULT_STRING": "[默认：{}]",
    "ENVVAR_STRING": "[环境变量：{}]",
}
_MESSAGES: tuple[tuple[str, str], ...] = (
    (r"No such option: (\S+) \(Possible options: (.+)\)", r"没有选项 \1，可能是 \2"),
    (r"No such option: (\S+)", r"没有选项 \1"),
    (r"No such command '(.+?)'\. Did you mean '(.+)'\?", r"没有命令 \1，可能是 \2"),
    (r"No such command '(.+)'\.", r"没有命令 \1"),
    (r"Missing command\.", "缺少命令"),
    (r"Missing argument '(.+?)'\..*", r"缺少参数 \1"),
    (r"Missing option '(.+?)'\..*", r"缺少选项 \1"),
    (r"Got unexpected extra arguments?(?:\(s\))? \((.+)\)", r"多余的参数：\1"),
    (r"Option '(.+?)' does not take a value\.", r"选项 \1 后面不带值"),
    (r"Option '(.+?)' requires an argument\.", r"选项 \1 后面要有值"),
    (r"Invalid value for '(.+)': .*valid integer.*", r"\1 的值应为整数"),
    (r"Invalid value for '(.+)': .*greater than or equal to (\S+)", r"\1 的值应不小于 \2"),
    (r"Invalid value for '(.+)': (.+)", r"\1 的值不对：\2"),
    (r"Invalid value: (.+)", r"\1"),
)


def translated(message: str) -> str:
    """An error message of Typer in Chinese; one it does not know stays as it is."""
    for pattern, chinese in _MESSAGES:
        match = re.fullmatch(pattern, message, re.DOTALL)
        if match:
            return match.expand(chinese).replace("' / '", "、")
    return message


def _with_chinese_help(params: list[Any]) -> list[Any]:
    for param in params:
        if "--help" in param.opts:
            param.help = _HELP
        elif param.name in _PARAMETER_HELP:
            param.help = _PARAMETER_HELP[param.name]
    return params


def _label_panels() -> None:
    from typer import rich_utils  # loads rich, which only help pages need

    for name, text in _PANELS.items():
        setattr(rich_utils, name, text)


class ChineseCommand(TyperCommand):
    """A command whose help page is Chinese throughout."""

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: D102
        return _with_chinese_help(super().get_params(ctx))

    def collect_usage_pieces(self, ctx: Any) -> list[str]:  # noqa: D102
        return [piece.replace("{", "").replace("}", "") for piece in super().collect_usage_pieces(ctx)]

    def format_usage(self, ctx: Any, formatter: Any) -> None:  # noqa: D102
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix="用法：")

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: D102
        _label_panels()
        super().format_help(ctx, formatter)


class ChineseGroup(TyperGroup):
    """A group of commands whose help page and usage errors are Chinese."""

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: D102
        return _with_chinese_help(super().get_params(ctx))

    def format_usage(self, ctx: Any, formatter: Any) -> None:  # noqa: D102
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix="用法：")

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: D102
        _label_panels()
        super().format_help(ctx, formatter)

    def main(self, *args: Any, **options: Any) -> Any:
        """Run, and leave with the exit status; usage errors are told in Chinese with status 2."""
        standalone = options.pop("standalone_mode", True)
        try:
            status = super().main(*args, **{**options, "standalone_mode": False})
        except typer.Abort:
            typer.echo("已中止", err=True)
            status = 1
        except typer.TyperException as error:
            _tell(error)
            status = error.exit_code
        if standalone:
            sys.exit(status if isinstance(status, int) else 0)
        return status


def _tell(error: typer.TyperException) -> None:
    message = translated(error.format_message())
    if message:
        typer.echo(f"错误：{message}", err=True)
    ctx = getattr(error, "ctx", None)
    if ctx is not None and type(error).__name__ != "NoArgsIsHelpError":
        typer.echo(f"用法见：{ctx.command_path} --help", err=True)
