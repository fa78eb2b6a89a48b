"""People who write, each in a browser of their own, and remember what they were told became of it."""

from __future__ import annotations

import http.client
import itertools
import json
import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from load.desks import Desk
from load.fill import PASSWORD
from load.forms import forms_of

TIMEOUT = 60
CHINA = ZoneInfo("Asia/Shanghai")
AGAIN = 0.5
"""Seconds after which somebody whose answer was lost sends the same form again."""
_DATA = re.compile(r'<script id="form-data" type="application/json">(.*?)</script>', re.S)
_CELL = re.compile(r'data-cell="(indicator:\d+:basis)"')
_STEP = ("submit", "recall")


@dataclass
class Write:
    """One write: ``became`` is kept, refused, or unknown where no answer was read."""

    kind: str
    token: str
    project: int
    by: str
    became: str = "unknown"


@dataclass
class Answer:
    """One request: when it was sent, how long it took in seconds, its status (0 where no answer was read)."""

    what: str
    at: float
    spent: float
    status: int
    text: str = ""


@dataclass
class Notes:
    """What one person has seen."""

    writes: list[Write] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)


class Writer:
    """A browser: kept connection, cookies, forms sent with their hidden fields, answers followed."""

    def __init__(self, port: int, number: int, desk: Desk) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
        self.number, self.desk, self.notes = number, desk, Notes()
        self.cookies: dict[str, str] = {}
        self.random = random.Random(number)
        self.counter = itertools.count(1)
        self.acts: list[Callable[[], None]] = [self.pay, self.sign]
        self.acts += [self.comment, self.score] if desk.is_reviewer else [self.save_cell, self.save_cell, self.step]

    def work(self, is_over: Callable[[], bool], think: tuple[float, float]) -> None:
        """Write until it is over, with pauses."""
        time.sleep(self.random.uniform(0, think[1]))
        while not is_over():
            self.random.choice(self.acts)()
            time.sleep(self.random.uniform(*think))

    def ask(self, what: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, str, str]:
        """Status, text and ``Location``; status 0 where no answer was read."""
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        begin, at, status, text, location = time.perf_counter(), time.monotonic(), 0, "", ""
        try:
            self.connection.request("POST" if body is not None else "GET", path, body, headers)
            response = self.connection.getresponse()
            text = response.read().decode("utf-8", "replace")
            status, location = response.status, response.getheader("Location", "")
        except (OSError, http.client.HTTPException) as error:
            self.connection.close()
            text = repr(error)
        else:
            for name, value in response.getheaders():
                if name.lower() == "set-cookie":
                    key, _, rest = value.partition("=")
                    self.cookies[key] = rest.partition(";")[0]
        said = "" if status in (200, 302) else text[:200]
        self.notes.answers.append(Answer(what, at, time.perf_counter() - begin, status, said))
        return status, text, location

    def log_in(self) -> None:
        """Raises ``RuntimeError`` where nobody was let in."""
        self.ask("登录页", "/login/")
        form = {
            "username": self.desk.username, "password": PASSWORD, "csrfmiddlewaretoken": self.cookies["csrftoken"],
        }  # fmt: skip
        status, _, _ = self.post("登录", "/login/", form)
        if status != 302:
            raise RuntimeError(f"{self.desk.username} 登录失败：{status}")

    def post(self, what: str, path: str, form: dict[str, str]) -> tuple[int, str, str]:
        return self.ask(
            what, path, urlencode(form).encode(), **{"Content-Type": "application/x-www-form-urlencoded"}
        )  # fmt: skip

    def write(self, kind: str, project: int, page: str, action: str, said: Callable[[str], dict[str, str]]) -> None:
        """Open a page, fill in its form for this action and send it; note what became of it."""
        status, text, _ = self.ask(f"{kind}页", page)
        forms = forms_of(text, action) if status == 200 else []
        forms = [f for f in forms if f.get("step", _STEP[0]) in _STEP]
        if not forms:
            return
        token = f"T{self.number:02d}N{next(self.counter):05d}E"
        write = Write(kind, token, project, self.desk.username)
        self.notes.writes.append(write)
        form = forms[0] | said(token)
        status, _, location = self.post(kind, action, form)
        while status == 0 and form.get("once"):  # the same form again is the same write
            time.sleep(AGAIN)
            status, _, location = self.post(kind, action, form)
        if status != 302:
            write.became = "refused" if 400 <= status < 500 else "unknown"
            return
        status, text, _ = self.ask("之后的页", location.partition("#")[0])
        if status == 200:
            write.became = "refused" if 'class="message error"' in text else "kept"

    def pay(self) -> None:
        project = self.random.choice(self.desk.paid)
        self.write(
            "支付", project, f"/execution/{project}/", f"/execution/{project}/entries/payment/",
            lambda token: {
                "on": f"{datetime.now(CHINA):%Y-%m-%d}",
                "amount": f"{self.random.randint(1, 999)}.50", "source": "fiscal",
                "number": token, "payee": "供应商", "note": "", "contract": "",
            },
        )  # fmt: skip

    def sign(self) -> None:
        """A contract of a project whose payments others register: it names the row that they lock."""
        project = self.random.choice(self.desk.paid)
        self.write(
            "合同", project, f"/execution/{project}/", f"/execution/{project}/contracts/",
            lambda token: {
                "name": token, "number": "", "supplier": "", "amount": "1000", "signed_on": "", "procurement": "",
            },
        )  # fmt: skip

    def comment(self) -> None:
        project = self.random.choice((*self.desk.reviewed, *self.desk.paid))
        action = f"/review/{project}/comment/"
        self.write("批注", project, f"/review/{project}/", action, lambda token: {"cell": "purpose", "text": token})

    def score(self) -> None:
        project = self.random.choice(self.desk.reviewed)
        action = f"/review/{project}/score/"
        self.write("审核表", project, f"/review/{project}/", action, lambda token: {"opinion": token})

    def step(self) -> None:
        project = self.random.choice(self.desk.drafts)
        action = f"/plan/{project}/step/"
        self.write("上报", project, f"/plan/{project}/", action, lambda token: {"reason": token})

    def save_cell(self) -> None:
        """A cell of an open table, saved as the page's script does."""
        project = self.random.choice(self.desk.drafts)
        status, page, _ = self.ask("表格页", f"/plan/{project}/")
        data, cells = _DATA.search(page), _CELL.findall(page)
        if status != 200 or not data or not cells or not json.loads(data[1])["editable"]:
            return
        token = f"T{self.number:02d}N{next(self.counter):05d}E"
        write = Write("单元格", token, project, self.desk.username)
        self.notes.writes.append(write)
        values = {self.random.choice(cells): f"《年度实施方案》{token}"}
        body = json.dumps({"values": values, "seen": json.loads(data[1])["revision"]}).encode()
        headers = {"Content-Type": "application/json", "X-CSRFToken": self.cookies["csrftoken"]}
        status, _, _ = self.ask("单元格", f"/plan/{project}/cells/", body, **headers)
        if status == 200:
            write.became = "kept"
        elif 400 <= status < 500:
            write.became = "refused"
