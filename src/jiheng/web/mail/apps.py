"""The app as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class MailConfig(AppConfig):
    """邮件."""

    name = "jiheng.web.mail"
    label = "mail"
    verbose_name = "邮件"

    def ready(self) -> None:
        """Hear of new messages, in the server; know the work done in the background, in the worker."""
        from jiheng.web.mail import digest as _digest  # noqa: F401
