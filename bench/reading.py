"""How long reading takes: ``python bench/reading.py``, against others in the same run.

Every figure is the median over rounds in which all contestants take turns, so that the machine's drift hits all alike;
ratios are medians of the ratios within a round. "walk" is a bare
lxml pass: parse, then the text of every cell of every row.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from documents import corpus, load, with_word_markup
from lxml import etree

from jiheng.readers import read_bytes
from jiheng.readers.batch import read_many

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
Contestants = dict[str, Callable[[Path], Any]]


def walk(path: Path) -> Any:
    root = etree.fromstring(zipfile.ZipFile(path).read("word/document.xml"))
    return [
        ["".join(t.text or "" for t in tc.iter(W + "t")) for tc in tr.iterchildren(W + "tc")]
        for tr in root.iter(W + "tr")
    ]


def python_docx_rows(path: Path) -> Any:
    import docx

    return [[c.text for c in row.cells] for t in docx.Document(str(path)).tables for row in t.rows]


def mammoth_html(path: Path) -> Any:
    import mammoth

    with path.open("rb") as file:
        return mammoth.convert_to_html(file).value


def markitdown_text(path: Path) -> Any:
    from markitdown import MarkItDown

    return MarkItDown().convert(str(path)).text_content


def pandoc_json(path: Path) -> Any:
    import pypandoc

    return pypandoc.convert_file(str(path), "json", format="docx")


def pdfplumber_tables(path: Path) -> Any:
    import pdfplumber

    with pdfplumber.open(path) as pdf:
        return [page.extract_tables() for page in pdf.pages]


def ours(path: Path) -> Any:
    return read_bytes(path.read_bytes(), path.name)


def race(title: str, contestants: Contestants, paths: list[Path], rounds: int, base: str) -> None:
    """Print milliseconds a document and the ratio to ``base`` for each contestant."""
    for run in contestants.values():
        run(paths[0])  # warm
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, run in contestants.items():
            start = time.perf_counter()
            for path in paths:
                run(path)
            times[name].append((time.perf_counter() - start) / len(paths) * 1000)
    print(f"\n{title}（{len(paths)} 份，{rounds} 轮中位数）")
    for name, spent in times.items():
        ratio = statistics.median(a / b for a, b in zip(spent, times[base], strict=True))
        print(f"  {name:<24}{statistics.median(spent):>10.2f} ms/份{ratio:>10.2f} × {base}")


def others(names: dict[str, tuple[str, Callable[[Path], Any]]]) -> Contestants:
    """Those contestants whose library is installed; the missing are said."""
    found = {name: run for name, (module, run) in names.items() if find_spec(module)}
    for name in names.keys() - found.keys():
        print(f"（未安装 {name}，跳过；make bench 会安装）")
    return found


def processes(paths: list[Path]) -> None:
    """One process against two."""
    spent = {}
    for jobs in (1, 2):
        rounds = []
        for _ in range(3):
            start = time.perf_counter()
            assert sum(1 for _ in read_many(paths, jobs)) == len(paths)
            rounds.append(time.perf_counter() - start)
        spent[jobs] = statistics.median(rounds)
    print(
        f"\n进程数（{len(paths)} 份）：1 个 {spent[1]:.2f} s，2 个 {spent[2]:.2f} s，加速 {spent[1] / spent[2]:.2f} 倍"
    )


def peak(folder: Path, count: int) -> float:
    """Peak memory in MiB of a process that reads this many documents, no two alike."""
    code = (
        "import sys,resource;from pathlib import Path;from jiheng.readers.batch import read_many;"
        "paths=sorted(Path(sys.argv[1]).glob('*.docx'));"
        "n=sum(1 for _ in read_many(paths[:int(sys.argv[2])]));"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss/1024)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder), str(count)], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


FOLDER = Path(tempfile.mkdtemp(prefix="jiheng-bench-"))


def main() -> None:
    """Run everything."""
    options = argparse.ArgumentParser()
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--count", type=int, default=100)
    args = options.parse_args()
    bare = load(args.count, FOLDER / "bare")
    marked_folder = FOLDER / "marked"
    marked_folder.mkdir()
    for path in bare:
        (marked_folder / path.name).write_bytes(with_word_markup(path.read_bytes()))
    marked = sorted(marked_folder.glob("*.docx"))

    plain: Contestants = {"lxml walk": walk, "绩衡": ours}
    slow = others(
        {
            "python-docx rows": ("docx", python_docx_rows),
            "mammoth": ("mammoth", mammoth_html),
            "pandoc": ("pypandoc", pandoc_json),
            "markitdown": ("markitdown", markitdown_text),
        }
    )
    race("docx，裸标记", plain, bare, args.rounds, "lxml walk")
    race("docx，Word 标记", plain, marked, args.rounds, "lxml walk")
    race("docx，裸标记，与其他库", plain | slow, bare[:5], 3, "lxml walk")
    race("docx，Word 标记，与其他库", plain | slow, marked[:5], 3, "lxml walk")
    if real := corpus("docx"):
        race("docx，真实文件", plain | slow, real, 3, "lxml walk")
    pdfs = corpus("pdf")
    if pdfs and find_spec("pdfplumber"):
        race("pdf，真实文件", {"pdfplumber": pdfplumber_tables, "绩衡": ours}, pdfs, 3, "绩衡")
    for suffix in ("xlsx", "html"):
        if paths := corpus(suffix):
            race(f"{suffix}，真实文件", {"绩衡": ours}, paths, 3, "绩衡")
    processes(bare * 4)
    many = FOLDER / "many"
    load(1000, many)
    print(f"\n内存峰值：100 份 {peak(many, 100):.0f} MiB，1000 份 {peak(many, 1000):.0f} MiB")


if __name__ == "__main__":
    main()
