"""Log in (with a one-time code where set up), log out, change the own password, set up one-time codes."""

from __future__ import annotations

import time
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash, user_login_failed
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from jiheng.web.org import forms, oidc, passwords, queries, totp
from jiheng.web.org.middleware import BY_PROVIDER
from jiheng.web.org.services import session as services

_CODE_SECONDS = 300
_BACKEND = "django.contrib.auth.backends.ModelBackend"


def target_of(request: HttpRequest, given: str) -> str:
    """Where to go after logging in: where one wanted to, within the platform."""
    safe = url_has_allowed_host_and_scheme(given, {request.get_host()}, require_https=request.is_secure())
    return given if safe else settings.LOGIN_REDIRECT_URL


def _enter(request: HttpRequest, person: Any, target: str, by_provider: bool = False) -> HttpResponse:
    login(request, person, backend=_BACKEND)
    request.session[BY_PROVIDER] = by_provider
    services.logged_in(person, by_provider)
    return redirect(target)


def admit(request: HttpRequest, person: Any, target: str, by_provider: bool = False) -> HttpResponse:
    """Let someone in who showed who they are; to the one-time code first where one is set up."""
    if not person.totp_secret:
        return _enter(request, person, target, by_provider)
    stamp = person.get_session_auth_hash()  # a new password ends this too
    request.session["code_for"] = {
        "person": person.pk, "at": time.time(), "next": target, "stamp": stamp, "by_provider": by_provider,
    }  # fmt: skip
    return redirect("login-code")


def _failed(request: HttpRequest, username: str, form: Any, what: str) -> None:
    """Say what was wrong and how many tries are left; axes has counted this one."""
    locked = bool(getattr(request, "axes_locked_out", False))
    if not getattr(request, "axes_was_locked", False):
        services.login_failed(username, locked)
    left = settings.AXES_FAILURE_LIMIT - AxesProxyHandler.get_failures(request, {"username": username})
    form.add_error(None, f"{what}还可以再试 {max(left, 0)} 次，之后账号将锁定一段时间。")


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    """The login page."""
    target = target_of(request, request.POST.get("next") or request.GET.get("next", ""))
    if request.user.is_authenticated:
        return redirect(target)
    form = forms.LoginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        username = form.cleaned_data["username"]
        request.axes_was_locked = AxesProxyHandler.is_locked(request, {"username": username})
        person = authenticate(request, username=username, password=form.cleaned_data["password"])
        if person is None:
            _failed(request, username, form, "账号或口令不正确。")
        else:
            return admit(request, person, target)
    accounts = queries.demo_accounts() if settings.DEMO else []
    page = {"form": form, "next": target, "accounts": accounts, "demo_password": settings.DEMO_PASSWORD}
    page["provider"] = settings.OIDC_LABEL if oidc.is_on() else ""
    return render(request, "org/login.html", page)


@never_cache
@require_http_methods(["GET", "POST"])
def log_in_code(request: HttpRequest) -> HttpResponse:
    """The second step, for people with an authenticator app."""
    waiting = request.session.get("code_for") or {}
    fresh = time.time() - waiting.get("at", 0) < _CODE_SECONDS
    person = queries.person_waiting(waiting.get("person")) if fresh else None
    if person is None or not constant_time_compare(waiting.get("stamp", ""), person.get_session_auth_hash()):
        request.session.pop("code_for", None)
        messages.error(request, "等待动态口令超时，请重新登录。")
        return redirect("login")
    form = forms.CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        who = {"username": person.username}
        request.axes_was_locked = AxesProxyHandler.is_locked(request, who)
        if not request.axes_was_locked and services.use_code(person, form.cleaned_data["code"]):
            return _enter(request, person, waiting["next"], waiting.get("by_provider", False))
        user_login_failed.send(sender=__name__, credentials=who, request=request)
        _failed(request, person.username, form, "动态口令不正确，或已经用过。")
    return render(request, "org/login_code.html", {"form": form})


def locked(request: HttpRequest, response: Any = None, credentials: Any = None) -> HttpResponse:
    """What a locked account is told: how long, and whom to ask."""
    request.session.pop("code_for", None)
    page = {
        "minutes": round(settings.AXES_COOLOFF_TIME * 60),
        "limit": settings.AXES_FAILURE_LIMIT,
        "people": queries.whom_to_ask(),
    }
    return render(request, "org/locked.html", page, status=429)


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """Leave."""
    if request.user.is_authenticated:
        services.logged_out(request.user)
        logout(request)
        messages.success(request, "您已退出登录。")
    return redirect(settings.LOGOUT_REDIRECT_URL)


@never_cache
@login_required
def account(request: HttpRequest) -> HttpResponse:
    """/account/: who I am here, and how I am reached."""
    person = request.user
    now = {"email": person.email, "phone": person.phone, "wants_mail": person.wants_mail}
    form = forms.ContactForm(request.POST or None, initial=now)
    if request.method == "POST" and form.is_valid():
        services.change_contact(person, **form.cleaned_data)
        messages.success(request, "已保存。")
        return redirect("account")
    return render(request, "org/mine.html", {"form": form, "mail_on": bool(settings.EMAIL_HOST)})


@never_cache
@login_required
@sensitive_post_parameters()
def password(request: HttpRequest) -> HttpResponse:
    """Change the own password."""
    form = forms.PasswordForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.change_password(request.user, form.cleaned_data["new"])
        update_session_auth_hash(request, request.user)
        messages.success(request, "口令已修改，下次登录请用新口令。")
        return redirect(settings.LOGIN_REDIRECT_URL)
    return render(request, "org/password.html", {"form": form, "why": passwords.why_change(request.user)})


@never_cache
@login_required
def codes(request: HttpRequest) -> HttpResponse:
    """Set up one-time codes, or drop them; either takes a right code."""
    person = request.user
    form = forms.CodeForm(request.POST or None)
    secret = "" if person.totp_secret else request.session.setdefault("totp_secret", totp.new_secret())
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        if secret and services.set_up_codes(person, secret, code):
            request.session.pop("totp_secret", None)
            messages.success(request, "动态口令已启用，下次登录时要输入。")
            return redirect("totp")
        if not secret and services.use_code(person, code):
            services.drop_codes(person)
            messages.success(request, "动态口令已停用。")
            return redirect("totp")
        form.add_error("code", "动态口令不正确，或已经用过。请核对手机时间，等下一个口令出现再试。")
    address = totp.address(secret, person.username) if secret else ""
    return render(request, "org/totp.html", {"form": form, "secret": secret, "address": address})
