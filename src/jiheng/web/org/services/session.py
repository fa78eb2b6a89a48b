"""What a person does with their own account: log in and out, change the password, set up one-time codes."""

from __future__ import annotations

from django.utils import timezone

from jiheng.web import transaction
from jiheng.web.locks import for_update
from jiheng.web.org import totp
from jiheng.web.org.models import Person
from jiheng.web.supervision.actor import acting, actor
from jiheng.web.supervision.services import record


def logged_in(person: Person, by_provider: bool = False) -> None:
    """Record a login: nobody acts yet while the form is handled, so the person is named here."""
    with acting(person, actor().address):
        record("登录", person, None, {"by": "统一身份认证"} if by_provider else None)


def logged_out(person: Person) -> None:
    """Record a logout."""
    record("退出登录", person)


def login_failed(username: str, locked: bool) -> None:
    """Record a failed login to an account that exists. How often that may happen, the lock-out limits."""
    person = Person.objects.filter(username=username).first()
    if person is not None:
        record("账号锁定" if locked else "登录失败", person)


@transaction.atomic
def change_contact(person: Person, email: str, phone: str, wants_mail: bool) -> None:
    """The person's own addresses, and whether messages are mailed."""
    fields = {"email": email, "phone": phone, "wants_mail": wants_mail}
    before = {f: getattr(person, f) for f in fields}
    if fields == before:
        return
    for name, value in fields.items():
        setattr(person, name, value)
    person.save(update_fields=list(fields))
    record("修改联系方式", person, before, fields)


@transaction.atomic
def change_password(person: Person, new: str) -> None:
    """Set the person's own new password, whose rules the form has checked."""
    person.set_password(new)
    person.must_change_password = False
    person.password_changed_at = timezone.now()
    person.save(update_fields=["password", "must_change_password", "password_changed_at"])
    record("修改口令", person)


@transaction.atomic
def use_code(person: Person, code: str) -> bool:
    """Whether this one-time code is right and was not used before; it is used by that."""
    kept = for_update(Person.objects.all()).get(pk=person.pk)
    step = totp.step_of(kept.totp_secret, code, kept.totp_step)
    if step is None:
        return False
    Person.objects.filter(pk=kept.pk).update(totp_step=step)
    return True


@transaction.atomic
def set_up_codes(person: Person, secret: str, code: str) -> bool:
    """Ask for one-time codes at login from now on, where ``code`` shows that the app is set up."""
    step = totp.step_of(secret, code, 0)
    if step is None:
        return False
    Person.objects.filter(pk=person.pk).update(totp_secret=secret, totp_step=step)
    record("启用动态口令", person)
    return True


@transaction.atomic
def drop_codes(person: Person) -> None:
    """Ask for no one-time codes any more."""
    Person.objects.filter(pk=person.pk).update(totp_secret="", totp_step=0)
    record("停用动态口令", person)
