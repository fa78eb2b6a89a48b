"""The forms of a page, as a browser would send them: hidden fields and numbers as they stand."""

from __future__ import annotations

from html.parser import HTMLParser


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.open: dict[str, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form" and said.get("method", "").lower() == "post":
            self.open = {}
            self.found.append((said.get("action", ""), self.open))
        elif tag == "input" and self.open is not None and said.get("type") in ("hidden", "number"):
            self.open[said.get("name", "")] = said.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = None


def forms_of(page: str, action: str) -> list[dict[str, str]]:
    """The fields of each form that is posted to this address."""
    parser = _Forms()
    parser.feed(page)
    return [fields for target, fields in parser.found if target == action]
