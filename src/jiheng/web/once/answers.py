"""Do what is asked and keep the answer in one transaction; give it again to whoever sends the same key again."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta

from cryptography.fernet import Fernet
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from jiheng.web import transaction
from jiheng.web.locks import insert_or_lock
from jiheng.web.once.models import KeptAnswer

FIELD, HEADER = "once", "Idempotency-Key"
KEPT_FOR = timedelta(days=1)
"""An answer is forgotten so long after it was last asked for; what comes later with its key is done anew."""
MOST_BODY = 2**19
ALREADY = "这份表单先前已经提交并保存，这次没有重复办理。要再办理一次同样内容的，请刷新页面后重新填写。"
OTHER_CONTENT = f"这个 {HEADER} 已用于另一次内容不同的请求，这次没有办理。请为每次新的请求另取一个值。"
BAD_KEY = f"{HEADER} 应由 16 到 200 个字母、数字、“-”或“_”组成。"
_KEY = re.compile(r"[\w-]{16,200}", re.ASCII)
_NOT_FILLED_IN = (FIELD, "csrfmiddlewaretoken", "kept")
"""What the page adds by itself: the key, Django's token, the name by which the device keeps what was typed."""
_SALT = "jiheng.web.once"

Run = Callable[[], HttpResponse]


class KeyMisused(BadRequest):
    """A key that cannot be one, or that was sent before with other content; nothing was done."""


def is_key(text: str) -> bool:
    """Whether this can be a one-time key."""
    return _KEY.fullmatch(text) is not None


def final(response: HttpResponse) -> HttpResponse:
    """Mark a page as what follows a success: of pages, which mostly show a form again, these alone are kept."""
    response.is_final = True  # type: ignore[attr-defined]
    return response


def is_final(response: HttpResponse) -> bool:
    """Whether this page was marked as what follows a success."""
    return getattr(response, "is_final", False)


def answer_form(request: HttpRequest, who: str, key: str, run: Run) -> HttpResponse:
    """The answer of ``run`` to this submission of a form, or the answer that the same submission has got before.

    Where something else is filled in under the same key (after going back), that is another submission.
    """
    digest = _digest(who, request.method or "", request.get_full_path(), key, _fingerprint(request))
    return _answer(request, digest, "", key, run)


def answer_request(request: HttpRequest, who: str, key: str, run: Run) -> HttpResponse:
    """The same for a program that makes its keys itself. Raises :class:`KeyMisused`."""
    if not is_key(key):
        raise KeyMisused(BAD_KEY)
    digest = _digest(who, request.method or "", request.get_full_path(), key)
    return _answer(request, digest, _fingerprint(request), key, run)


def sweep() -> None:
    """Forget the answers that are old."""
    KeptAnswer.objects.filter(asked_at__lt=timezone.now() - KEPT_FOR).delete()


def _digest(*parts: str) -> str:
    return salted_hmac(_SALT, "\x1f".join(parts), algorithm="sha256").hexdigest()


def _fingerprint(request: HttpRequest) -> str:
    """The SHA-256 of what was filled in, files too; blanks and order within a field count."""
    found = hashlib.sha256()
    if request.content_type not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        found.update(request.body)
        return found.hexdigest()
    for name, values in sorted(request.POST.lists()):
        if name not in _NOT_FILLED_IN:
            found.update(json.dumps([name, values]).encode())
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            found.update(json.dumps([name, file.name, file.size]).encode())
            for chunk in file.chunks():
                found.update(chunk)
            file.seek(0)
    return found.hexdigest()


def _answer(request: HttpRequest, digest: str, content: str, key: str, run: Run) -> HttpResponse:
    with transaction.atomic():
        kept = _taken(digest, content)
        if kept.answer:
            if kept.content != content:
                raise KeyMisused(OTHER_CONTENT)
            return _again(request, key, kept.answer)
        before = len(_queued(request))
        response = run()
        said = _queued(request)[before:]
        if _is_done(response, said):
            kept.answer = _sealed(key, response, said)
            kept.save(update_fields=["answer"])
        else:
            kept.delete()  # what was refused can be corrected and sent again
    return response


def _taken(digest: str, content: str) -> KeptAnswer:
    """The row of a key, locked. Whoever sends it at the same time waits here for the first one's commit."""
    insert_or_lock(KeptAnswer(digest=digest, content=content, asked_at=timezone.now()), "digest", "asked_at")
    return KeptAnswer.objects.get(pk=digest)


def _queued(request: HttpRequest) -> list[messages.storage.base.Message]:
    """The messages that this request has said so far."""
    return list(getattr(getattr(request, "_messages", None), "_queued_messages", ()))


def _is_done(response: HttpResponse, said: list[messages.storage.base.Message]) -> bool:
    """Whether something was done, and not refused, asked about or handed out as a file."""
    if response.status_code >= 400 or response.streaming or response.has_header("Content-Disposition"):
        return False
    levels = {message.level for message in said}
    if messages.ERROR in levels and messages.SUCCESS not in levels:
        return False
    is_page = response.status_code == 200 and response.get("Content-Type", "").startswith("text/html")
    return not is_page or is_final(response)


def _seal(key: str) -> Fernet:
    """Answers may hold a first password or a token: whoever sends the key again can read them, and nobody else."""
    secret = salted_hmac(f"{_SALT}.seal", key, algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(secret))


def _sealed(key: str, response: HttpResponse, said: list[messages.storage.base.Message]) -> str:
    body = response.content if len(response.content) <= MOST_BODY else ALREADY.encode()
    answer = {
        "status": response.status_code, "headers": dict(response.items()), "body": body.decode(),
        "said": [[m.level, str(m.message), m.extra_tags] for m in said],
    }  # fmt: skip
    return _seal(key).encrypt(json.dumps(answer, ensure_ascii=False).encode()).decode("ascii")


def _again(request: HttpRequest, key: str, sealed: str) -> HttpResponse:
    answer = json.loads(_seal(key).decrypt(sealed.encode("ascii")))
    if hasattr(request, "_messages") and answer["status"] < 400 and "Location" in answer["headers"]:
        for level, text, tags in answer["said"]:
            messages.add_message(request, level, text, extra_tags=tags or "")
        messages.info(request, ALREADY)
    return HttpResponse(answer["body"], status=answer["status"], headers=answer["headers"] | {"Kept-Answer": "1"})
