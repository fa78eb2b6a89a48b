"""What meets somebody else's lock is done again from the beginning, a few times; then who asked is told, never failed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, OperationalError, connection, connections
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from jiheng.web import retrying, transaction
from jiheng.web.execution.models import Contract, Payment
from jiheng.web.jobs import kinds, ticks
from jiheng.web.jobs import services as jobs
from jiheng.web.jobs.models import Job
from jiheng.web.locks import lock
from jiheng.web.middleware import TryAgain
from jiheng.web.org.models import Department, Unit
from jiheng.web.plan.models import BudgetYear, Project
from jiheng.web.protection import errors
from jiheng.web.retrying import LOOKS, TRIES, Busy, met_a_lock, retried
from jiheng.web.supervision.models import AuditEntry, AuditHead
from jiheng.web.supervision.queries import verify
from jiheng.web.supervision.services import record

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 60
IMPATIENT = {
    "sqlite": "PRAGMA busy_timeout = 0",
    "postgresql": "SET lock_timeout = '50ms'",
    "mysql": "SET SESSION innodb_lock_wait_timeout = 1",
}


class Holder:
    """Somebody else's transaction, which holds a row until it is told to end."""

    def __init__(self, model: Any, key: int) -> None:
        self.model, self.key = model, key
        self.held, self.over = Event(), Event()
        self.thread = Thread(target=self.run, daemon=True)

    def run(self) -> None:
        try:
            with transaction.atomic():
                lock(self.model, [self.key])
                self.held.set()
                self.over.wait(PATIENCE)
        finally:
            connections.close_all()

    def end(self) -> None:
        self.over.set()
        self.thread.join(PATIENCE)


@pytest.fixture
def held() -> Any:
    """``with held(model, key) as holder``: the row is locked by another connection until ``holder.end()``."""

    @contextmanager
    def hold(model: Any, key: int) -> Iterator[Holder]:
        holder = Holder(model, key)
        holder.thread.start()
        assert holder.held.wait(PATIENCE)
        with connection.cursor() as cursor:
            cursor.execute(IMPATIENT[connection.vendor])
        try:
            yield holder
        finally:
            holder.end()
            connection.close()  # the next one is as patient as ever

    return hold


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> Any:
    """``pauses(act)``: instead of pausing between two tries, this is done; how often, the list that it gives tells."""

    def replace(act: Callable[[], object]) -> list[float]:
        seen: list[float] = []

        def pause(seconds: float) -> None:
            seen.append(seconds)
            act()

        monkeypatch.setattr(retrying.time, "sleep", pause)
        return seen

    return replace


@pytest.fixture
def project(district: Any) -> Project:
    return Project.objects.create(
        unit=Unit.objects.get(code="601001"), budget_year=BudgetYear.objects.get(), name="道路绿化补植",
        state="approved", budget_total=40, budget_fiscal=40,
    )  # fmt: skip


@pytest.fixture
def browser(person: Any) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(person("clerk"), backend="django.contrib.auth.backends.ModelBackend")
    return client


def pay(browser: Client, project: Project) -> Any:
    typed = {"on": "2026-03-10", "amount": "1200", "source": "fiscal", "number": "记-1"}
    return browser.post(f"/execution/{project.pk}/entries/payment/", typed)


def test_a_payment_that_meets_a_lock_is_registered_once(
    browser: Client, project: Project, held: Any, pauses: Any
) -> None:  # fmt: skip
    with held(Project, project.pk) as holder:
        tries = pauses(holder.end)
        answer = pay(browser, project)
    assert (answer.status_code, len(tries)) == (302, 1)
    page = browser.get(answer["Location"]).content.decode()
    assert page.count("已登记支付。") == 1
    assert Payment.objects.count() == 1
    assert [e.action for e in AuditEntry.objects.all()].count("登记支付") == 1
    assert verify() == (AuditEntry.objects.count(), None)


