from __future__ import annotations

import pytest

from jiheng import codes

# Invented codes, their check characters worked out by hand from the table of GB 32100.
GOOD = ["13992525P00031110001X", "13992525P000312100027", "13992524P00021410004K", "13992525P000410100010"]


@pytest.mark.parametrize("code", GOOD)
def test_check_character(code):
    assert codes.check_character(code) == code[-1]
    assert codes.is_valid(code)


def test_worked_example():
    # All zeros but P (23 in the table) in place 8: 3^8 mod 31 = 20, 23 × 20 mod 31 = 26, table[30 - 26] = "4".
    assert codes.check_character("00000000P00000000000") == "4"


def test_every_single_wrong_character_is_seen():
    good = GOOD[0]
    for place in range(20):
        for other in codes.ALPHABET:
            if other != good[place]:
                assert codes.check_character(good[:place] + other + good[place + 1 : 20]) != good[-1]


def test_every_swap_of_neighbours_is_seen():
    good = GOOD[0]
    for place in range(19):
        a, b = good[place], good[place + 1]
        if a != b:
            assert codes.check_character(good[:place] + b + a + good[place + 2 : 20]) != good[-1]


@pytest.mark.parametrize("code", ["13992525P000311", "13992525P0003111000I", "1399252５P00031110001"])
def test_check_character_refuses_what_is_no_code(code):
    with pytest.raises(ValueError, match=code):
        codes.check_character(code)


@pytest.mark.parametrize(
    "code", ["13992525P0003111000X", "13992525P000311100011X", "13992525p00031110001X", "13992525P00031110001Z", ""]
)
def test_malformed(code):
    assert not codes.is_well_formed(code)
    assert not codes.is_valid(code)


def test_parts():
    assert codes.division_of(GOOD[0]) == "139925"
    assert codes.year_of(GOOD[2]) == 2024


def test_old_codes():
    assert codes.is_old("512-0301-JBN-7QKD")
    assert not codes.is_old("512-0301-JBN")
    assert not codes.is_well_formed("512-0301-JBN-7QKD")
