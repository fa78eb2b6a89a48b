"""Submissions that carry a one-time key get one answer, however often and however fast they are sent."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from jiheng.web.once.answers import FIELD, HEADER, Run, answer_form, answer_request, is_key

Asker = Callable[[HttpRequest], str | None]
_METHODS = ("POST", "PUT", "PATCH", "DELETE")
_askers: list[Asker] = []


def asker(find: Asker) -> Asker:
    """Declare the function below as one that tells who sends the requests of some other kind than a person's browser.

    It answers ``None`` for requests that are not of its kind, ``""`` where nobody is let in.
    """
    _askers.append(find)
    return find


def _who(request: HttpRequest) -> str:
    for find in _askers:
        if (who := find(request)) is not None:
            return who
    return f"person {request.user.pk}" if request.user.is_authenticated else ""


def answer(request: HttpRequest, call: Run) -> HttpResponse:
    """What ``call`` answers, once for the key that the request carries, if any."""
    if request.method not in _METHODS or not (who := _who(request)):
        return call()
    if key := request.headers.get(HEADER):
        return answer_request(request, who, key, call)
    if request.method == "POST" and is_key(key := request.POST.get(FIELD, "")):
        return answer_form(request, who, key, call)
    return call()
