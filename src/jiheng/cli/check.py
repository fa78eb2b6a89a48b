"""``jiheng check``: what the best reviewer would mark, in the terminal, as data, or in the Word file itself."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jiheng.cli.files import COPIES, find
from jiheng.model import Document
from jiheng.policy import Pack, choose, load
from jiheng.readers.errors import NotPerformance, ReadError
from jiheng.rules import baseline, settings
from jiheng.rules.engine import check_all
from jiheng.rules.finding import Finding, Severity
from jiheng.rules.settings import Settings, SettingsError

if TYPE_CHECKING:
    from rich.console import Console

CLEAN, FOUND, NOT_READABLE = 0, 1, 2
"""Exit statuses."""

CHECK_HELP = """检查绩效文本，指出每个单元格里的问题。

可读的格式与 jiheng read 相同；给出文件夹时检查其中的全部文档。文档旁（或上级文件夹）的 jiheng.toml 可设定规则范围、
策略包和按理由忽略的问题；基线文件可把今天的问题记为已知，以后只报新问题。

退出状态：0 没有达到 --fail-on 的问题；1 有；2 有文件不能读取，其余照常检查。"""

CHECK_EXAMPLES = """示例：

  jiheng check 绩效文本.docx

  jiheng check 各单位报送/ -o html --out 检查报告.html

  jiheng check 绩效文本.docx -o docx        生成带批注的 绩效文本.批注.docx

  jiheng check 绩效文本.docx --fix          生成带修订的 绩效文本.修订.docx"""


class Output(StrEnum):
    """What the findings are shown as."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    HTML = "html"
    XLSX = "xlsx"
    DOCX = "docx"


class FailOn(StrEnum):
    """From which severity on a finding counts for the exit status."""

    NEVER = "never"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(slots=True)
class Checked:
    """A document that was read, how it is checked, and what was found."""

    path: Path
    document: Document
    settings: Settings
    pack: Pack
    findings: list[Finding] = field(default_factory=list)


def check(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH", help="文件或文件夹，可以有多个", show_default=False)],
    select: Annotated[
        list[str] | None, typer.Option("--select", metavar="CODE", help="只用这些规则，可写编号或开头（V、P2），可多次")
    ] = None,
    ignore: Annotated[list[str] | None, typer.Option("--ignore", metavar="CODE", help="不用这些规则，可多次")] = None,
    pack: Annotated[
        str | None, typer.Option("--pack", metavar="NAME", help="策略包；不写则按文档的地区和年度选")
    ] = None,
    output: Annotated[
        Output, typer.Option("-o", "--output", metavar="text|json|sarif|html|xlsx|docx", help="输出为")
    ] = Output.TEXT,
    out: Annotated[Path | None, typer.Option("--out", metavar="OUT", help="写入文件；docx 时为文件夹")] = None,
    fix: Annotated[bool, typer.Option("--fix", help="把有把握的改正写成 Word 修订")] = False,
    fail_on: Annotated[
        FailOn | None,
        typer.Option("--fail-on", metavar="never|info|warning|error", help="从哪一级起以状态 1 退出（默认 error）"),
    ] = None,
    known: Annotated[
        Path | None, typer.Option("--baseline", metavar="FILE", help="基线文件：其中的问题不再计数")
    ] = None,
    write_known: Annotated[
        Path | None, typer.Option("--write-baseline", metavar="FILE", help="把现有问题写成基线文件")
    ] = None,
    jobs: Annotated[int, typer.Option("-j", "--jobs", metavar="N", min=1, help="同时使用的进程数")] = 1,
) -> None:
    """The command; its help text is given where it is registered."""
    from rich.console import Console

    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        over = Settings(
            settings.check_codes(select or (), "--select"),
            settings.check_codes(ignore or (), "--ignore"),
            settings.check_pack(pack, "--pack") if pack else None,
            fail_on.value if fail_on else "",
        )
        checked, unreadable = _read(paths, over, jobs, errors)
        _check(checked, errors)
        if known is not None:
            accepted = baseline.Baseline(known)
            for c in checked:
                c.findings = accepted.accept(c.document, c.findings)
    except SettingsError as error:
        errors.print(str(error), markup=False, style="red")
        raise typer.Exit(NOT_READABLE) from error
    if write_known is not None:
        with _said(errors):
            count = baseline.write(write_known, [(c.document, c.findings) for c in checked])
        errors.print(f"已把 {count} 处问题写入基线 {write_known}。", markup=False)
    with _said(errors):
        broken = _show(checked, unreadable, Output.DOCX if fix else output, out, fix, errors)
    raise typer.Exit(NOT_READABLE if unreadable or broken or not checked else _status(checked))


_WHY = {
    errno.ENOENT: "文件夹不存在",
    errno.EACCES: "没有权限",
    errno.EISDIR: "这是一个文件夹",
    errno.ENOSPC: "磁盘已满",
}


@contextmanager
def _said(errors: Console) -> Iterator[None]:
    """Say which file cannot be written, and why."""
    try:
        yield
    except OSError as error:
        if error.filename is None:  # not of a file: a pipe that was closed
            raise
        why = _WHY.get(error.errno or 0, error.strerror)
        errors.print(f"{error.filename}：不能写入（{why}）。", markup=False, style="red")
        raise typer.Exit(NOT_READABLE) from error


def _merged(over: Settings, beside: Settings) -> Settings:
    """Options of the command line before those of the file."""
    return Settings(
        over.select or beside.select, over.ignore or beside.ignore, over.pack or beside.pack,
        over.fail_on or beside.fail_on, beside.silences,
    )  # fmt: skip


