"""Secrets are closed with the installation's key, and open for what they were closed for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jiheng.web.protection import sealing


@pytest.fixture(autouse=True)
def key_file(tmp_path: Path, settings: Any) -> Path:
    settings.KEY_FILE, settings.KEYS = tmp_path / "key", []
    return tmp_path / "key"


def test_a_secret_opens_for_its_purpose_alone(key_file: Path) -> None:
    closed = sealing.seal("JBSWY3DP", "totp 1")
    assert "JBSWY3DP" not in closed
    assert closed != sealing.seal("JBSWY3DP", "totp 1")
    assert sealing.unseal(closed, "totp 1") == "JBSWY3DP"
    assert key_file.stat().st_mode & 0o077 == 0
    for text, purpose in ((closed, "totp 2"), (closed[:-4] + "AAA=", "totp 1"), ("JBSWY3DP", "totp 1"), ("", "totp 1")):
        with pytest.raises(sealing.Unreadable):
            sealing.unseal(text, purpose)


def test_a_key_of_before_still_opens_and_a_lost_one_does_not(key_file: Path, settings: Any) -> None:
    closed = sealing.seal("JBSWY3DP", "totp 1")
    old = sealing.keys()
    sealing.keep_keys([sealing.new_key(), *old])
    assert sealing.unseal(closed, "totp 1") == "JBSWY3DP"
    sealing.keep_keys([sealing.new_key()])
    with pytest.raises(sealing.Unreadable):
        sealing.unseal(closed, "totp 1")
    assert sealing.bring(old)
    assert sealing.unseal(closed, "totp 1") == "JBSWY3DP"
    settings.KEYS = [sealing.new_key()]
    assert not sealing.bring(old), "the environment decides"
