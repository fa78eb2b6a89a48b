"""Password rules beyond Django's own (等保: three kinds of characters, changed at times), and first passwords."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import (
    MinimumLengthValidator,
    password_validators_help_texts,
    validate_password,
)
from django.core.exceptions import ValidationError
from django.utils import timezone

from jiheng.web import transaction
from jiheng.web.locks import for_update
from jiheng.web.org.models import Person

_KINDS = tuple(re.compile(kind) for kind in (r"[a-z]", r"[A-Z]", r"\d", r"[^A-Za-z0-9]"))
_DIFFERENT = 6
_RUN = 4
_SHORTEST_NAME = 3
"""Shorter accounts are found in passwords by chance."""
_FORWARDS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1qaz2wsx3edc4rfv5tgb")
_ROWS = (*_FORWARDS, *(row[::-1] for row in _FORWARDS))
KEPT = 5
"""So many passwords, with the present one, are not taken again."""
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


class VarietyValidator:
    """Enough different characters, and none of what is tried first: repetitions, rows of the alphabet or the keyboard,
    the name of the account."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise :class:`ValidationError` with everything that is wrong."""
        low, found = password.lower(), []
        if len(set(low)) < _DIFFERENT:
            found.append(f"口令里不同的字符太少，至少要有 {_DIFFERENT} 种（大小写算一种）。")
        if part := _row(low):
            found.append(f"口令里的“{part}”是重复或连着的字符（如 aaaa、1234、qwer），容易猜中，请换掉。")
        username = str(getattr(user, "username", "")).lower()
        if len(username) >= _SHORTEST_NAME and username in low:
            found.append("口令里不能包含账号。")
        if found:
            raise ValidationError([ValidationError(text, code="password_variety") for text in found])

    def get_help_text(self) -> str:
        """The rule in words."""
        runs = f"不能有 {_RUN} 个以上重复或连着的字符（如 aaaa、1234、qwer）"
        return f"至少 {_DIFFERENT} 种不同的字符，{runs}，不能包含账号。"


def _row(low: str) -> str:
    """The first few characters that repeat one, or follow one another in the alphabet or on the keyboard."""
    for at in range(len(low) - _RUN + 1):
        part = low[at : at + _RUN]
        if len(set(part)) == 1 or any(part in row for row in _ROWS):
            return part
    return ""


class PastValidator:
    """Not one of the last few passwords of the same person, nor the present one."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise :class:`ValidationError` for a password that the person has had."""
        if user is None or user.pk is None:
            return
        had = [user.password, *user.past_passwords.values_list("password", flat=True)[: KEPT - 1]]
        if any(check_password(password, one) for one in had):
            raise ValidationError(
                f"这是您最近用过的口令。最近 {KEPT} 个口令都不能再用，请换一个。", code="password_past"
            )

    def get_help_text(self) -> str:
        """The rule in words."""
        return f"不能与最近用过的 {KEPT} 个口令相同。"


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


@transaction.atomic
def set_new(person: Any, new: str, must_change: bool) -> None:
    """Give the person another password; the one until now is remembered with it, or neither."""
    kept = for_update(Person.objects.all()).get(pk=person.pk)
    kept.past_passwords.create(password=kept.password)
    gone = list(kept.past_passwords.values_list("pk", flat=True)[KEPT - 1 :])
    kept.past_passwords.filter(pk__in=gone).delete()
    person.set_password(new)
    person.must_change_password, person.password_changed_at = must_change, timezone.now()
    person.save(update_fields=["password", "must_change_password", "password_changed_at"])
