"""``jiheng audit verify``: prove that the audit trail is untouched, in the database or in an exported file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from jiheng.cli.chinese import ChineseCommand, ChineseGroup
from jiheng.cli.database import must_be_built, set_up

AUDIT_HELP = """核验审计日志：逐条检查 SM3 哈希链，证明没有改动、删除或插入。

默认核验当前数据库；--file 核验导出的全链文件，不需要数据库。退出状态：0 完整；1 有断点；2 不能核验。"""

EXAMPLES = """示例：

  jiheng audit verify

  jiheng audit verify --file audit.jsonl"""

audit = typer.Typer(
    name="audit",
    cls=ChineseGroup,
    no_args_is_help=True,
    options_metavar="[选项]",
    subcommand_metavar="命令 …",
    help="审计日志：核验它没有被改动。",
)


def _exported(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


@audit.command("verify", cls=ChineseCommand, options_metavar="[选项]", help=AUDIT_HELP, epilog=EXAMPLES)
def verify(
    file: Annotated[Path | None, typer.Option("--file", metavar="FILE", help="导出的全链文件（audit.jsonl）")] = None,
) -> None:
    """The command."""
    try:
        count, broken, withheld = _of_file(file) if file else (*_stored(), 0)
    except (OSError, ValueError, KeyError) as error:
        typer.echo(f"{file}：不是导出的审计日志（{error}）。", err=True)
        raise typer.Exit(2) from error
    if broken is not None:
        typer.echo(f"第 {broken} 条接不上：它或它之前的记录被改动、删除或插入过。", err=True)
        raise typer.Exit(1)
    typer.echo(f"共 {count} 条，全部首尾相连，没有改动。")
    if withheld:
        typer.echo(f"其中 {withheld} 条属于其他区划，文件里不含内容，只核对了它们在链中的位置。")


def _of_file(path: Path) -> tuple[int, int | None, int]:
    """How many entries the file holds, the first that does not follow, how many are another district's."""
    from jiheng.web.supervision.chain import first_broken

    count = withheld = 0

    def counted(entries: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        nonlocal count, withheld
        for entry in entries:
            count += 1
            withheld += entry.get("withheld") is True
            yield entry

    broken = first_broken(counted(_exported(path)), withholding=True)
    return count, broken, withheld


def _stored() -> tuple[int, int | None]:
    """How many entries the database holds, and the first that does not follow or is missing."""
    set_up()
    must_be_built()
    from jiheng.web.supervision.queries import verify as verified

    count, broken = verified()
    return count, broken
