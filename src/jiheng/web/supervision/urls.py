"""Addresses of this app."""

from __future__ import annotations

from django.urls import path, re_path

from jiheng.web.supervision import views

urlpatterns = [
    path("audit/", views.index, name="audit"),
    path("audit/<int:sequence>/", views.detail, name="audit-entry"),
    path("audit/verify/", views.verify, name="audit-verify"),
    re_path(r"^audit/export\.(?P<kind>csv|jsonl)$", views.export, name="audit-export"),
    path("notifications/", views.messages_of, name="notifications"),
    path("notifications/read/", views.read_all, name="notifications-read"),
]
