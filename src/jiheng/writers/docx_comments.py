"""Findings as Word comments on the very cells of the original file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from lxml import etree

from jiheng.rules.finding import Finding, Severity
from jiheng.rules.registry import all_rules
from jiheng.writers.docx_file import PARSER, PROPERTIES, P, R, T, W, WordFile

AUTHOR = "绩衡"
_INITIALS = "绩"
_CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"
_WORDS = {Severity.ERROR: "错误", Severity.WARNING: "警告", Severity.INFO: "提示"}
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def with_comments(data: bytes, findings: Iterable[Finding], when: datetime | None = None) -> bytes:
    """A copy of a .docx with a comment for each finding, untouched otherwise. Silenced findings stay silent.

    Raises ``ValueError`` where the file cannot be marked in place (ISO strict).
    """
    file = WordFile(data)
    comments = _Comments(file, when or datetime.now(UTC))
    for finding in findings:
        if finding.silenced is None:
            comments.add(finding)
    comments.save()
    return file.to_bytes()


class _Comments:
    """The comments part of a file, extended."""

    def __init__(self, file: WordFile, when: datetime) -> None:
        self._file = file
        self._when = when.strftime("%Y-%m-%dT%H:%M:%SZ")
        self._name = file.related("comments")
        raw = file.read(self._name) if self._name else None
        if raw is None:
            self._root = etree.Element(W + "comments", nsmap={"w": W[1:-1]})
        else:
            self._root = etree.fromstring(raw, PARSER)
        self._next = max((int(c.get(W + "id", "0")) for c in self._root), default=-1) + 1

    def add(self, finding: Finding) -> None:
        """A comment over the paragraphs at the finding's place."""
        paragraphs = self._file.paragraphs(finding.anchor) or self._file.first_paragraph()
        if not paragraphs:
            return
        number = str(self._next)
        self._next += 1
        first, last = paragraphs[0], paragraphs[-1]
        start = first.find(PROPERTIES)
        first.insert(0 if start is None else first.index(start) + 1, _marker("commentRangeStart", number))
        last.append(_marker("commentRangeEnd", number))
        run = etree.SubElement(last, R)
        run.append(_marker("commentReference", number))
        self._root.append(self._comment(finding, number))

    def _comment(self, finding: Finding, number: str) -> etree._Element:
        comment = etree.Element(W + "comment")
        for key, value in (("id", number), ("author", AUTHOR), ("date", self._when), ("initials", _INITIALS)):
            comment.set(W + key, value)
        for line in comment_lines(finding):
            text = etree.SubElement(etree.SubElement(etree.SubElement(comment, P), R), T)
            text.set(_SPACE, "preserve")
            text.text = line
        return comment

    def save(self) -> None:
        """Write the part, and make it known to the package where it is new."""
        if not len(self._root):
            return
        if self._name is None:
            self._name = self._file.main.rpartition("/")[0] + "/comments.xml"
            self._file.relate("comments", self._name.lstrip("/"), _CONTENT_TYPE)
        self._file.put(
            self._name.lstrip("/"), etree.tostring(self._root, xml_declaration=True, encoding="UTF-8", standalone=True)
        )


def comment_lines(finding: Finding) -> list[str]:
    """The lines of a comment: severity, code and name; what is wrong; what to do."""
    rule = all_rules().get(finding.code)
    lines = [f"【{_WORDS[finding.severity]}】{finding.code} {rule.name if rule else ''}".rstrip(), finding.message]
    if finding.advice:
        lines.append(f"建议：{finding.advice}")
    return [_printable(line) for line in lines]


def _printable(text: str) -> str:
    """Without the control characters that XML does not allow."""
    return "".join(c for c in text if c >= " " or c in "\t\n")


def _marker(name: str, number: str) -> etree._Element:
    marker = etree.Element(W + name)
    marker.set(W + "id", number)
    return marker