def test_who_meets_a_lock_at_every_try_is_asked_to_come_again(
    browser: Client, project: Project, held: Any, pauses: Any, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(retrying, "TRIES", 3)
    with held(Project, project.pk):
        tries = pauses(lambda: None)
        answer = pay(browser, project)
    assert (answer.status_code, answer["Retry-After"], len(tries)) == (503, "5", 2)
    assert "没有做任何改动" in answer.content.decode()
    assert not Payment.objects.exists()


def test_a_script_is_told_in_its_own_shape(
    browser: Client, project: Project, held: Any, pauses: Any, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(retrying, "TRIES", 2)
    Project.objects.update(state="draft")
    with held(Project, project.pk):
        pauses(lambda: None)
        body = {"values": {"purpose": "修路"}, "seen": 0}
        answer = browser.post(f"/plan/{project.pk}/cells/", body, content_type="application/json")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "没有做任何改动" in answer.json()["error"]


def test_a_machine_is_told_in_the_shape_of_the_interface(rf: RequestFactory) -> None:
    answer = errors.busy(rf.post("/api/v1/monitoring/records"), 5)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "没有做任何改动" in json.loads(answer.content)["detail"]
    partial = errors.busy(rf.post("/plan/"), 5, True).content.decode()
    assert ("没有做任何改动" in partial, "可能只办了一部分" in partial) == (False, True)


def test_the_second_try_begins_from_what_is_stored(browser: Client, project: Project, held: Any, pauses: Any) -> None:
    """The first has changed the contract in memory before it met the lock at its end."""
    kept = Contract.objects.create(project=project, name="旧合同", amount=100)
    record("此前的改动", project)
    with held(AuditHead, 1) as holder:
        tries = pauses(holder.end)
        answer = browser.post(f"/execution/contracts/{kept.pk}/", {"name": "新合同", "amount": "200"})
    assert (answer.status_code, len(tries)) == (302, 1)
    changed = AuditEntry.objects.get(action="更正合同")
    assert ("旧合同" in changed.before, "新合同" in changed.after) == (True, True)
    assert Contract.objects.get().name == "新合同"


def deadlock(*_: Any) -> None:
    """As Django tells it where MariaDB or PostgreSQL chose this transaction to give way."""
    error = OperationalError(1213, "Deadlock found when trying to get lock; try restarting transaction")
    raise error


def test_the_request_of_the_second_try_is_that_of_the_first(browser: Client, rf: RequestFactory) -> None:
    """Its files are read from their beginning, what was said and kept in the session is said and kept once."""
    request = rf.post("/", {"file": SimpleUploadedFile("a.txt", b"content")})
    first = browser.get("/").wsgi_request
    request.session, request.user = first.session, first.user
    request._messages = first._messages  # type: ignore[attr-defined]
    seen: list[Any] = []

    def view(request: HttpRequest) -> HttpResponse:
        request._messages.add(20, "已保存")  # type: ignore[attr-defined]
        request.session["count"] = request.session.get("count", 0) + 1
        seen.append((request.FILES["file"].read(), request.session["count"], request.user.name))  # type: ignore[union-attr]
        request.user.name = "改过的名字"  # type: ignore[union-attr]
        if len(seen) < 3:
            deadlock()
        return HttpResponse()

    TryAgain(view).process_view(request, view, (), {})
    assert seen == [(b"content", 1, request.user.__class__.objects.get().name)] * 3
    assert len(request._messages._queued_messages) == 1  # type: ignore[attr-defined]


def test_work_that_has_committed_a_part_is_not_done_again(district: Any, pauses: Any) -> None:
    tries = pauses(lambda: None)

    def work() -> None:
        record("第一步", district)
        deadlock()

    with pytest.raises(Busy) as busy:
        retried(work)
    assert (busy.value.is_partial, tries, AuditEntry.objects.count()) == (True, [], 1)


def test_inside_of_a_transaction_whoever_began_it_tries_again(pauses: Any) -> None:
    tries = pauses(lambda: None)
    with pytest.raises(OperationalError), transaction.atomic():
        retried(deadlock)
    assert tries == []


def test_tries_are_bounded_and_pauses_grow_and_differ(pauses: Any) -> None:
    tries = pauses(lambda: None)
    with pytest.raises(Busy):
        retried(deadlock)
    assert len(tries) == len(set(tries)) == TRIES - 1
    assert max(tries[:1]) < max(tries[4:])


def test_who_finds_a_row_gone_or_taken_looks_again_and_no_more(district: Any, pauses: Any) -> None:
    pauses(lambda: None)
    looks: list[int] = []

    def work(error: Exception) -> None:
        looks.append(1)
        raise error

    for error in (IntegrityError("taken"), ObjectDoesNotExist("gone")):
        looks.clear()
        with pytest.raises(type(error)):
            retried(lambda e=error: work(e))  # type: ignore[misc]
        assert len(looks) == LOOKS
    looks.clear()
    with pytest.raises(OperationalError):
        retried(lambda: work(OperationalError(2006, "server has gone away")))
    assert len(looks) == 1


def test_a_real_lock_is_told_from_other_troubles(project: Project, held: Any) -> None:
    with held(Project, project.pk), pytest.raises(OperationalError) as error, transaction.atomic():
        lock(Project, [project.pk])
    assert met_a_lock(error.value)
    with pytest.raises(OperationalError if connection.vendor == "sqlite" else Exception) as other:
        Project.objects.raw("SELECT nonsense FROM nowhere")[0]
    assert not met_a_lock(other.value)


def test_of_two_departments_of_one_code_the_second_is_refused(
    person: Any, pauses: Any, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    """The first came between the look and the insert: the second look finds it, and says so."""
    if not connection.features.has_select_for_update:
        pytest.skip("on SQLite nothing comes between")
    client = Client(raise_request_exception=False)
    client.force_login(person("system_admin"), backend="django.contrib.auth.backends.ModelBackend")
    pauses(lambda: None)
    create, came = Department.objects.create, Event()

    def first(**fields: Any) -> None:
        create(**fields | {"name": "先到的部门"})
        connections.close_all()

    def overtaken(**fields: Any) -> Any:
        if not came.is_set():
            came.set()
            thread = Thread(target=first, kwargs=fields)
            thread.start()
            thread.join(PATIENCE)
        return create(**fields)

    monkeypatch.setattr(Department.objects, "create", overtaken)
    answer = client.post("/org/change/", {"do": "add_department", "code": "777", "name": "后到的部门"})
    assert (answer.status_code, came.is_set()) == (302, True)
    assert "部门代码 777 已经有了" in client.get(answer["Location"]).content.decode()
    assert Department.objects.get(code="777").name == "先到的部门"


def test_a_job_goes_on_where_it_met_a_lock(district: Any, pauses: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses(lambda: None)
    done: list[int] = []

    def work(payload: dict[str, Any], progress: Any) -> dict[str, Any]:
        for n in range(progress.job.done, 3):
            progress(n, 3)
            with transaction.atomic():
                record(f"第{n}步", district)
            done.append(n)
            if len(done) == 2:
                deadlock()
        return {"done": done}

    monkeypatch.setitem(kinds._kinds, "test.retried", kinds.Kind(work, kinds.QUICK, False))
    asked = jobs.ask("test.retried", "测试", {})
    jobs.perform(asked.pk)
    assert Job.objects.get(pk=asked.pk).state == Job.State.DONE


def test_what_is_due_is_done_again_where_it_met_a_lock(pauses: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[int] = []
    pauses(lambda: None)

    def due() -> None:
        tries.append(1)
        if len(tries) < 3:
            deadlock()

    monkeypatch.setattr(ticks, "_ticks", {"test": due})
    assert (ticks.run_ticks(), len(tries)) == ([], 3)
