"""The headings between tables: which belong to which project, also where they are broken or torn apart."""

from __future__ import annotations

from dataclasses import dataclass

from jiheng.model import Anchor, Warning
from jiheng.policy.labels import labels
from jiheng.readers.blocks import Paragraph
from jiheng.readers.project_builder import ProjectBuilder
from jiheng.readers.texts import HEADING_NUMBER, flat, is_contents_line, is_furniture, title_suffix, without_suffix
from jiheng.readers.values import plain

_LONGEST = 120


@dataclass(slots=True)
class _Line:
    text: str
    number: int
    anchor: Anchor


class Titles:
    """Collects the paragraphs since the last table, and hands them to the projects around them."""

    def __init__(self) -> None:
        self.pending: list[_Line] = []
        self._unplaced: list[_Line] = []

    def take(self, block: Paragraph, anchor: Anchor | None = None) -> None:
        """Remember a paragraph, unless it is furniture."""
        if is_furniture(block.text) or is_contents_line(block.text):
            return
        where = anchor or Anchor(paragraph=block.number, sheet=block.sheet, page=block.page)
        self.pending.append(_Line(block.text, block.number, where))

    def settle(self, before: ProjectBuilder | None, after: ProjectBuilder | None) -> None:
        """Give the waiting lines to the project before them (the rest of its heading) and to the one that begins."""
        lines, self.pending = self.pending, []
        if before is not None and not before.title_complete and lines and title_suffix(lines[0].text):
            others = any(title_suffix(line.text) for line in lines[1:])
            if others or after is None:
                before.title = without_suffix(f"{before.title or ''}{lines[0].text.strip()}")
                before.title_complete = True
                lines = lines[1:]
        if after is None:
            self._unplaced += lines
        elif lines:
            used = _heading(lines)
            self._unplaced += lines[: len(lines) - used]
            text = "".join(flat(line.text) or "" for line in lines[len(lines) - used :])
            title = without_suffix(text)
            after.title = None if title in labels().generic_titles else title
            after.title_complete = title_suffix(text) is not None
            if used:
                after.anchors["title"] = lines[len(lines) - used].anchor

    def leftovers(self) -> list[Warning]:
        """What belonged nowhere."""
        return [Warning("这段文字不知属于哪一部分", line.anchor, line.text.strip()) for line in self._unplaced]


def _heading(lines: list[_Line]) -> int:
    """How many of the last lines make the heading: one, or two where it was broken."""
    last = lines[-1]
    if len(plain(last.text)) > _LONGEST:
        return 0
    if len(lines) < 2 or HEADING_NUMBER.match(last.text) or title_suffix(last.text) is None:
        return 1
    previous = lines[-2]
    adjacent = previous.number >= 0 and last.number - previous.number == 1
    whole = title_suffix(previous.text) is not None or plain(previous.text)[-1:] in "。；;:"
    bare = without_suffix(last.text) is None
    return 2 if (adjacent or bare) and not whole and len(plain(previous.text)) <= _LONGEST else 1
