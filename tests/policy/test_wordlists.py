"""The word lists hang together."""

import re
from itertools import chain

import pytest

from jiheng.policy.wordlists import dated_phrases, lexicon, sectors


def test_no_word_is_foreign_in_two_sectors():
    words = list(chain.from_iterable(s.foreign for s in sectors().sectors.values()))
    assert len(words) == len(set(words))


def test_there_are_sectors_enough():
    assert len(sectors().sectors) >= 12
    assert all(s.home for s in sectors().sectors.values())


def test_no_foreign_word_fits_any_project():
    generic = set(lexicon().generic) | set(lexicon().stop)
    assert not generic & set(chain.from_iterable(s.foreign for s in sectors().sectors.values()))


@pytest.mark.parametrize("listed", ["stock_goals", "vague_basis"])
def test_patterns_do_not_match_nothing(listed):
    for pattern in getattr(lexicon(), listed):
        assert re.fullmatch(pattern, "") is None


def test_dated_phrases_say_what_is_said_now():
    for phrase in dated_phrases():
        assert phrase.says
        assert phrase.now
        assert 2010 < phrase.since < 2030
        assert not any(word in phrase.now for word in phrase.says)
