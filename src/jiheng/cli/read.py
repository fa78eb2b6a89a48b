"""``jiheng read``: show what documents say."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol

import typer

from jiheng.cli.files import Found, find
from jiheng.model import Document

if TYPE_CHECKING:
    from rich.console import Console

READ, WITH_WARNINGS, NOT_READABLE = 0, 1, 2
"""Exit statuses."""

HELP = """读取绩效文本，显示其中的部门目标、项目和绩效指标。

可读 docx、doc、wps、odt、rtf、xlsx、xls、et、pdf、html、txt、md 和绩衡自己的 json；是哪种文件看内容，不看扩展名。
给出文件夹时，读取其中（含下级文件夹）的全部文档，跳过隐藏文件和 Office 的临时文件。

退出状态：0 已读取；1 已读取但有提示（仅在 --strict 时）；2 有文件不能读取，其余文件照常处理。"""

EXAMPLES = """示例：

  jiheng read 绩效文本.docx

  jiheng read 绩效文本.docx --json > 绩效文本.json

  jiheng read 各单位报送/ --xlsx 指标汇总.xlsx -j 4"""


class Output(Protocol):
    """What becomes of the documents that were read."""

    def add(self, document: Document) -> None:
        """Take one document."""

    def fail(self, path: Path, error: str) -> None:
        """Take note of a file without a document."""


class _Table:
    """Tables in the terminal."""

    def __init__(self) -> None:
        from rich.console import Console

        console = Console(highlight=False)
        # A pipe has no width of its own; 80 columns are too few for six columns of Chinese.
        wide = console.is_terminal or "COLUMNS" in os.environ
        self.console = console if wide else Console(highlight=False, width=120)

    def add(self, document: Document) -> None:
        from jiheng.writers.terminal import show

        show(document, self.console)
        self.console.print()

    def fail(self, path: Path, error: str) -> None:
        """Standard error has said it."""


class _Json:
    """One object: alone with indentation, otherwise one a line."""

    def __init__(self, indent: int | None) -> None:
        self.indent = indent

    def add(self, document: Document) -> None:
        from jiheng import wire

        typer.echo(wire.to_json(document, self.indent))

    def fail(self, path: Path, error: str) -> None:
        """Standard error has said it."""


class _Excel:
    """One workbook for all; closing writes it."""

    def __init__(self, path: Path) -> None:
        from jiheng.writers.flat_excel import FlatExcel

        self.path = path
        self.workbook = FlatExcel(path)

    def add(self, document: Document) -> None:
        self.workbook.add(document)

    def fail(self, path: Path, error: str) -> None:
        self.workbook.note(str(path), error)


def read(
    paths: Annotated[list[Path], typer.Argument(metavar="FILE", help="文件或文件夹，可以有多个", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON：一份文档一个对象；多份时每行一个")] = False,
    xlsx: Annotated[
        Path | None, typer.Option("--xlsx", metavar="OUT", help="写成 Excel：每条指标一行，带项目各栏", dir_okay=False)
    ] = None,
    table: Annotated[bool, typer.Option("--table", help="在终端显示为表格（默认）")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="有提示时以状态 1 退出")] = False,
    jobs: Annotated[int, typer.Option("-j", "--jobs", metavar="N", min=1, help="同时使用的进程数")] = 1,
) -> None:
    """The command; its help text is given where it is registered."""
    if as_json + table + (xlsx is not None) > 1:
        raise typer.BadParameter("--json、--xlsx、--table 只能选一个")
    raise typer.Exit(_read(paths, as_json, xlsx, strict, jobs))


def _output(as_json: bool, xlsx: Path | None, single: bool) -> Output:
    if xlsx is not None:
        return _Excel(xlsx)
    return _Json(indent=2 if single else None) if as_json else _Table()


def _read(named: list[Path], as_json: bool, xlsx: Path | None, strict: bool, jobs: int) -> int:
    from rich.console import Console

    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    found = find(named)
    if xlsx is not None:
        # An earlier result in the folder is no document to read.
        found.paths = [path for path in found.paths if path.resolve() != xlsx.resolve()]
    for folder in found.unreadable:
        errors.print(f"{folder}：没有打开这个文件夹的权限。", markup=False, style="red")
    if not found.paths:
        errors.print("没有找到可以读取的文件。", style="red")
        return NOT_READABLE
    output = _output(as_json, xlsx, len(found.paths) == 1)
    counts = _read_into(output, found, jobs, errors)
    if isinstance(output, _Excel):
        problem = output.workbook.close()
        if problem:
            errors.print(f"{xlsx}：{problem}", markup=False, style="red")
            return NOT_READABLE
        errors.print(f"已写入 {xlsx}：{counts['read']} 份文档，{output.workbook.rows} 条指标。", markup=False)
    if counts["failed"] or found.unreadable or not counts["read"]:
        return NOT_READABLE
    return WITH_WARNINGS if strict and counts["warned"] else READ


def _read_into(output: Output, found: Found, jobs: int, errors: Console) -> Counter[str]:
    """Read the files into the output, tell on standard error what cannot be read, and count."""
    from jiheng.cli.progress import track
    from jiheng.readers.batch import read_many
    from jiheng.readers.errors import NotPerformance, ReadError

    counts: Counter[str] = Counter()
    results: Iterable[tuple[Path, Document | ReadError]] = read_many(found.paths, jobs)
    if isinstance(output, _Excel) or not sys.stdout.isatty():
        # On a terminal the documents themselves show the progress, and a bar would tear them.
        results = track(results, len(found.paths), "读取", errors)
    for path, result in results:
        if not isinstance(result, ReadError):
            output.add(result)
            counts["read"] += 1
            counts["warned"] += bool(result.warnings)
        elif isinstance(result, NotPerformance) and path not in found.named:
            errors.print(f"{path}：跳过，{result}", markup=False, style="dim")
        else:
            errors.print(f"{path}：{result}", markup=False, style="red")
            output.fail(path, str(result))
            counts["failed"] += 1
    return counts
