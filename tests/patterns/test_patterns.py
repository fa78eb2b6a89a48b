"""Every pattern that meets a document or a typed text: 8,000 characters of its worst text cost at most 3 times 4,000."""

from __future__ import annotations

import pytest
from gathered import Call, Pattern, gathered
from worst_texts import slowest

PARTS = ("amounts", "codes", "policy", "readers", "rules", "scoring", "web", "writers")


@pytest.fixture(scope="module")
def found() -> tuple[list[Pattern], list[Call]]:
    return gathered()


def test_none_is_forgotten(found: tuple[list[Pattern], list[Call]]) -> None:
    """A pattern that a function builds is seen when the function works: ``gathered_uses`` has to call it."""
    patterns, unseen = found
    assert unseen == []
    assert len(patterns) > 200
    assert {_part(p) for p in patterns} == set(PARTS)


def _part(pattern: Pattern) -> str:
    return pattern.file.removeprefix("src/jiheng/").partition("/")[0].removesuffix(".py")


@pytest.mark.timeout(400)
@pytest.mark.parametrize("part", PARTS)
def test_worst_texts_cost_what_they_are_long(part: str, found: tuple[list[Pattern], list[Call]]) -> None:
    once = {(p.text, p.flags, p.methods, p.is_bytes): p for p in found[0] if _part(p) == part}
    slow = [f"{p.file}:{p.line} {s}" for p in once.values() for s in slowest(p.text, p.flags, p.methods, p.is_bytes)]
    assert slow == []


@pytest.mark.parametrize(
    "pattern, method",
    [
        (r"(?:^|(?<=[。\s]))[ \t]*[（(]?\s*2\s*[)）、.]", "search"),  # the numbers of goals as they were: cubic
        (r"\d+(?:\.\d+)?个", "finditer"),  # R505 as it was: quadratic in digits
        (r"其中[^。;]*$", "search"),
        (r"[ \t]*\n[ \t]*", "sub"),
        (r"(?:每[^\d\W]{1,3}?)*\d+", "fullmatch"),  # exponential
        (r"《[^》]*》", "sub"),
    ],
)
def test_slow_patterns_are_found(pattern: str, method: str) -> None:
    assert slowest(pattern, 0, (method,))


@pytest.mark.parametrize("pattern", [r"\d+", r"(?<!\d)\d++个", r"《[^》]{0,200}》", r"\s*+(?:[（(]\s*+)?\d"])
def test_quick_ones_are_left_alone(pattern: str) -> None:
    assert slowest(pattern, 0, ("match", "fullmatch")) == []
