"""A new district with its three administrators: made by whoever runs the server, because nobody holds a role there."""

from __future__ import annotations

from jiheng.web import transaction
from jiheng.web.org.models import District, Person, RoleAssignment
from jiheng.web.org.passwords import temporary
from jiheng.web.org.roles import Role
from jiheng.web.org.services.places import Wrong
from jiheng.web.supervision.services import record

ADMINISTRATORS = {"xitong": Role.SYSTEM_ADMIN, "anquan": Role.SECURITY_ADMIN, "shenji": Role.AUDIT_ADMIN}
"""How the account of each begins; the district's code follows."""


@transaction.atomic
def create_district(code: str, name: str) -> tuple[District, list[tuple[Person, str]]]:
    """The district, and its administrators with their first passwords. Raises :class:`Wrong`."""
    code, name = code.strip(), " ".join(name.split())
    if len(code) != 6 or not code.isascii() or not code.isdecimal():
        raise Wrong(f"区划代码“{code}”不对：应为 6 位数字，例如 139902。")
    if not name or len(name) > 100:
        raise Wrong("请写区划名称，最多 100 个字。")
    if (before := District.objects.filter(code=code).first()) is not None:
        raise Wrong(f"区划 {code} 已经有了（{before.name}），没有改动。")
    usernames = {f"{stem}.{code}": role for stem, role in ADMINISTRATORS.items()}
    if taken := Person.objects.filter(username__in=usernames).values_list("username", flat=True).first():
        raise Wrong(f"账号“{taken}”已经有了，没有建立区划。")
    made = District.objects.create(code=code, name=name)
    people = [_administrator(made, username, role) for username, role in usernames.items()]
    record("建立区划", made, None, {"code": code, "name": name, "administrators": sorted(usernames)})
    return made, people


def _administrator(district: District, username: str, role: Role) -> tuple[Person, str]:
    password = temporary()
    person = Person.objects.create_user(username, f"{district.name}{role.label}"[:50], password, district=district)
    RoleAssignment.objects.create(person=person, role=role, district=district)
    return person, password