def _read(paths: list[Path], over: Settings, jobs: int, errors: Console) -> tuple[list[Checked], int]:
    """The documents, and how many files could not be read."""
    from jiheng.bounded import reason_not_to_check
    from jiheng.cli.progress import track
    from jiheng.readers.batch import read_many
    from jiheng.readers.bounded import BoundedReader, Patience

    found = find(paths)
    unreadable = len(found.unreadable)
    for folder in found.unreadable:
        errors.print(f"{folder}：没有打开这个文件夹的权限。", markup=False, style="red")
    if not found.paths:
        errors.print("没有找到可以检查的文件。", style="red")
    checked = []
    reader = BoundedReader(Patience(most=len(found.paths)))
    for path, result in track(read_many(found.paths, jobs), len(found.paths), "读取", errors):
        if isinstance(result, NotPerformance) and path not in found.named:
            errors.print(f"{path}：跳过，{result}", markup=False, style="dim")
        elif isinstance(result, ReadError):
            errors.print(f"{path}：{result}", markup=False, style="red")
            unreadable += 1
        else:
            chosen = _merged(over, settings.for_document(path))
            pack = load(chosen.pack) if chosen.pack else choose(result)
            if why := reason_not_to_check(reader, result, pack.name):
                errors.print(f"{path}：{why}", markup=False, style="red")
                unreadable += 1
            else:
                checked.append(Checked(path, result, chosen, pack))
    reader.close()
    return checked, unreadable


def _check(checked: list[Checked], errors: Console) -> None:
    """Check documents of like settings together, so that rules across documents see them all."""
    groups: dict[tuple[tuple[str, ...], tuple[str, ...], str | None], list[Checked]] = {}
    for c in checked:
        groups.setdefault((c.settings.select, c.settings.ignore, c.settings.pack), []).append(c)
    with errors.status("检查 …"):
        for (select, ignore, pack), group in groups.items():
            found = check_all([c.document for c in group], load(pack) if pack else None, select, ignore)
            for c, findings in zip(group, found, strict=True):
                c.findings = settings.silenced(c.document, findings, c.settings.silences)


def _status(checked: list[Checked]) -> int:
    for c in checked:
        least = {"never": 99, "info": Severity.INFO, "warning": Severity.WARNING, "error": Severity.ERROR}[
            c.settings.fail_on
        ]
        if any(f.silenced is None and f.severity >= least for f in c.findings):
            return FOUND
    return CLEAN


def _show(checked: list[Checked], unreadable: int, output: Output, out: Path | None, fix: bool, errors: Console) -> int:
    """Print or write; how many Word files could not be made."""
    pairs = [(c.document, c.findings) for c in checked]
    if output is Output.TEXT:
        _text(checked, unreadable, out)
        return 0
    if output is Output.DOCX:
        return _word(checked, out, fix, errors)
    content = _content(output, checked, pairs)
    if out is not None:
        out.write_bytes(content)
        errors.print(f"已写入 {out}。", markup=False)
    elif output is Output.XLSX and sys.stdout.isatty():
        errors.print("Excel 文件不能显示在终端里，请用 --out 指定文件名。", style="red")
        return 1
    else:
        sys.stdout.buffer.write(content)
    return 0


def _content(output: Output, checked: list[Checked], pairs: list[tuple[Document, list[Finding]]]) -> bytes:
    if output is Output.JSON:
        from jiheng.writers.findings_json import as_json

        return as_json(pairs)
    if output is Output.SARIF:
        from jiheng.writers.findings_sarif import as_sarif

        return as_sarif(pairs)
    if output is Output.XLSX:
        from jiheng.writers.findings_excel import as_excel

        return as_excel(pairs)
    from jiheng.writers.report import as_html

    packs = {id(c.document): c.pack for c in checked}
    return as_html(pairs, lambda document: packs[id(document)])


def _text(checked: list[Checked], unreadable: int, out: Path | None) -> None:
    from rich.console import Console

    from jiheng.writers.findings_text import show, summarize

    file = out.open("w", encoding="utf-8") if out is not None else None
    console = Console(highlight=False, file=file)
    for c in checked:
        if c.findings:
            show(c.document, c.findings, console)
    summarize([(c.document, c.findings) for c in checked], unreadable, console)
    if file is not None:
        file.close()


def _copy_of(path: Path, out: Path | None, ending: str, written: set[Path]) -> Path:
    """Where the copy goes; files of one name (甲.docx and 甲.pdf, or in two folders) do not overwrite each other."""
    folder = out or path.parent
    names = chain([path.stem, path.name], (f"{path.name}（{n}）" for n in count(2)))
    target = next(t for name in names if (t := folder / (name + ending)) not in written)
    written.add(target)
    return target


def _word(checked: list[Checked], out: Path | None, fix: bool, errors: Console) -> int:
    """A marked or fixed copy of each document, beside it or in the folder ``out``."""
    from jiheng.marking import marked
    from jiheng.readers.reading import load as load_bytes

    failed = 0
    written: set[Path] = set()
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
    for c in checked:

        def again(document: Document, c: Checked = c) -> list[Finding]:
            if document is c.document:
                return c.findings
            found = check_all([document], c.pack, c.settings.select, c.settings.ignore)[0]
            return settings.silenced(document, found, c.settings.silences)

        target = _copy_of(c.path, out, COPIES[fix], written)
        try:
            content = marked(load_bytes(c.path), c.path.name, c.document.format, c.document, again, fixes=fix)
            target.write_bytes(content)
        except (ReadError, OSError) as error:
            errors.print(f"{c.path}：没有生成 Word 文件（{error}）", markup=False, style="red")
            failed += 1
        else:
            errors.print(f"已写入 {target}。", markup=False)
    return failed
