"""Secrets that must be read again are kept encrypted (AES-256-GCM) with the installation's key, which is no part of the
database: who has a copy of the database, or of a backup, cannot read them.

The key is the first line of the file ``key`` in the data folder, or the first in ``JIHENG_KEY``; those after it are
keys of before, which still open what they closed.
"""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from jiheng.web.protection import private

_MARK = "k1:"
_NONCE = 12


class Unreadable(Exception):
    """Closed with a key that is not here."""


def new_key() -> str:
    """A key as one line of text."""
    return base64.urlsafe_b64encode(AESGCM.generate_key(256)).decode("ascii")


def key_file() -> Path:
    """Where the keys are kept, unless ``JIHENG_KEY`` names them."""
    return Path(settings.KEY_FILE)


def keys() -> list[str]:
    """The keys, the present one first; made where there is none yet."""
    if settings.KEYS:
        return list(settings.KEYS)
    return private.kept_once(key_file(), lambda: new_key() + "\n").split()


def _cipher(key: str) -> AESGCM:
    return AESGCM(base64.urlsafe_b64decode(key))


def seal(text: str, purpose: str) -> str:
    """The text as it is kept; it opens for the same ``purpose`` alone, so that nobody can put it in another's place."""
    nonce = os.urandom(_NONCE)
    closed = _cipher(keys()[0]).encrypt(nonce, text.encode(), purpose.encode())
    return _MARK + base64.urlsafe_b64encode(nonce + closed).decode("ascii")


def is_sealed(text: str) -> bool:
    """Whether a text is one that :func:`seal` made."""
    return text.startswith(_MARK)


def unseal(sealed: str, purpose: str) -> str:
    """The text again. Raises :class:`Unreadable` where no key of ours opens it."""
    if not is_sealed(sealed):
        raise Unreadable
    data = base64.urlsafe_b64decode(sealed.removeprefix(_MARK))
    for key in keys():
        try:
            return _cipher(key).decrypt(data[:_NONCE], data[_NONCE:], purpose.encode()).decode()
        except InvalidTag:
            continue
    raise Unreadable


def keep_keys(found: list[str]) -> None:
    """Replace the keys of the file, at once or not at all."""
    waiting = key_file().with_name(f".key.{secrets.token_hex(4)}")
    private.write(waiting, "".join(f"{key}\n" for key in found))
    waiting.replace(key_file())


def bring(found: list[str]) -> bool:
    """Let keys of another installation open what they closed; ``False`` where ``JIHENG_KEY`` decides instead."""
    if settings.KEYS:
        return set(found) <= set(settings.KEYS)
    here = key_file().read_text("ascii").split() if key_file().exists() else []
    keep_keys([*here, *(key for key in found if key not in here)])
    return True
