"""Part one of a document, the department's own goals: paragraphs to overall goal, itemised goals and safeguards."""

from __future__ import annotations

import re

from jiheng.model import Anchor, Anchors, Goals, ItemizedGoal, Safeguard, Warning
from jiheng.policy.labels import labels
from jiheng.readers.blocks import Paragraph
from jiheng.readers.texts import CHINESE_ITEM, HEADING_NUMBER, flat, is_contents_line, is_furniture
from jiheng.readers.values import plain

_LABEL = re.compile(
    r"^\s*(?:[（(]?\d[)）.、]?\s*)?(?P<name>绩效目标|绩效指标|目标|指标|年度绩效目标|年度绩效指标)\s*[:：]\s*"
)
_INNER_LABEL = re.compile(r"(?<=[。；;\s])绩效(?P<kind>目标|指标)[:：]|^绩效(?P<first>目标|指标)[:：]")
_ENDS = "。！？；;：:”』」》）)…"
_CLAUSE = re.compile(r"[，,；;。：:]")


def section_of(text: str) -> str | None:
    """overall, itemized or safeguards where this line is the heading of that section."""
    clean = plain(text)
    if len(clean) > 40:
        return None
    words = HEADING_NUMBER.sub("", clean).rstrip(":。")
    return labels().sections.get(words)


def _anchor(p: Paragraph) -> Anchor:
    return Anchor(paragraph=p.number, sheet=p.sheet, page=p.page)


def _runs_on(before: str, after: str) -> bool:
    """Whether a line break stands inside a sentence: the line before neither ends one nor is a heading."""
    text = before.strip()
    if not text or text[-1] in _ENDS or _LABEL.match(after) or HEADING_NUMBER.match(after):
        return False
    if text[-1] in "，、,":
        return True
    return len(text) >= 15 and _CLAUSE.search(text) is not None


class _Text:
    """A text that grows line by line; a line break inside a sentence goes, one between sentences stays."""

    def __init__(self, p: Paragraph, text: str) -> None:
        self.parts = [text.strip()]
        self.anchor = _anchor(p)

    def add(self, text: str) -> None:
        if _runs_on(self.parts[-1], text):
            self.parts[-1] += text.strip()
        else:
            self.parts.append(text.strip())

    def __str__(self) -> str:
        return "\n".join(flat(part) or "" for part in self.parts)


def _overall(lines: list[Paragraph]) -> tuple[tuple[str, ...], tuple[Anchor, ...]]:
    texts: list[str] = []
    anchors: list[Anchor] = []
    for p in lines:
        if texts and _runs_on(texts[-1], p.text):
            texts[-1] += p.text.strip()
        else:
            texts.append(p.text.strip())
            anchors.append(_anchor(p))
    return tuple(flat(t) or "" for t in texts), tuple(anchors)


_ARABIC_ITEM = re.compile(r"\s*[（(]?(?P<arabic>\d{1,2})(?:[)）]|[.．、](?!\d))[、.．]?\s*")
_STYLES = {"bracketed": CHINESE_ITEM, "bare": CHINESE_ITEM, "arabic": _ARABIC_ITEM}


def _style(lines: list[Paragraph]) -> str | None:
    """How a section numbers its items: ``bracketed`` （一）, ``bare`` 一、 or ``arabic`` 1.; the first one decides."""
    for p in lines:
        if match := CHINESE_ITEM.match(p.text):
            return "bracketed" if match["bracketed"] else "bare"
    return "arabic" if any(_ARABIC_ITEM.match(p.text) for p in lines[:1]) else None


def _item(p: Paragraph, style: str | None) -> tuple[str, str] | None:
    """(number, rest) of a paragraph that begins an item of the section."""
    match = _STYLES[style].match(p.text) if style else None
    if style is None or match is None or match[style] is None:
        return None
    return match[style], p.text[match.end() :].strip()


class _Item:
    """An itemised goal while it is being read."""

    def __init__(self, number: str | None, title: str | None, p: Paragraph) -> None:
        self.number, self.title = number, title
        self.anchors: dict[str, Anchor] = {"title": _anchor(p)}
        self.texts: dict[str, _Text] = {}
        self.current: str | None = None

    def add(self, p: Paragraph) -> None:
        label = _LABEL.match(p.text)
        if label is None:
            self._put(self.current or "goal", p, p.text)
            return
        key = "indicators_text" if label["name"].endswith("指标") else "goal"
        if key == "goal" and "goal" in self.texts and "indicators_text" not in self.texts:
            key = "indicators_text"  # a second 绩效目标 stands where 绩效指标 should
        self.current = key
        self._put(key, p, p.text[label.end() :])

    def _put(self, key: str, p: Paragraph, text: str) -> None:
        if key in self.texts:
            self.texts[key].add(text)
        else:
            self.texts[key] = _Text(p, text)
            self.anchors[key] = _anchor(p)

    def goal(self) -> ItemizedGoal:
        said = {key: str(text) or None for key, text in self.texts.items()}
        anchors: Anchors = self.anchors
        return ItemizedGoal(self.number, self.title, said.get("goal"), said.get("indicators_text"), anchors)


