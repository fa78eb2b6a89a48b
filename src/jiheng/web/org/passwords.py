"""Password rules beyond Django's own (等保: three kinds of characters, changed at times), and first passwords."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import (
    MinimumLengthValidator,
    password_validators_help_texts,
    validate_password,
)
from django.core.exceptions import ValidationError
from django.utils import timezone

_KINDS = tuple(re.compile(kind) for kind in (r"[a-z]", r"[A-Z]", r"\d", r"[^A-Za-z0-9]"))
_CLEAR = ("abcdefghjkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789")
"""Letters and digits that nobody takes for one another when copied from paper."""


class ThreeKindsValidator:
    """Three of: small letters, capitals, digits, other signs."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise :class:`ValidationError` for a password of fewer kinds."""
        if sum(kind.search(password) is not None for kind in _KINDS) < 3:
            raise ValidationError(self.get_help_text(), code="password_kinds")

    def get_help_text(self) -> str:
        """The rule in words."""
        return "口令须包含大写字母、小写字母、数字、其他符号中的至少三种。"


class LengthValidator(MinimumLengthValidator):
    """Django's own, whose message has no Chinese translation in Django 5.2."""

    def get_error_message(self) -> str:
        """What is wrong, in words."""
        return f"口令太短，至少要有 {self.min_length} 个字符。"


def _ours(text: str) -> str:
    """What Django says of a password, in the words of these pages."""
    return re.sub("[你您]的密码|密码", "口令", text).replace("你", "您")


def rules() -> list[str]:
    """Every rule in words."""
    return [_ours(str(text)) for text in password_validators_help_texts()]


def check(password: str, person: Any) -> None:
    """Raise :class:`ValidationError` with every rule that the password breaks."""
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise ValidationError([_ours(message) for message in error.messages]) from error


def temporary() -> str:
    """A first password, good for one login: three groups that can be read out."""
    groups = ["".join(secrets.choice("".join(_CLEAR)) for _ in range(4)) for _ in range(2)]
    return "-".join([*groups, "".join(secrets.choice(kind) for kind in (*_CLEAR, _CLEAR[2]))])


def why_change(person: Any) -> str:
    """Why this person must change the password before going on; empty where nothing forces it."""
    if person.must_change_password:
        return "这是初始口令或刚被重置的口令，请先改成您自己的口令。"
    days = settings.PASSWORD_DAYS
    since = person.password_changed_at or person.created_at
    if days and timezone.now() - since > timedelta(days=days):
        return f"口令已使用超过 {days} 天，请修改后继续。"
    return ""
