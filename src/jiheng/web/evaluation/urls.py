"""Addresses of this app."""

from __future__ import annotations

from django.urls import URLPattern, path, register_converter

from jiheng.web.evaluation.views import department, evidence, form, lists


class FileKind:
    """What a form can be exported as."""

    regex = "docx|xlsx|report"

    def to_python(self, value: str) -> str:
        """As it stands."""
        return value

    def to_url(self, value: str) -> str:
        """As it stands."""
        return value


register_converter(FileKind, "evaluation_file")

urlpatterns: list[URLPattern] = [
    path("evaluation/", lists.evaluations, name="evaluation"),
    path("evaluation/open/", lists.open_year, name="evaluation-open"),
    path("evaluation/open/<int:pk>/", lists.opening, name="evaluation-opening"),
    path("evaluation/batch/", lists.batch, name="evaluation-batch"),
    path("evaluation/export/<evaluation_file:kind>/", lists.export, name="evaluation-export"),
    path("evaluation/export/<int:pk>/", lists.export_job, name="evaluation-export-job"),
    path("evaluation/ranking/", department.rank, name="evaluation-ranking"),
    path("evaluation/ranking/xlsx/", department.rank_file, name="evaluation-ranking-file"),
    path("evaluation/department/<int:pk>/", department.department, name="evaluation-department"),
    path("evaluation/department/<int:pk>/save/", department.save, name="evaluation-department-save"),
    path("evaluation/department/<int:pk>/step/", department.step, name="evaluation-department-step"),
    path("evaluation/department/<int:pk>/report/", department.report, name="evaluation-department-report"),
    path("evaluation/row/<int:pk>/evidence/", evidence.upload, name="evaluation-evidence-upload"),
    path("evaluation/evidence/<int:pk>/", evidence.download, name="evaluation-evidence"),
    path("evaluation/evidence/<int:pk>/remove/", evidence.remove, name="evaluation-evidence-remove"),
    path("evaluation/<int:pk>/", form.form, name="evaluation-form"),
    path("evaluation/<int:pk>/cells/", form.cells, name="evaluation-cells"),
    path("evaluation/<int:pk>/refresh/", form.refresh, name="evaluation-refresh"),
    path("evaluation/<int:pk>/step/", form.step, name="evaluation-step"),
    path("evaluation/<int:pk>/<evaluation_file:kind>/", form.export, name="evaluation-file"),
]
