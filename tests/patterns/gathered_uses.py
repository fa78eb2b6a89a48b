"""Work that has the patterns built which no import builds: those that functions make of words or of what they are given."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def work() -> None:
    """Read and check documents, and call what they do not reach."""
    from jiheng.cli.chinese import translated
    from jiheng.readers import read
    from jiheng.readers.docx_numbering import _numbered_styles
    from jiheng.readers.goals import split_goals
    from jiheng.readers.texts import without_suffix
    from jiheng.rules.engine import check

    for path in sorted((ROOT / "demo").glob("*.docx")):
        check(read(path))
    for goals in ("目标1：修。目标2：建。", "①修②建", "1.修\n2.建"):
        split_goals(goals)
    without_suffix("校舍修缮绩效目标表")
    translated("?")
    style = b'<w:style w:type="paragraph" w:styleId="a"><w:numPr><w:numId w:val="1"/></w:numPr></w:style>'
    _numbered_styles(style, {"a"})
