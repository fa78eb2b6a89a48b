"""The own one-time codes: set up, or dropped."""

from __future__ import annotations

import time
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from jiheng.web.org import totp
from jiheng.web.org.forms import OwnCodesForm
from jiheng.web.org.middleware import BY_PROVIDER, ENTERED
from jiheng.web.org.services import codes as services
from jiheng.web.org.views.session import UNREADABLE
from jiheng.web.protection.sealing import Unreadable, seal, unseal

_FRESH_SECONDS = 600
_WRONG = "动态口令不正确，或已经用过。请核对手机时间，等下一个口令出现再试。"


def _new_secret(request: HttpRequest) -> str:
    """The secret that is being set up; the session keeps it sealed, as the account will."""
    purpose = f"new totp {request.user.pk}"
    try:
        return unseal(request.session.get("totp_secret", ""), purpose)
    except Unreadable:
        secret = totp.new_secret()
        request.session["totp_secret"] = seal(secret, purpose)
        return secret


def _change(request: HttpRequest, secret: str, code: str) -> str:
    """Set the codes up, or drop them where there are some; what was done, or empty for a wrong code."""
    person = request.user
    if secret and services.set_up(person, secret, code):
        request.session.pop("totp_secret", None)
        return "动态口令已启用，下次登录时要输入。"
    if not secret and services.use_code(person, code):
        services.drop(person)
        return "动态口令已停用。"
    return ""


@never_cache
@login_required
@sensitive_post_parameters()
def codes(request: HttpRequest) -> HttpResponse:
    """/account/totp/: either takes the password and a right code; of who came by the provider, a recent login."""
    person, by_provider = request.user, bool(request.session.get(BY_PROVIDER))
    form: Any = OwnCodesForm(person, by_provider, request.POST or None)
    secret = "" if person.totp_secret else _new_secret(request)
    if request.method == "POST" and form.is_valid():
        if by_provider and time.time() - request.session.get(ENTERED, 0) > _FRESH_SECONDS:
            form.add_error(None, "请退出后重新登录，在 10 分钟内办理。")
            return _page(request, form, secret)
        try:
            done = _change(request, secret, form.cleaned_data["code"])
        except Unreadable:
            form.add_error(None, UNREADABLE)
            return _page(request, form, secret)
        if done:
            messages.success(request, done)
            return redirect("totp")
        form.add_error("code", _WRONG)
    return _page(request, form, secret)


def _page(request: HttpRequest, form: Any, secret: str) -> HttpResponse:
    address = totp.address(secret, request.user.username) if secret else ""
    page = {"form": form, "secret": secret, "address": address, "demanded": services.demanded_of(request.user)}
    return render(request, "org/totp.html", page)
