"""Addresses of the review desk."""

from __future__ import annotations

from django.urls import path

from jiheng.web.plan.review import views

urlpatterns = [
    path("review/", views.queue, name="review"),
    path("review/batch/", views.batch, name="review-batch"),
    path("review/undo/", views.undo, name="review-undo"),
    path("review/approve/", views.approve, name="review-approve"),
    path("review/letter/<int:pk>/", views.letter, name="review-letter"),
    path("review/comment/<int:pk>/resolve/", views.resolve, name="review-resolve"),
    path("review/<int:pk>/", views.review, name="review-page"),
    path("review/<int:pk>/comment/", views.comment, name="review-comment"),
    path("review/<int:pk>/score/", views.score, name="review-score"),
    path("review/<int:pk>/step/", views.step, name="review-step"),
    path("plan/<int:pk>/versions/", views.versions, name="plan-versions"),
]
