"""The addresses of the platform: each app brings its own."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("jiheng.web.workbench.urls")),
    path("", include("jiheng.web.org.urls")),
    path("", include("jiheng.web.supervision.urls")),
    path("", include("jiheng.web.jobs.urls")),
    path("", include("jiheng.web.plan.urls")),
    path("", include("jiheng.web.execution.urls")),
    path("", include("jiheng.web.monitoring.urls")),
    path("", include("jiheng.web.evaluation.urls")),
    path("", include("jiheng.web.results.urls")),
    path("", include("jiheng.web.disclosure.urls")),
    path("", include("jiheng.web.api.urls")),
]
handler400 = "jiheng.web.protection.errors.bad_request"
handler403 = "jiheng.web.protection.errors.denied"
handler404 = "jiheng.web.protection.errors.missing"
handler500 = "jiheng.web.protection.errors.failed"
