"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from jiheng.web.api import views
from jiheng.web.api.api import api

urlpatterns = [
    path("api/", views.docs, name="api-docs"),
    path("api/tokens/", views.tokens, name="api-tokens"),
    path("api/tokens/all/", views.others, name="api-tokens-all"),
    path("api/tokens/<int:pk>/withdraw/", views.withdraw, name="api-token-withdraw"),
    path("api/tokens/<int:pk>/revoke/", views.revoke, name="api-token-revoke"),
    path("api/v1/", api.urls),
]
