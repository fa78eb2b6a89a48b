"""Wrong passwords and codes: how many tries an account has from one address, and an address has over all accounts.

A stranger who guesses slows down only themselves: the tries are counted for the pair of account and address. Who logs
in from a browser that was let in to this account before is counted by that browser alone, whatever strangers do at the
same address. Guesses from many addresses together are bounded too, for addresses from which this account never logged
in. Accounts are counted as they were typed, whether or not they exist, so that a refusal tells nothing about that.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from django.db import IntegrityError
from django.db.models import F, Q, QuerySet
from django.utils.crypto import salted_hmac

from jiheng.web import transaction
from jiheng.web.protection.models import KnownPlace, Tries

DAY = 86400
KNOWN_DAYS = 180
"""For how long a browser or an address stays known after its last login."""


@dataclass(frozen=True, slots=True)
class Bound:
    """``most`` wrong tries; the next one has to wait until ``seconds`` after the last of them."""

    kind: str
    most: int
    seconds: int


PAIR = Bound("pair", 5, 1800)
DEVICE = Bound("device", 5, 1800)
ADDRESS = Bound("address", 60, 600)
ACCOUNT = Bound("account", 60, 3600)
CODE_PAIR = Bound("code-pair", 5, 1800)
CODE_DEVICE = Bound("code-device", 5, 1800)
CODE_ACCOUNT = Bound("code-account", 20, 3600)
_LOCKS = {bound.kind: bound for bound in (PAIR, DEVICE, ACCOUNT, CODE_PAIR, CODE_DEVICE, CODE_ACCOUNT)}


def same_place(address: str) -> str:
    """The address as it is counted: of IPv6 its network of 64 bits, in which one subscriber has any number."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    mapped = getattr(found, "ipv4_mapped", None)
    if found.version == 4 or mapped is not None:
        return str(mapped or found)
    return str(ip_network((found, 64), strict=False))


def hidden(text: str) -> str:
    """What is kept of an account or an address: people type passwords into the field of the account."""
    return salted_hmac(__name__, text, algorithm="sha256").hexdigest() if text else ""


def _now() -> int:
    return int(time.time())


class Attempt:
    """One try to log in to ``account`` from ``address``; ``device`` names a browser that the account knows, if it does.

    ``code``: it is the second step, whose tries are counted apart: a right password gives no new tries for the code.
    """

    def __init__(self, account: str, address: str, device: str = "", code: bool = False) -> None:
        place = same_place(address)
        self.account, self.place = hidden(account), hidden(place)
        self.device = hidden(f"{account} {device}") if device else ""
        self.code = code

    def _bounds(self) -> list[tuple[Bound, str, str]]:
        """What the try is counted for: each bound with the account and the place."""
        if self.device:
            return [(CODE_DEVICE if self.code else DEVICE, self.account, self.device)]
        found = [(CODE_PAIR if self.code else PAIR, self.account, self.place), (ADDRESS, "", self.place)]
        if not KnownPlace.objects.filter(account=self.account, place=self.place).exists():
            found.append((CODE_ACCOUNT if self.code else ACCOUNT, self.account, ""))
        return found

    def take(self) -> int:
        """Count this try before it is looked at, so that many at once are not more than one after the other.

        Returns 0, or for how many seconds to wait: then the try must not be looked at.
        """
        bounds, now = self._bounds(), _now()
        if wait := _wait(bounds, now):
            return wait
        for bound in bounds:
            _count(*bound, now)
        return _wait(bounds, now, over=1)

    def wait(self) -> int:
        """For how many seconds the next try has to wait; 0 where it has not."""
        return _wait(self._bounds(), _now())

    def left(self) -> int:
        """How many tries are left."""
        bounds = self._bounds()
        return max(0, min(b.most - row.count for (b, _, _), row in zip(bounds, _rows(bounds), strict=True)))

    def give_back(self) -> None:
        """The password or the code was right: this try was no guess."""
        for bound in self._bounds():
            _of(*bound).filter(count__gt=0).update(count=F("count") - 1)

    def succeeded(self) -> None:
        """Forget the wrong tries of this account at this place or browser, which is known from now on."""
        mine = Tries.objects.filter(account=self.account)
        mine.filter(place__in=[p for p in (self.place, self.device) if p]).delete()
        _know(self.account, self.place)


def _of(bound: Bound, account: str, place: str) -> QuerySet[Tries]:
    return Tries.objects.filter(kind=bound.kind, account=account, place=place)


def _rows(bounds: list[tuple[Bound, str, str]]) -> list[Tries]:
    """What is counted for each bound, in their order; of those without a row, none."""
    wanted = Q()
    for bound, account, place in bounds:
        wanted |= Q(kind=bound.kind, account=account, place=place)
    found = {row.kind: row for row in Tries.objects.filter(wanted)}
    return [found.get(bound.kind) or Tries(kind=bound.kind, count=0, since=0) for bound, _, _ in bounds]


def _wait(bounds: list[tuple[Bound, str, str]], now: int, over: int = 0) -> int:
    waits = [0]
    for (bound, _, _), row in zip(bounds, _rows(bounds), strict=True):
        if row.count >= bound.most + over and row.since + bound.seconds > now:
            waits.append(row.since + bound.seconds - now)
    return max(waits)


def _count(bound: Bound, account: str, place: str, now: int) -> None:
    """Count one more; the last one that is allowed begins the wait."""
    mine = _of(bound, account, place)
    if mine.filter(since__gt=now - bound.seconds).update(count=F("count") + 1):
        mine.filter(count=bound.most).update(since=now)
        return
    if mine.update(count=1, since=now):
        return
    Tries.objects.filter(since__lt=now - DAY).delete()
    try:
        with transaction.atomic():
            Tries.objects.create(kind=bound.kind, account=account, place=place, count=1, since=now)
    except IntegrityError:  # another process counted the first one
        mine.update(count=F("count") + 1)


def _know(account: str, place: str) -> None:
    now = _now()
    mine = KnownPlace.objects.filter(account=account, place=place)
    if mine.filter(at__gt=now - DAY).exists() or mine.update(at=now):
        return
    KnownPlace.objects.filter(at__lt=now - KNOWN_DAYS * DAY).delete()
    try:
        with transaction.atomic():
            KnownPlace.objects.create(account=account, place=place, at=now)
    except IntegrityError:  # logged in twice at once
        return


def locked_out(accounts: list[str]) -> set[str]:
    """Which of these accounts some address or browser has to wait for."""
    names, now = {hidden(name): name for name in accounts}, _now()
    rows = Tries.objects.filter(account__in=names)
    return {
        names[row.account]
        for row in rows
        if row.kind in _LOCKS and row.count >= _LOCKS[row.kind].most and row.since + _LOCKS[row.kind].seconds > now
    }


def unlock_account(account: str) -> int:
    """Forget the wrong tries at this account, from wherever they came; how many counts there were."""
    return Tries.objects.filter(account=hidden(account)).delete()[0]


def unlock_address(address: str) -> int:
    """Forget the wrong tries from this address, at whichever account; how many counts there were."""
    return Tries.objects.filter(place=hidden(same_place(address))).delete()[0]
