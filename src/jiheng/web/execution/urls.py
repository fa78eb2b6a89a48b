"""Addresses of this app."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from jiheng.web.execution.views import lists, overview, procurement, project

urlpatterns: list[URLPattern | URLResolver] = [
    path("execution/", lists.projects, name="execution"),
    path("execution/export/", lists.export, name="execution-export"),
    path("execution/overview/", overview.overview, name="execution-overview"),
    path("execution/imports/", include("jiheng.web.execution.importing.urls")),
    path("execution/<int:pk>/", project.page, name="execution-project"),
    path("execution/<int:pk>/entries/<slug:kind>/", project.add, name="execution-add"),
    path("execution/entries/<slug:kind>/<int:entry>/", project.change, name="execution-change"),
    path("execution/entries/<slug:kind>/<int:entry>/remove/", project.remove, name="execution-remove"),
    path("execution/<int:pk>/procurements/", procurement.add, name="procurement-add"),
    path("execution/procurements/<int:pk>/", procurement.change, name="procurement-change"),
    path("execution/procurements/<int:pk>/steps/", procurement.steps, name="procurement-steps"),
    path("execution/procurements/<int:pk>/remove/", procurement.remove, name="procurement-remove"),
    path("execution/<int:pk>/contracts/", procurement.add_contract, name="contract-add"),
    path("execution/contracts/<int:pk>/", procurement.change_contract, name="contract-change"),
    path("execution/contracts/<int:pk>/remove/", procurement.remove_contract, name="contract-remove"),
]
