"""How long checking takes: reading and checking a .docx against python-docx reading its tables, and 10,000 projects."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from documents import corpus, load, with_word_markup

from jiheng.model import Document
from jiheng.readers import read, read_bytes
from jiheng.rules.engine import check, check_all

SIZES = (1_000, 2_500, 5_000, 10_000)


def python_docx_rows(path: Path) -> object:
    """What python-docx takes to read the tables alone."""
    import docx

    return [[c.text for c in row.cells] for t in docx.Document(str(path)).tables for row in t.rows]


def read_and_check(path: Path) -> object:
    """Everything of ours."""
    return check(read_bytes(path.read_bytes(), path.name))


def medians(runs: dict[str, Callable[[Path], object]], paths: list[Path], rounds: int = 5) -> dict[str, list[float]]:
    """Milliseconds a document by round, in turns."""
    for run in runs.values():
        run(paths[0])
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            start = time.perf_counter()
            for path in paths:
                run(path)
            times[name].append((time.perf_counter() - start) / len(paths) * 1000)
    return times


def against_python_docx(folder: Path) -> None:
    """The ratio in one run, on bare and on marked-up documents and on the corpus."""
    bare = load(10, folder / "bare")
    (folder / "marked").mkdir()
    marked = [folder / "marked" / p.name for p in bare]
    for path, twin in zip(bare, marked, strict=True):
        twin.write_bytes(with_word_markup(path.read_bytes()))
    for title, paths in (("裸标记", bare), ("Word 标记", marked), ("真实文件", corpus("docx"))):
        if not paths:
            continue
        times = medians({"读取并检查": read_and_check, "python-docx 只读表格": python_docx_rows}, paths)
        ratio = statistics.median(a / b for a, b in zip(*times.values(), strict=True))
        both = "，".join(f"{name} {statistics.median(t):.1f} ms/份" for name, t in times.items())
        print(f"docx，{title}：{both}，比值 {ratio:.2f}")


def many_projects(folder: Path) -> None:
    """The cost a project as their number grows, in processor time; corpus rules (R503, D603) included."""
    documents: list[Document] = []
    for path in load(max(SIZES) // 30 + 1, folder / "many"):
        document = read(path)
        documents.append(replace(document, source=path.name))
    print("\n一个进程检查（含跨文档规则）：")
    for size in SIZES:
        count = size // 30 + 1
        start, began = time.process_time(), time.perf_counter()
        findings = check_all(documents[:count])
        spent, waited = time.process_time() - start, time.perf_counter() - began
        projects = sum(len(d.projects) for d in documents[:count])
        each, said = spent / projects * 1000, sum(map(len, findings))
        print(f"  {projects:>6} 个项目 {spent:>6.2f} s（历时 {waited:.2f} s），每个 {each:.2f} ms，{said} 条问题")


def main() -> None:
    """Run both."""
    with tempfile.TemporaryDirectory(prefix="jiheng-bench-") as name:
        against_python_docx(Path(name))
        many_projects(Path(name))


if __name__ == "__main__":
    main()