def _split_title(rest: str) -> tuple[str | None, str]:
    """(title, what follows) of an item's first line."""
    if match := _INNER_LABEL.search(rest):
        return flat(rest[: match.start()].rstrip().rstrip("。：:；; ")), rest[match.start() :]
    if len(rest) > 30 and (match := re.search(r"[。：:]", rest)) and match.end() < len(rest):
        return rest[: match.start()].strip(), rest[match.end() :].strip()
    return flat(rest.rstrip("。：:；;")), ""


def _labels_apart(lines: list[Paragraph]) -> list[Paragraph]:
    """A paragraph that holds 绩效目标： and 绩效指标： both, as two."""
    out = []
    for p in lines:
        at = next((m.start() for m in _INNER_LABEL.finditer(p.text) if m["kind"] == "指标"), None)
        if at is not None and p.text[:at].strip() and _LABEL.match(p.text):
            out += [
                Paragraph(p.text[:at], p.number, p.page, p.sheet),
                Paragraph(p.text[at:], p.number, p.page, p.sheet),
            ]
        else:
            out.append(p)
    return out


def _itemized(lines: list[Paragraph]) -> tuple[tuple[ItemizedGoal, ...], list[Warning]]:
    style = _style(lines)
    lines = _labels_apart(lines)
    items: list[_Item] = []
    stray: list[Paragraph] = []
    for p in lines:
        begun = _item(p, style)
        if begun is not None and not _LABEL.match(begun[1]):
            title, rest = _split_title(begun[1])
            items.append(_Item(begun[0], title, p))
            for part in _labels_apart([Paragraph(rest, p.number, p.page, p.sheet)]) if rest else []:
                items[-1].add(part)
        elif items:
            items[-1].add(p)
        elif style is None and _LABEL.match(p.text):
            items.append(_Item(None, None, p))
            items[-1].add(p)
        else:
            stray.append(p)
    warnings = [Warning("分项绩效目标里的这段文字不属于任何一项", _anchor(p), p.text.strip()) for p in stray]
    return tuple(item.goal() for item in items), warnings


def _safeguard(number: str | None, text: str, p: Paragraph) -> Safeguard:
    """Title is the clause to the first 。, or to the first ， where the sentence has no title of its own."""
    whole = flat(text) or ""
    head, stop, rest = whole.partition("。")
    if not (stop and rest.strip()):
        head, stop, rest = whole.partition("：" if "：" in whole.partition("，")[0] else "，")
    anchors = {"title": _anchor(p), "text": _anchor(p)}
    return Safeguard(number, head.strip().rstrip("。：:") or None, rest.strip() or None, anchors)


def _safeguards(lines: list[Paragraph]) -> tuple[Safeguard, ...]:
    style = _style(lines)
    texts: list[tuple[str | None, Paragraph, list[str]]] = []
    for p in lines:
        match = HEADING_NUMBER.match(p.text) if style is None else None
        begun = _item(p, style) or ((match[0].strip(" .．、（）()"), p.text[match.end() :]) if match else None)
        if begun is not None:
            texts.append((begun[0], p, [begun[1]]))
        elif texts and (style is not None or _runs_on(texts[-1][2][-1], p.text)):
            texts[-1][2].append(p.text)
        else:
            texts.append((None, p, [p.text]))
    return tuple(_safeguard(number, "".join(t.strip() for t in parts), p) for number, p, parts in texts)


def read_outline(paragraphs: list[Paragraph]) -> tuple[Goals, list[Paragraph], list[Warning]]:
    """(goals, the lines before the first section: cover and imprint, warnings) of part one."""
    sections: dict[str, list[Paragraph]] = {}
    cover: list[Paragraph] = []
    current: str | None = None
    for p in paragraphs:
        if not p.text.strip() or is_contents_line(p.text):
            continue
        if (section := section_of(p.text)) is not None and not (section == "overall" and _is_cover(p, current)):
            current = section
            sections[section] = []  # a heading seen before stood in the table of contents
        elif current is None:
            cover.append(p)
        elif not is_furniture(p.text):
            sections[current].append(p)
    overall, overall_anchors = _overall(sections.get("overall", []))
    itemized, warnings = _itemized(sections.get("itemized", []))
    goals = Goals(overall, itemized, _safeguards(sections.get("safeguards", [])), overall_anchors)
    return goals, cover, warnings


def _is_cover(p: Paragraph, current: str | None) -> bool:
    """部门整体绩效目标 without a number is the name of part one, not the heading of its first section."""
    return HEADING_NUMBER.match(plain(p.text)) is None and "整体" in p.text and current is None
