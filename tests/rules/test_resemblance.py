"""R503 finds exactly the pairs that comparing all with all would find, at a cost that grows with the projects."""

import random
from fractions import Fraction
from itertools import combinations

from jiheng.model import Document, Indicator, Project
from jiheng.policy import load
from jiheng.rules.context import CorpusContext, DocumentContext
from jiheng.rules.resemblance import LEAST_JACCARD, copied_indicators


def _corpus(sets):
    projects = tuple(
        Project(
            n + 1,
            f"{chr(0x4E00 + 7 * n)}{chr(0x5E00 + 5 * n)}",
            indicators=tuple(Indicator(None, None, name) for name in s),
        )
        for n, s in enumerate(sets)
    )
    return CorpusContext([DocumentContext(Document("甲.docx", "docx", projects=projects), load("central-2015"))])


def test_the_same_pairs_as_all_with_all():
    draw = random.Random(7)
    names = [f"指标{chr(0x4E00 + n)}" for n in range(14)]
    sets = [frozenset(draw.sample(names, draw.randint(4, 9))) for _ in range(120)]
    alike = set()
    for (a, s), (b, t) in combinations(enumerate(sets), 2):
        if Fraction(len(s & t), len(s | t)) >= LEAST_JACCARD:
            alike |= {a + 1, b + 1}
    assert {p.sequence for _, p, _ in copied_indicators(_corpus(sets))} == alike
    assert 10 < len(alike) < 120


def test_a_project_is_told_once_with_its_closest():
    shared = [f"指标{c}" for c in "甲乙丙丁戊己庚"]
    sets = [frozenset(shared), frozenset(shared[:5]), frozenset(shared[:6])]
    told = {p.sequence: hit.message for _, p, hit in copied_indicators(_corpus(sets))}
    assert set(told) == {1, 2, 3}
    assert "项目3" in told[1]
    assert "86%" in told[1]
