"""Log in (with a one-time code where set up), log out, change the own password."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from jiheng.web.org import forms, oidc, passwords, queries
from jiheng.web.org.middleware import BY_PROVIDER, ENTERED
from jiheng.web.org.services import codes
from jiheng.web.org.services import session as services
from jiheng.web.protection import device
from jiheng.web.protection.sealing import Unreadable
from jiheng.web.protection.tries import Attempt

_CODE_SECONDS = 300
UNREADABLE = "本机没有加密这个动态口令的密钥，无法核对。请联系运维人员找回密钥文件，或由安全管理员停用后重新设置。"
_BACKEND = "django.contrib.auth.backends.ModelBackend"


def target_of(request: HttpRequest, given: str) -> str:
    """Where to go after logging in: where one wanted to, within the platform."""
    safe = url_has_allowed_host_and_scheme(given, {request.get_host()}, require_https=request.is_secure())
    return given if safe else settings.LOGIN_REDIRECT_URL


def _attempt(request: HttpRequest, username: str, code: bool = False) -> Attempt:
    return Attempt(username, request.META.get("REMOTE_ADDR", ""), device.device_of(request, username), code)


def _enter(request: HttpRequest, person: Any, target: str, by_provider: bool = False) -> HttpResponse:
    login(request, person, backend=_BACKEND)
    request.session[BY_PROVIDER], request.session[ENTERED] = by_provider, int(time.time())
    services.logged_in(person, by_provider)
    _attempt(request, person.username).succeeded()
    response = redirect(target)
    device.remember(request, response, person.username)
    return response


def admit(request: HttpRequest, person: Any, target: str, by_provider: bool = False) -> HttpResponse:
    """Let someone in who showed who they are; to the one-time code first where one is set up."""
    if not person.totp_secret:
        return _enter(request, person, target, by_provider)
    stamp = person.get_session_auth_hash()  # a new password ends this too
    request.session["code_for"] = {
        "person": person.pk, "at": time.time(), "next": target, "stamp": stamp, "by_provider": by_provider,
    }  # fmt: skip
    return redirect("login-code")


def _failed(request: HttpRequest, username: str, attempt: Attempt, form: Any, what: str) -> HttpResponse | None:
    """Say what was wrong and how many tries are left; the page to answer with where none is."""
    wait = attempt.wait()
    services.login_failed(username, locked=bool(wait))
    if wait:
        return _locked(request, wait)
    form.add_error(None, f"{what}还可以再试 {attempt.left()} 次，之后要等一段时间。")
    return None


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    """The login page."""
    target = target_of(request, request.POST.get("next") or request.GET.get("next", ""))
    if request.user.is_authenticated:
        return redirect(target)
    form = forms.LoginForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (answer := _try_password(request, form, target)):
        return answer
    accounts = queries.demo_accounts() if settings.DEMO else []
    page = {"form": form, "next": target, "accounts": accounts, "demo_password": settings.DEMO_PASSWORD}
    page["provider"] = settings.OIDC_LABEL if oidc.is_on() else ""
    return render(request, "org/login.html", page)


def _try_password(request: HttpRequest, form: Any, target: str) -> HttpResponse | None:
    """Where the password leads; ``None`` to show the form again, with what was wrong."""
    username = form.cleaned_data["username"]
    attempt = _attempt(request, username)
    if wait := attempt.take():
        return _locked(request, wait)
    person = services.identify(username, form.cleaned_data["password"])
    if person is None:
        return _failed(request, username, attempt, form, "账号或口令不正确。")
    attempt.give_back()
    return admit(request, person, target)


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
    if request.method == "POST" and form.is_valid() and (answer := _try_code(request, person, form, waiting)):
        return answer
    return render(request, "org/login_code.html", {"form": form})


def _try_code(request: HttpRequest, person: Any, form: Any, waiting: dict[str, Any]) -> HttpResponse | None:
    """Where the code leads; ``None`` to show the form again, with what was wrong."""
    attempt = _attempt(request, person.username, code=True)
    if wait := attempt.take():
        return _locked(request, wait)
    try:
        right = codes.use_code(person, form.cleaned_data["code"])
    except Unreadable:
        attempt.give_back()
        form.add_error(None, UNREADABLE)
        return None
    if not right:
        return _failed(request, person.username, attempt, form, "动态口令不正确，或已经用过。")
    attempt.give_back()
    return _enter(request, person, waiting["next"], waiting.get("by_provider", False))


def _locked(request: HttpRequest, seconds: int) -> HttpResponse:
    """What is said after too many wrong tries, the same for every account, whether or not it exists: when to come
    again, and whom to ask."""
    request.session.pop("code_for", None)
    response = render(request, "org/locked.html", {"minutes": -(-seconds // 60)}, status=429)
    response["Retry-After"] = str(seconds)
    return response


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
