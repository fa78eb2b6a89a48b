"""One-time codes of an authenticator app (RFC 6238), each good once."""

from __future__ import annotations

from datetime import datetime

import pyotp
from django.utils import timezone


def new_secret() -> str:
    """A secret for a person's authenticator app."""
    return pyotp.random_base32()


def address(secret: str, username: str) -> str:
    """The ``otpauth:`` address that sets an app up."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name="绩衡")


def step_of(secret: str, code: str, after: int, at: datetime | None = None) -> int | None:
    """The time step this code belongs to: now, the one before or the one after, later than ``after``; or ``None``."""
    totp = pyotp.TOTP(secret)
    now = totp.timecode(at or timezone.now())
    for step in (now, now - 1, now + 1):
        if step > after and pyotp.utils.strings_equal(totp.generate_otp(step), code):
            return step
    return None
