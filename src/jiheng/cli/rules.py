"""``jiheng rule`` and ``jiheng rules``: the catalogue in the terminal."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

RULE_HELP = """显示一条规则：说什么、依据什么、反例和正例。编号不分大小写。"""
RULES_HELP = """列出全部规则：编号、级别和名称。给出类别字母（如 P）只列这一类。"""
RULE_EXAMPLES = "示例：\n\n  jiheng rule P201"
RULES_EXAMPLES = "示例：\n\n  jiheng rules\n\n  jiheng rules V"


def rule(code: Annotated[str, typer.Argument(metavar="编号", help="规则编号，如 P201")]) -> None:
    """Print a rule's page: as Markdown where the output is no terminal."""
    from jiheng.rules.catalogue import page

    try:
        text = page(code)
    except KeyError as error:
        typer.echo(error.args[0], err=True)
        raise typer.Exit(2) from None
    if not sys.stdout.isatty():
        typer.echo(text, nl=False)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console().print(Markdown(text))


def rules(
    family: Annotated[str, typer.Argument(metavar="[类别]", help="类别字母：C A P V M R D K X F")] = "",
) -> None:
    """Print the catalogue."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from jiheng.rules.catalogue import FAMILIES, SEVERITIES, by_family
    from jiheng.rules.finding import Severity

    if family.upper() not in ("", *FAMILIES):
        typer.echo(
            f"没有 {family} 这一类规则。类别有：{'、'.join(f'{k} {v}' for k, v in FAMILIES.items())}。", err=True
        )
        raise typer.Exit(2)
    styles = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
    console = Console()
    for letter, members in by_family().items():
        if not letter.startswith(family.upper()):
            continue
        table = Table("编号", "级别", "规则", title=f"{letter} {FAMILIES[letter]}", title_justify="left", box=None)
        for r in members:
            name = r.name + ("（可代改）" if r.fixable else "")
            table.add_row(r.code, Text(SEVERITIES[r.severity], styles[r.severity]), name)
        console.print(table)
        console.print()
