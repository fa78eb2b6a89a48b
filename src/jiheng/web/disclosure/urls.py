"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from jiheng.web.disclosure import views

urlpatterns = [
    path("documents/", views.index, name="documents"),
    path("documents/<int:department>/<int:year>/", views.preview, name="documents-preview"),
    path("documents/<int:department>/<int:year>/download.<slug:kind>", views.download, name="documents-download"),
    path("documents/<int:department>/<int:year>/publish/", views.publish, name="documents-publish"),
    path("documents/publication/<int:pk>/withdraw/", views.withdraw, name="documents-withdraw"),
    path("public/", views.public_index, name="public"),
    path("public/<int:pk>/", views.public_document, name="public-document"),
    path("public/<int:pk>/document.<slug:kind>", views.public_download, name="public-download"),
]
