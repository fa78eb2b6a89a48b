"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from jiheng.web.results import evidence, views

urlpatterns = [
    path("assessment/", views.assessment, name="assessment"),
    path("assessment/export/", views.assessment_export, name="assessment-export"),
    path("rectification/", views.register, name="rectification"),
    path("rectification/new/", views.new, name="rectification-new"),
    path("rectification/export/<slug:kind>/", views.export, name="rectification-export"),
    path("rectification/<int:pk>/", views.item, name="rectification-item"),
    path("rectification/<int:pk>/step/", views.step, name="rectification-step"),
    path("rectification/<int:pk>/evidence/", evidence.upload, name="rectification-evidence"),
    path("rectification/evidence/<int:pk>/", evidence.download, name="rectification-evidence-file"),
    path("rectification/evidence/<int:pk>/remove/", evidence.remove, name="rectification-evidence-remove"),
]
