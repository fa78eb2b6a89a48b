"""Addresses of this app."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from jiheng.web.plan.views import department, form, lists, offline, steps, years

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("jiheng.web.plan.review.urls")),
    path("", include("jiheng.web.plan.importing.urls")),
    path("plan/", lists.projects, name="plan"),
    path("plan/export/<slug:kind>/", lists.export, name="plan-export"),
    path("plan/years/", years.years, name="plan-years"),
    path("plan/offline/", offline.forms, name="plan-offline"),
    path("plan/offline/blank/", offline.blank, name="plan-offline-blank"),
    path("plan/steps/", steps.steps, name="plan-steps"),
    path("plan/new/", lists.new, name="plan-new"),
    path("plan/bring/", lists.bring, name="plan-bring"),
    path("plan/department/<int:pk>/", department.goals, name="plan-department"),
    path("plan/department/<int:pk>/cells/", department.change, {"what": "cells"}, name="plan-department-cells"),
    path("plan/department/<int:pk>/rows/", department.change, {"what": "rows"}, name="plan-department-rows"),
    path("plan/department/<int:pk>/check/", department.check, name="plan-department-check"),
    path("plan/department/<int:pk>/undo/", department.change, {"what": "undo"}, name="plan-department-undo"),
    path("plan/department/<int:pk>/redo/", department.change, {"what": "redo"}, name="plan-department-redo"),
    path("plan/department/<int:pk>/copy/", department.copy, name="plan-department-copy"),
    path("plan/<int:pk>/", form.form, name="plan-form"),
    path("plan/<int:pk>/cells/", form.cells, name="plan-cells"),
    path("plan/<int:pk>/rows/", form.rows, name="plan-rows"),
    path("plan/<int:pk>/undo/", form.undo, name="plan-undo"),
    path("plan/<int:pk>/redo/", form.redo, name="plan-redo"),
    path("plan/<int:pk>/here/", form.here, name="plan-here"),
    path("plan/<int:pk>/step/", form.step, name="plan-step"),
    path("plan/<int:pk>/sources/", form.sources, name="plan-sources"),
    path("plan/<int:pk>/copy/", lists.copy, name="plan-copy"),
    path("plan/<int:pk>/delete/", lists.delete, name="plan-delete"),
]
