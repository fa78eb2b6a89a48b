"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from jiheng.web.workbench import views

urlpatterns = [path("", views.workbench, name="workbench")]
