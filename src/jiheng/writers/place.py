"""Where a value stands, in words: ``第 2 张表第 5 行第 3 格``."""

from __future__ import annotations

from jiheng.model import Anchor


def place(anchor: Anchor | None) -> str:
    """The place as people count, from 1; empty where it is not known."""
    if anchor is None:
        return ""
    parts = [f"第 {anchor.page + 1} 页"] if anchor.page is not None else []
    if anchor.sheet is not None:
        parts.append(f"工作表“{anchor.sheet}”")
    elif anchor.table is not None:
        parts.append(f"第 {anchor.table + 1} 张表")
    if anchor.row is not None:
        parts.append(f"第 {anchor.row + 1} 行")
    if anchor.column is not None:
        parts.append(f"第 {anchor.column + 1} {'列' if anchor.sheet is not None else '格'}")
    if anchor.paragraph is not None and anchor.row is None:
        parts.append(f"第 {anchor.paragraph + 1} 段")
    return "".join(parts)
