"""The application: its commands and what holds for all of them."""

from __future__ import annotations

from typing import Annotated

import typer

from jiheng import __version__
from jiheng.cli.admin import admin
from jiheng.cli.audit import audit
from jiheng.cli.check import CHECK_EXAMPLES, CHECK_HELP, check
from jiheng.cli.chinese import ChineseCommand, ChineseGroup
from jiheng.cli.read import EXAMPLES, HELP, read
from jiheng.cli.rules import RULE_EXAMPLES, RULE_HELP, RULES_EXAMPLES, RULES_HELP, rule, rules
from jiheng.cli.serve import SERVE_EXAMPLES, SERVE_HELP, serve

app = typer.Typer(
    name="jiheng",
    cls=ChineseGroup,
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    options_metavar="[选项]",
    subcommand_metavar="命令 …",
    help="绩衡：读取、检查和管理预算绩效文本。",
    epilog="示例：\n\n  jiheng read 绩效文本.docx\n\n  jiheng check 绩效文本.docx",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"jiheng {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="显示版本")
    ] = False,
) -> None:
    """What every command shares."""


app.command("read", cls=ChineseCommand, options_metavar="[选项]", help=HELP, epilog=EXAMPLES)(read)
app.command("check", cls=ChineseCommand, options_metavar="[选项]", help=CHECK_HELP, epilog=CHECK_EXAMPLES)(check)
app.command("rule", cls=ChineseCommand, options_metavar="[选项]", help=RULE_HELP, epilog=RULE_EXAMPLES)(rule)
app.command("rules", cls=ChineseCommand, options_metavar="[选项]", help=RULES_HELP, epilog=RULES_EXAMPLES)(rules)

app.command("serve", cls=ChineseCommand, options_metavar="[选项]", help=SERVE_HELP, epilog=SERVE_EXAMPLES)(serve)
app.add_typer(admin)
app.add_typer(audit)


def main() -> None:
    """The console script."""
    app()
