"""What every request passes through: who asks from where, for the audit trail; a second try after a conflict."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from jiheng.web.once.requests import answer
from jiheng.web.protection import errors
from jiheng.web.retrying import RETRY_AFTER, Busy, retried
from jiheng.web.supervision.actor import acting

Handler = Callable[[HttpRequest], HttpResponse]


def who_and_where(get_response: Handler) -> Handler:
    """Changes made while a request is handled are recorded as this person's, from this address."""

    def handle(request: HttpRequest) -> HttpResponse:
        person = request.user if request.user.is_authenticated else None
        with acting(person, request.META.get("REMOTE_ADDR", "")):
            return get_response(request)

    return handle


class TryAgain:
    """Call the view again where it met somebody else's change in the database; 503 where every try was in vain.

    The last of the middleware: what the others have found out about the request holds for every try.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Hand the request on."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase:
        """Answer with what the view answers at the first try that succeeds, or has answered to the same key before."""
        begin = _Beginning(request)

        def attempt() -> HttpResponseBase:
            begin.restore()
            person = request.user if request.user.is_authenticated else None
            with acting(person, request.META.get("REMOTE_ADDR", "")):
                return answer(request, lambda: view(request, *args, **kwargs))

        try:
            return retried(attempt)
        except Busy as error:
            return errors.busy(request, RETRY_AFTER, error.is_partial)


class _Beginning:
    """What a view may change of a request, as it was before; its first call has nothing to restore."""

    def __init__(self, request: HttpRequest) -> None:
        self.request, self.is_first = request, True
        self.session = copy.deepcopy(request.session.__dict__)
        self.messages = list(request._messages._queued_messages)  # type: ignore[attr-defined]

    def restore(self) -> None:
        """Make the request what it was when the first try began, with its person read anew."""
        if self.is_first:
            self.is_first = False
            return
        request = self.request
        request.session.__dict__.update(copy.deepcopy(self.session))
        request._messages._queued_messages[:] = self.messages  # type: ignore[attr-defined]
        request.__dict__.pop("_cached_user", None)
        AuthenticationMiddleware(lambda _: HttpResponse()).process_request(request)
        for name in request.__dict__.get("_files", ()):
            for file in request.FILES.getlist(name):
                file.open()
