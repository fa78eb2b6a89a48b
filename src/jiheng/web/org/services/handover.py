"""Hand over what stands in the name of somebody who leaves: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Mapping

from jiheng.web import transaction
from jiheng.web.locks import for_update
from jiheng.web.org.handover import successors_of
from jiheng.web.org.holdings import Holding, movable
from jiheng.web.org.models import Person, RoleAssignment
from jiheng.web.org.permissions import require
from jiheng.web.org.roles import Role
from jiheng.web.org.services.people import set_active
from jiheng.web.org.services.places import Wrong
from jiheng.web.supervision.services import notify, record


@transaction.atomic
def hand_over(person: Person, someone: Person, wanted: Mapping[str, Person], disable: bool = False) -> int:
    """Move what stands in ``someone``'s name to the successor of each kind (by its key); how many things.

    Every kind of which there is anything must have a successor. Raises :class:`Wrong` and ``PermissionDenied``.
    """
    require(person, "org.manage_accounts", someone)
    someone = for_update(Person.objects.all()).get(pk=someone.pk)
    fit = set(successors_of(someone).values_list("pk", flat=True))
    moved: dict[Person, list[str]] = {}
    count = 0
    for holding in movable():
        rows = list(holding.of(someone))
        if not rows:
            continue
        successor = wanted.get(holding.key)
        if successor is None:
            raise Wrong(f"{someone.name}名下还有 {len(rows)} 项“{holding.label}”，请为它选择接手人。没有移交任何事项。")
        if successor.pk not in fit:
            raise Wrong(f"{successor.name}不是同部门或同岗位的在用人员，不能接手“{holding.label}”。没有移交任何事项。")
        moved.setdefault(successor, []).append(_move(person, holding, rows, someone, successor))
        count += len(rows)
    _tell(person, someone, moved)
    if disable and someone.is_active:
        set_active(person, someone, False)
    return count


def _move(person: Person, holding: Holding, rows: list[object], someone: Person, successor: Person) -> str:
    assert holding.move is not None
    names = [holding.show(row)[0] for row in rows]
    holding.move(person, rows, someone, successor)
    before = {"duty": holding.label, "holder": str(someone), "items": names}
    record("移交工作", someone, before, {"duty": holding.label, "holder": str(successor), "items": names})
    return f"{holding.label} {len(rows)} 项"


def _tell(person: Person, someone: Person, moved: Mapping[Person, list[str]]) -> None:
    if not moved:
        return
    for successor, parts in moved.items():
        notify(
            [successor],
            f"{someone.name}的工作移交给您：{'、'.join(parts)}，由{person.name}办理。请打开工作台核对。",
            "/",
        )
    to = "；".join(f"{'、'.join(parts)}移交给{successor.name}" for successor, parts in moved.items())
    notify([someone], f"您名下的工作已由{person.name}办理交接：{to}。")
    if someone.roles.exists():
        admins = RoleAssignment.objects.filter(
            role=Role.SECURITY_ADMIN, district=someone.scope().district, person__is_active=True
        ).select_related("person")
        names = "、".join(successor.name for successor in moved)
        text = (
            f"{someone.name}的工作已移交给{names}。角色不随之移交，请核对：接手人需要的请授予，本人不再需要的请收回。"
        )
        notify([a.person for a in admins], text, f"/org/people/{someone.pk}/handover/")
