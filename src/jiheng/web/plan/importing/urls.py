"""Addresses for bringing documents in."""

from __future__ import annotations

from django.urls import path

from jiheng.web.plan.importing import views

urlpatterns = [
    path("import/", views.index, name="import"),
    path("import/many/", views.many, name="import-many"),
    path("import/job/<int:pk>/", views.progress, name="import-progress"),
    path("import/<int:pk>/", views.preview, name="import-preview"),
    path("import/<int:pk>/discard/", views.discard, name="import-discard"),
    path("import/<int:pk>/original/", views.original, name="import-original"),
]
