"""Whatever is sent, the platform answers in words: nothing that a person can send makes it fail."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.django_db
NAMES = (
    "q page year unit department state found sort least came_back role person action start end a b edition kind month"
    " round project quarter status job origin page_size severity"
).split()  # fmt: skip
KEYS = (
    "unit year department section successor assignment parent project after page days batch last_year valid_from level"
    " round month amount"
).split()  # fmt: skip
BAD = ("abc", "9" * 5000, "²", "NaN")


@pytest.mark.parametrize("bad", BAD)
def test_addresses(world: Any, addresses: Any, path_of: Any, as_: Any, bad: str) -> None:
    asked = dict.fromkeys(NAMES, bad)
    seen = 0
    for someone in (world.reviewer, world.finance_reviewer):
        client = as_(someone)
        for address in addresses:
            answer = client.get(path_of(address), asked)
            assert answer.status_code < 500, (address.name, someone)
            seen += answer.status_code == 200
    assert seen > 20


@pytest.mark.parametrize("bad", BAD)
def test_forms(world: Any, addresses: Any, path_of: Any, as_: Any, bad: str, monkeypatch: Any) -> None:
    from jiheng.web.protection import limits

    monkeypatch.setattr(limits, "LIMITS", {})
    body = dict.fromkeys([*NAMES, *KEYS], bad)
    more = {"name": "名称", "code": "9", "reason": "x", "text": "x", "number": "x", "confirmed": "1"}
    doing = ("rename_unit", "add_section", "end_unit", "remove_section", "add_unit", "rename_department", "add_department",
             "grant", "revoke", "unlock", "enable", "forget_codes", bad)  # fmt: skip
    for someone in (world.clerk, world.reviewer, world.system_admin, world.security_admin):
        client = as_(someone)
        for address in addresses:
            if address.name in ("logout", "audit-export") or address.name.startswith("api-v1:"):
                continue
            for do in doing if address.name in ("org-change", "org-account-change") else ("",):
                sent = {**body, **more, "do": do, "role": "clerk", "action": "pass", f"score:{bad}": bad, f"action:{bad}": "new",
                        "score:规范性": bad}  # fmt: skip
                answer = client.post(path_of(address), sent)
                assert answer.status_code < 500, (address.name, someone, do)


JSON = [
    b"", b"[]", b"null", b"{", b"1", b'"x"', b"\xff", b"{" * 5000, b"[" * 100_000, b'{"seen": "x"}',
    b'{"seen": 1e400, "values": {"name": "x"}}', b'{"seen": NaN, "values": {"name": "x"}}',
    b'{"seen": 0, "values": {"name": {"a": []}}}', b'{"seen": 0, "values": []}', b'{"seen": 0, "values": {"goal:": "x"}}',
    b'{"seen": 0, "values": {"indicator:9999999999999999999999:name": "x"}, "was": {}}',
    b'{"seen": 0, "values": {"name": "\\u0000\\ud800"}, "was": {"overall": ""}}',
    b'{"seen": 99999999999999999999999, "do": "add", "kind": "goal", "after": 99999999999999999999999}',
    b'{"seen": 0, "do": "move", "row": "indicator:x", "by": 5}', b'{"seen": 0, "do": "remove", "row": "plan:"}',
    b'{"seen": 0, "do": "paste", "cell": "indicator:1:nothing", "text": "a\\tb"}',
    b'{"seen": 0, "do": "paste", "cell": "goal:x", "text": "a"}', b'{"seen": 0, "do": "paste", "cell": "plan", "text": "\\""}',
    b'{"seen": 0, "do": "take", "source": 99999999999999999999999, "parts": []}', b'{"seen": -1, "do": "periods"}',
    b'{"seen": 0, "cell": "\\u0000"}', b'{"seen": 0, "cell": ' + b'"x"' * 1 + b"}",
]  # fmt: skip


@pytest.mark.parametrize("body", JSON, ids=range(len(JSON)))
def test_what_the_script_sends(world: Any, as_: Any, body: bytes) -> None:
    clerk, reviewer = as_(world.clerk), as_(world.reviewer)
    for what in ("cells", "rows", "undo", "redo", "here"):
        answer = clerk.post(f"/plan/{world.project.pk}/{what}/", body, content_type="application/json")
        assert answer.status_code < 500, what
        assert answer["Content-Type"].startswith("application/json"), what
    for what in ("cells", "rows"):
        answer = reviewer.post(f"/plan/department/{world.department.pk}/{what}/", body, content_type="application/json")
        assert answer.status_code < 500, what
        assert answer["Content-Type"].startswith("application/json"), what


@pytest.mark.parametrize("secret", ["", " ", "x", "jh_" + "x" * 5000, "jh_\u00e9", "Bearer", "' OR 1=1 --"])
def test_tokens(world: Any, as_: Any, secret: str) -> None:
    answer = as_(None).get("/api/v1/projects", headers={"Authorization": f"Bearer {secret}".encode().decode("latin-1")})
    assert answer.status_code == 401
