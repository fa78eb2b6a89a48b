"""One letter with a person's unread messages, some minutes after the first of them; sent in the background.

The work that gave rise to the messages has been committed by then: whatever goes wrong here, it stands.
"""

from __future__ import annotations

import logging
import smtplib
from datetime import timedelta
from itertools import groupby
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db.models import QuerySet
from django.dispatch import receiver
from django.utils import timezone

from jiheng.web.jobs.kinds import job
from jiheng.web.jobs.models import Job
from jiheng.web.jobs.services import JobError, Progress, ask
from jiheng.web.supervision.models import Notification
from jiheng.web.supervision.signals import told

log = logging.getLogger(__name__)
DIGEST_JOB = "mail.digest"
KEPT = timedelta(days=1)
"""Older messages are not mailed any more: nobody wants last week's when a mail server comes back."""
AGAIN = timedelta(minutes=15)
"""After how long a mail server that did not answer is tried again."""
SHOWN = 20
"""Messages that a letter spells out."""
_REFUSED = (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPNotSupportedError, ValueError)
"""What is wrong with one letter or its address, and hinders no other."""


@receiver(told)
def ask_for_digest(**_: Any) -> None:
    """Let letters be sent a little later; one job for all that is told until then."""
    if settings.EMAIL_HOST and not Job.objects.filter(kind=DIGEST_JOB, state=Job.State.WAITING).exists():
        ask(DIGEST_JOB, "发送消息邮件", {}, after=timedelta(minutes=settings.EMAIL_MINUTES))


def pending() -> QuerySet[Notification]:
    """The unread messages of the last day, of people who want them by mail, person by person."""
    since = timezone.now() - KEPT
    found = Notification.objects.filter(mailed_at=None, read_at=None, at__gte=since)
    wanted = found.filter(person__is_active=True, person__wants_mail=True).exclude(person__email="")
    return wanted.select_related("person").order_by("person_id", "at", "pk")


@job(DIGEST_JOB, resumes=True)
def send_digests(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """A letter to each, marked as sent one by one, so that a job done again sends nothing twice."""
    letters = [(person, list(told)) for person, told in groupby(pending(), key=lambda n: n.person)]
    done = {"sent": 0, "refused": 0}
    if not letters:
        return done
    try:
        with get_connection() as connection:
            for n, (person, notifications) in enumerate(letters):
                progress(n, len(letters))
                done["sent" if _send(connection, person, notifications) else "refused"] += 1
                keys = [one.pk for one in notifications]
                Notification.objects.filter(pk__in=keys).update(mailed_at=timezone.now())
    except (OSError, smtplib.SMTPException) as error:
        ask(DIGEST_JOB, "发送消息邮件（重试）", {}, after=AGAIN)
        raise JobError(
            f"邮件服务器没有接收（{error}），{AGAIN.seconds // 60} 分钟后重试；消息在系统里照常可看。"
        ) from error
    return done


def _send(connection: Any, person: Any, notifications: list[Notification]) -> bool:
    letter = EmailMessage(subject_of(notifications), text_of(person, notifications), to=[person.email])
    letter.connection = connection
    try:
        letter.send()
    except _REFUSED as error:
        log.warning("no mail to account %s: %s", person.pk, error)
        return False
    return True


def subject_of(notifications: list[Notification]) -> str:
    """How many there are; what they say stands in the letter alone."""
    return f"绩衡：您有 {len(notifications)} 条新消息"


def text_of(person: Any, notifications: list[Notification]) -> str:
    """The letter: what was told, with links where the platform's address is configured."""
    lines = [f"{person.name}，您好！", "", f"您在绩衡（预算绩效管理）有 {len(notifications)} 条未读消息：", ""]
    for one in notifications[:SHOWN]:
        lines.append(f"· {timezone.localtime(one.at):%m-%d %H:%M} {one.text}")
        if settings.SITE_URL and one.link.startswith("/"):
            lines.append(f"  {settings.SITE_URL}{one.link}")
    if len(notifications) > SHOWN:
        lines.append(f"……其余 {len(notifications) - SHOWN} 条请登录查看。")
    where = f"（{settings.SITE_URL}/account/）" if settings.SITE_URL else ""
    lines += ["", f"本邮件由系统自动发送，请勿回复。不想收到时，登录后在“我的账号”{where}里关闭。"]
    return "\n".join(lines)
