"""What a person does with their own account: log in and out, change the password."""

from __future__ import annotations

from jiheng.web import transaction
from jiheng.web.org import passwords
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


def _account(username: str) -> Person | None:
    """The account of exactly this name, with what tells its district: one query whether or not it exists."""
    found = Person.objects.select_related("unit__department", "district").filter(username=username).first()
    return found if found is not None and found.username == username else None


def identify(username: str, password: str) -> Person | None:
    """The active person whose password this is.

    The work is the same for an account that does not exist, is disabled or has no password, so that the time it takes
    tells nothing.
    """
    person = _account(username)
    if person is None:
        Person().set_password(password)
        return None
    return person if person.check_password(password) and person.is_active else None


def login_failed(username: str, locked: bool = False) -> None:
    """Record a failed login, also to an account that does not exist: whose name is not kept, for it may be a password
    typed into the wrong field. How often that may happen, the lock-out limits."""
    action = "登录锁定" if locked else "登录失败"
    person = _account(username)
    record(action, person, name="" if person is not None else "没有这个账号")


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
    passwords.set_new(person, new, must_change=False)
    record("修改口令", person)
