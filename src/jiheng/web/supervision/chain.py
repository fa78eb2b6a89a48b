"""The hash chain of the audit trail: each entry's SM3 hash covers its content and the hash before it (GB/T 32905)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from cryptography.hazmat.primitives.hashes import SM3, Hash

GENESIS = "0" * 64
FIELDS = ("sequence", "at", "person", "address", "action", "kind", "object_id", "object_name", "before", "after")


LINKS = ("sequence", "previous", "hash")
"""What an entry tells where its content is withheld: another district's."""


def entry_hash(previous: str, entry: dict[str, Any]) -> str:
    """The hash of an entry: SM3 over the previous hash and the entry's fields as canonical JSON."""
    content = json.dumps([entry[f] for f in FIELDS], ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    digest = Hash(SM3())
    digest.update(previous.encode("ascii"))
    digest.update(content.encode("utf-8"))
    return digest.finalize().hex()


def first_broken(entries: Iterable[dict[str, Any]], withholding: bool = False) -> int | None:
    """The sequence number of the first entry that does not follow from those before it; ``None`` for a whole chain.

    With ``withholding``, as in an exported file, an entry may be marked ``withheld``: only its place is proved then.
    """

    def may_withhold(entry: dict[str, Any]) -> bool:
        return withholding and entry.get("withheld") is True

    previous, expected = GENESIS, 1
    for entry in entries:
        linked = entry["sequence"] == expected and entry["previous"] == previous
        if not linked or (not may_withhold(entry) and entry["hash"] != entry_hash(previous, entry)):
            return expected
        previous, expected = entry["hash"], expected + 1
    return None
