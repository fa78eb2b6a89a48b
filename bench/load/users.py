"""Fifty people at work: each logs in, then opens pages and saves cells, thinking in between."""

from __future__ import annotations

import http.client
import json
import random
import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from load.fill import PASSWORD

TIMEOUT = 30
_WORDS = ("教室", "管网", "照明", "养护", "实验", "设备", "更新", "体检", "水库", "不会有的词")
_DATA = re.compile(r'<script id="form-data" type="application/json">(.*?)</script>', re.S)
_CELL = re.compile(r'data-cell="(indicator:\d+:basis)"')
_PROJECT = re.compile(r'href="/plan/(\d+)/"')
_REVIEW = re.compile(r'href="/review/(\d+)/')


@dataclass
class Measured:
    """Milliseconds of each answer by what was asked, and what went wrong."""

    times: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, what: str, milliseconds: float, error: str) -> None:
        with self.lock:
            self.times.setdefault(what, []).append(milliseconds)
            if error:
                self.errors.append(f"{what}: {error}")


class User:
    """One browser: a kept connection, cookies, the year's projects seen so far."""

    def __init__(self, port: int, username: str, role: str, units: list[int]) -> None:
        self.port, self.username, self.role, self.units = port, username, role, units
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
        self.cookies: dict[str, str] = {}
        self.random = random.Random(username)
        self.seen: list[str] = []
        self.waiting: list[str] = []
        self.measured = Measured()

    def ask(self, what: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, str]:
        """One request, timed from sending to the last byte of the answer."""
        headers |= {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        begin = time.perf_counter()
        try:
            self.connection.request("POST" if body is not None else "GET", path, body, headers)
            response = self.connection.getresponse()
            text = response.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException) as error:
            self.connection.close()
            self.measured.add(what, (time.perf_counter() - begin) * 1000, repr(error))
            return 0, ""
        spent = (time.perf_counter() - begin) * 1000
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        bad = "" if response.status in (200, 302) else f"{response.status} {path} {text[:200]}"
        self.measured.add(what, spent, bad)
        return response.status, text

    def log_in(self) -> None:
        """The login form as it is. Raises ``RuntimeError`` where nobody was let in."""
        self.ask("登录页", "/login/")
        form = {"username": self.username, "password": PASSWORD, "csrfmiddlewaretoken": self.cookies["csrftoken"]}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        status, _ = self.ask("登录", "/login/", urlencode(form).encode(), **headers)
        if status != 302 or "sessionid" not in self.cookies:
            raise RuntimeError(f"{self.username} 登录失败：{status}")

    def _list(self, what: str, **asked: Any) -> None:
        _, page = self.ask(what, f"/plan/?{urlencode(asked)}")
        self.seen = _PROJECT.findall(page) or self.seen

    def workbench(self) -> None:
        self.ask("工作台", "/")

    def project_list(self) -> None:
        self._list("项目清单", page=self.random.randint(1, 20))

    def filtered(self) -> None:
        asked: dict[str, Any] = {"found": self.random.choice(("errors", "warnings", "clean"))}
        asked["sort"] = self.random.choice(("risk", "budget", "recent", "name"))
        if self.role not in ("clerk", "unit_head"):
            asked["state"] = self.random.choice(("draft", "finance_review", "approved"))
            if self.random.random() < 0.5:
                asked["unit"] = self.random.choice(self.units)
        self._list("筛选", **asked)

    def search(self) -> None:
        self._list("搜索", q=self.random.choice(_WORDS))

    def project(self) -> None:
        if not self.seen:
            return self.project_list()
        return self._project() and None

    def _project(self) -> str:
        return self.ask("项目页", f"/plan/{self.random.choice(self.seen)}/")[1]

    def live_check(self) -> None:
        """Open a draft and save some cells of it, one after the other, as one does while typing."""
        self._list("筛选", state="draft")
        if not self.seen:
            return
        pk = self.random.choice(self.seen)
        _, page = self.ask("项目页", f"/plan/{pk}/")
        data = _DATA.search(page)
        cells = _CELL.findall(page)
        if not data or len(cells) < 2 or not json.loads(data[1])["editable"]:
            return
        seen = json.loads(data[1])["revision"]
        headers = {"Content-Type": "application/json", "X-CSRFToken": self.cookies["csrftoken"]}
        for cell in self.random.sample(cells, 2):
            body = {"values": {cell: f"《年度实施方案》第{self.random.randint(1, 99)}条"}, "seen": seen}
            status, text = self.ask("保存并检查", f"/plan/{pk}/cells/", json.dumps(body).encode(), **headers)
            if status != 200:
                return
            seen = json.loads(text)["revision"]

    def queue(self) -> None:
        asked = self.random.choice(({}, {"found": "errors"}, {"sort": "budget"}, {"q": self.random.choice(_WORDS)}))
        _, page = self.ask("审核队列", f"/review/?{urlencode(asked)}")
        self.waiting = _REVIEW.findall(page) or self.waiting

    def review(self) -> None:
        if not self.waiting:
            return self.queue()
        self.ask("审核页", f"/review/{self.random.choice(self.waiting)}/")
        return None

    def next(self) -> Callable[[], None]:
        """What this role does next."""
        common = ((self.workbench, 2), (self.project_list, 3), (self.filtered, 2), (self.search, 2), (self.project, 4))
        writes = ((self.live_check, 5),) if self.role == "clerk" else ()
        reads = ((self.queue, 3), (self.review, 4)) if self.role.endswith(("reviewer", "leader")) else ()
        chosen = (*common, *writes, *reads)
        return self.random.choices([do for do, _ in chosen], [weight for _, weight in chosen])[0]


def log_in_all(users: list[User]) -> None:
    """A few at a time: a password's hash is slow by design."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(User.log_in, users))


def work(users: list[User], seconds: float, think: tuple[float, float]) -> Measured:
    """Everybody works for so long, with pauses of so many seconds (from, to) between what they do."""
    measured, until = Measured(), time.monotonic() + seconds

    def one(user: User) -> None:
        user.measured = measured
        time.sleep(user.random.uniform(0, think[1]))
        while time.monotonic() < until:
            user.next()()
            time.sleep(user.random.uniform(*think))

    with ThreadPoolExecutor(len(users)) as pool:
        list(pool.map(one, users))
    return measured
