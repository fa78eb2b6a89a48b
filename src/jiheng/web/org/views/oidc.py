"""Log in by the identity provider: there, and back."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from jiheng.web.org import oidc, queries
from jiheng.web.org.services import session as services
from jiheng.web.org.views import session


def _come_back(request: HttpRequest) -> str:
    path = reverse("oidc-back")
    return f"{settings.SITE_URL}{path}" if settings.SITE_URL else request.build_absolute_uri(path)


def _refused(request: HttpRequest, why: str) -> HttpResponse:
    messages.error(request, why)
    return redirect("login")


@never_cache
@require_GET
def there(request: HttpRequest) -> HttpResponse:
    """/login/oidc/: off to the provider."""
    if not oidc.is_on():
        return _refused(request, "没有配置统一身份认证，请用账号和口令登录。")
    request.session["oidc_next"] = session.target_of(request, request.GET.get("next", ""))
    try:
        return oidc.start(request, _come_back(request))
    except oidc.LoginRefused as error:
        return _refused(request, str(error))


@never_cache
@require_GET
def back(request: HttpRequest) -> HttpResponse:
    """/login/oidc/back/: the provider's answer. A disabled account stays outside and one-time codes are asked for, as
    after a password; wrong passwords that others tried do not matter to who is known by the provider."""
    if not oidc.is_on():
        return _refused(request, "没有配置统一身份认证，请用账号和口令登录。")
    target = session.target_of(request, request.session.pop("oidc_next", ""))
    try:
        username = oidc.username_of(request)
    except oidc.LoginRefused as error:
        return _refused(request, str(error))
    person = queries.active_person(username)
    if person is None:
        services.login_failed(username)
        return _refused(request, f"身份已确认，但绩衡里没有在用的账号“{username[:64]}”。请联系系统管理员。")
    return session.admit(request, person, target, by_provider=True)
