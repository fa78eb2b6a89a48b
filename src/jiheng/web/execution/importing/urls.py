"""Addresses for bringing in lists of the finance system."""

from __future__ import annotations

from django.urls import path

from jiheng.web.execution.importing import views

urlpatterns = [
    path("", views.index, name="execution-imports"),
    path("<int:pk>/", views.preview, name="execution-import"),
    path("<int:pk>/progress/", views.progress, name="execution-import-progress"),
    path("<int:pk>/columns/", views.reread, name="execution-import-columns"),
    path("<int:pk>/decide/", views.decide, name="execution-import-decide"),
    path("<int:pk>/apply/", views.apply, name="execution-import-apply"),
    path("<int:pk>/discard/", views.discard, name="execution-import-discard"),
    path("<int:pk>/take-back/", views.take_back, name="execution-import-take-back"),
    path("<int:pk>/original/", views.original, name="execution-import-original"),
]
