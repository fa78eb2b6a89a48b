"""Messages are mailed too: gathered, in the background, to those who want them; a mail server that fails hinders nobody."""

from __future__ import annotations

import smtplib
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.utils import timezone

from jiheng.web.jobs.models import Job
from jiheng.web.jobs.services import perform
from jiheng.web.mail.digest import DIGEST_JOB
from jiheng.web.supervision.models import Notification
from jiheng.web.supervision.services import notify

pytestmark = pytest.mark.django_db


class Broken(EmailBackend):
    """A mail server that does not answer."""

    def send_messages(self, messages: Any) -> int:
        raise ConnectionRefusedError("没有回应")


class Picky(EmailBackend):
    """A mail server that refuses one address."""

    def send_messages(self, messages: Any) -> int:
        if "refused@" in messages[0].to[0]:
            raise smtplib.SMTPRecipientsRefused({messages[0].to[0]: (550, b"no such user")})
        return super().send_messages(messages)


@pytest.fixture
def configured(settings: Any) -> Any:
    settings.EMAIL_HOST, settings.SITE_URL = "mail.example", "https://jiheng.example"
    return settings


@pytest.fixture
def clerk(person: Any) -> Any:
    someone = person("clerk")
    someone.email = "clerk@example.org"
    someone.save()
    return someone


def work() -> list[Job]:
    """Do the jobs that wait, as the worker does when their time has come."""
    jobs = list(Job.objects.filter(kind=DIGEST_JOB, state=Job.State.WAITING))
    for one in jobs:
        perform(one.pk)
        one.refresh_from_db()
    return jobs


def test_many_messages_make_one_letter(configured: Any, clerk: Any) -> None:
    for n in range(25):
        notify([clerk], f"“公园养护{n}”被退回", "/plan/1/")
    assert mail.outbox == [], "nothing is sent while somebody works"
    assert [j.state for j in work()] == [Job.State.DONE]
    letter = mail.outbox[0]
    assert len(mail.outbox) == 1
    assert (letter.to, letter.subject) == (["clerk@example.org"], "绩衡：您有 25 条新消息")
    assert "“公园养护0”被退回" in letter.body
    assert "https://jiheng.example/plan/1/" in letter.body
    assert "其余 5 条" in letter.body
    notify([clerk], "又一条")
    work()
    assert mail.outbox[1].subject == "绩衡：您有 1 条新消息"


def test_without_a_mail_server_nothing_is_asked_for(clerk: Any) -> None:
    notify([clerk], "一条消息")
    assert not Job.objects.exists()


@pytest.mark.parametrize("why", ["off", "no address", "disabled", "read", "old"])
def test_who_gets_no_letter(configured: Any, clerk: Any, why: str) -> None:
    notify([clerk], "一条消息")
    changes = {"off": {"wants_mail": False}, "no address": {"email": ""}, "disabled": {"is_active": False}}
    type(clerk).objects.filter(pk=clerk.pk).update(**changes.get(why, {"wants_mail": True}))
    now = timezone.now()
    changed = {"read": {"read_at": now}, "old": {"at": now - timedelta(days=2)}}.get(why, {"mailed_at": None})
    Notification.objects.update(**changed)
    assert [j.state for j in work()] == [Job.State.DONE]
    assert mail.outbox == []


def test_a_server_that_does_not_answer_is_tried_again(configured: Any, clerk: Any) -> None:
    configured.EMAIL_BACKEND = f"{__name__}.Broken"
    notify([clerk], "一条消息")
    assert Notification.objects.count() == 1, "the message itself is there"
    failed = work()[0]
    assert failed.state == Job.State.FAILED
    assert "15 分钟后重试" in failed.message
    assert Job.objects.filter(kind=DIGEST_JOB, state=Job.State.WAITING).count() == 1
    configured.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert [j.state for j in work()] == [Job.State.DONE]
    assert len(mail.outbox) == 1


def test_an_address_that_is_refused_hinders_no_other(configured: Any, clerk: Any, person: Any) -> None:
    configured.EMAIL_BACKEND = f"{__name__}.Picky"
    other = person("unit_head")
    type(other).objects.filter(pk=other.pk).update(email="refused@example.org")
    notify([clerk, other], "一条消息")
    done = work()[0]
    assert (done.state, done.result) == (Job.State.DONE, {"sent": 1, "refused": 1})
    assert [m.to for m in mail.outbox] == [["clerk@example.org"]]
    notify([clerk], "又一条")
    assert work()[0].result == {"sent": 1, "refused": 0}, "it is not tried for ever"


def test_a_person_turns_it_off_on_the_account_page(clerk: Any) -> None:
    client = Client()
    client.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
    assert "clerk@example.org" in client.get("/account/").content.decode()
    done = client.post("/account/", {"email": "neu@example.org", "phone": "0315-1234567"}, follow=True)
    assert "已保存" in done.content.decode()
    clerk.refresh_from_db()
    assert (clerk.email, clerk.phone, clerk.wants_mail) == ("neu@example.org", "0315-1234567", False)
    assert "邮箱" in client.post("/account/", {"email": "不是邮箱", "wants_mail": "on"}).content.decode()
    clerk.refresh_from_db()
    assert clerk.email == "neu@example.org"
