"""One-time codes of a person: set up, used, dropped, demanded. Their secrets are kept sealed."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone

from jiheng.web import transaction
from jiheng.web.locks import for_update
from jiheng.web.org import totp
from jiheng.web.org.models import District, Person
from jiheng.web.org.permissions import require
from jiheng.web.org.roles import CodesFor
from jiheng.web.org.services.places import Wrong
from jiheng.web.protection import private, sealing
from jiheng.web.protection.sealing import Unreadable, seal, unseal
from jiheng.web.supervision.services import notify, record


def purpose_of(pk: int) -> str:
    """What a person's secret is sealed for."""
    return f"totp {pk}"


def demanded_of(person: Person) -> bool:
    """Whether the person must use codes: their district or the installation says so."""
    roles, held = {a.role for a in person.held()}, person.held()
    rules = {CodesFor(a.district.codes_for) for a in held} | {CodesFor(settings.CODES_FOR)}
    return any(rule.is_for(roles) for rule in rules)


@transaction.atomic
def demand(person: Person, district: District, codes_for: str) -> None:
    """Say who in the district must use codes. Raises :class:`Wrong` or ``PermissionDenied``."""
    require(person, "org.unlock", district)
    if codes_for not in CodesFor.values:
        raise Wrong("请从列出的范围中选一项。")
    if codes_for == district.codes_for:
        return
    before, district.codes_for = CodesFor(district.codes_for).label, codes_for
    district.save(update_fields=["codes_for"])
    record("规定必须使用动态口令的人员", district, {"people": before}, {"people": CodesFor(codes_for).label})


@transaction.atomic
def use_code(person: Person, code: str) -> bool:
    """Whether this one-time code is right and was not used before; it is used by that.

    Raises ``Unreadable`` where the installation's key does not open the secret.
    """
    kept = for_update(Person.objects.all()).get(pk=person.pk)
    step = totp.step_of(unseal(kept.totp_secret, purpose_of(kept.pk)), code, kept.totp_step)
    if step is None:
        return False
    Person.objects.filter(pk=kept.pk).update(totp_step=step)
    return True


@transaction.atomic
def set_up(person: Person, secret: str, code: str) -> bool:
    """Ask for one-time codes at login from now on, where ``code`` shows that the app is set up."""
    step = totp.step_of(secret, code, 0)
    if step is None:
        return False
    sealed = seal(secret, purpose_of(person.pk))
    Person.objects.filter(pk=person.pk).update(totp_secret=sealed, totp_step=step)
    record("启用动态口令", person)
    return True


@transaction.atomic
def drop(person: Person) -> None:
    """Ask for no one-time codes any more."""
    Person.objects.filter(pk=person.pk).update(totp_secret="", totp_step=0)
    record("停用动态口令", person)


@transaction.atomic
def forget(person: Person, someone: Person) -> None:
    """Ask someone for no one-time codes any more who lost the device. Nobody does so for themselves here."""
    require(person, "org.unlock", someone)
    if someone.pk == person.pk:
        raise Wrong("不能在这里停用自己的动态口令。")
    someone.totp_secret, someone.totp_step = "", 0
    someone.save(update_fields=["totp_secret", "totp_step"])
    record("停用他人的动态口令", someone)
    notify([someone], f"您的动态口令已由{person.name}停用。如果不是您要求的，请立即修改口令并报告。")


def unreadable() -> list[Person]:
    """Whose secret no key of this installation opens: after a restore without the key, say."""
    return [person for person in Person.objects.exclude(totp_secret="") if not _opens(person)]


def _opens(person: Person) -> bool:
    try:
        unseal(person.totp_secret, purpose_of(person.pk))
    except Unreadable:
        return False
    return True


def change_key() -> tuple[int, str]:
    """Close every secret with a new key; how many, and where the keys of before are kept.

    Whatever stops it on the way, the file holds every key that a secret is closed with. Where ``JIHENG_KEY`` names the
    keys, its first is the new one already.
    """
    if settings.KEYS:
        return _seal_anew(), ""
    before = sealing.keys()
    aside = sealing.key_file().with_name(f"key.{timezone.localtime():%Y%m%d%H%M%S}")
    private.write(aside, "".join(f"{key}\n" for key in before))
    sealing.keep_keys([sealing.new_key(), *before])
    count = _seal_anew()
    if not unreadable():
        sealing.keep_keys(sealing.keys()[:1])
    return count, str(aside)


@transaction.atomic
def _seal_anew() -> int:
    """Close every secret with the present key; how many. Those that no key opens stay as they are."""
    count = 0
    for person in for_update(Person.objects.exclude(totp_secret="")):
        if _opens(person):
            sealed = seal(unseal(person.totp_secret, purpose_of(person.pk)), purpose_of(person.pk))
            Person.objects.filter(pk=person.pk).update(totp_secret=sealed)
            count += 1
    record("更换加密密钥", None, None, {"people": count})
    return count
