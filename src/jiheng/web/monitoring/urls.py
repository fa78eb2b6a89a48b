"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from jiheng.web.monitoring.views import excel, form, lists, overview, rates, reporting, responsibility, review

urlpatterns = [
    path("monitoring/", lists.index, name="monitoring"),
    path("monitoring/overview/", overview.overview, name="monitoring-overview"),
    path("monitoring/rates/", rates.rates, name="monitoring-rates"),
    path("monitoring/review/", review.queue, name="monitoring-review"),
    path("monitoring/review/batch/", review.batch, name="monitoring-review-batch"),
    path("monitoring/rounds/", lists.rounds, name="monitoring-rounds"),
    path("monitoring/rounds/make/", lists.make, name="monitoring-rounds-make"),
    path("monitoring/rounds/<int:pk>/", lists.change, name="monitoring-round-change"),
    path("monitoring/rounds/<int:pk>/remind/", overview.remind, name="monitoring-remind"),
    path("monitoring/rounds/<int:pk>/report/", reporting.make, name="monitoring-report"),
    path("monitoring/rounds/<int:pk>/excel/", excel.excel, name="monitoring-excel"),
    path("monitoring/rounds/<int:pk>/excel/template/", excel.template, name="monitoring-excel-template"),
    path("monitoring/report/<int:pk>/", reporting.fetch, name="monitoring-report-file"),
    path("monitoring/<int:pk>/", form.form, name="monitoring-form"),
    path("monitoring/<int:pk>/cells/", form.cells, name="monitoring-cells"),
    path("monitoring/<int:pk>/fill/", form.fill, name="monitoring-fill"),
    path("monitoring/<int:pk>/money/", form.refresh, name="monitoring-money"),
    path("monitoring/<int:pk>/step/", form.step, name="monitoring-step"),
    path("monitoring/row/<int:pk>/evidence/", form.upload, name="monitoring-evidence"),
    path("monitoring/evidence/<int:pk>/", form.download, name="monitoring-evidence-file"),
    path("monitoring/evidence/<int:pk>/remove/", form.remove, name="monitoring-evidence-remove"),
    path("responsibility/", responsibility.projects, name="responsibility"),
    path("responsibility/mine/", responsibility.mine, name="monitoring-mine"),
    path("responsibility/project/<int:pk>/", responsibility.project, name="responsibility-project"),
    path("responsibility/department/<int:pk>/", responsibility.department, name="responsibility-department"),
    path("responsibility/section/<int:pk>/", responsibility.section, name="responsibility-section"),
]
