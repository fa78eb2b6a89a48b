"""Files that prove what was reported (佐证资料)."""

from __future__ import annotations

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models

from jiheng.web.org.models import Scope
from jiheng.web.plan.models import Project


class Evidence(models.Model):
    """A file kept with a reported value, a score or a rectification; stored under its digest, named as uploaded."""

    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, null=True, blank=True, related_name="evidence", verbose_name="项目"
    )
    """Empty where it is kept with an item of the register that is about a unit."""
    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    object_id = models.BigIntegerField()
    owner = GenericForeignKey("content_type", "object_id")
    name = models.CharField("文件名", max_length=255)
    path = models.CharField(max_length=255)
    size = models.BigIntegerField("大小（字节）", default=0)
    sm3 = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at"]
        indexes = [models.Index(fields=["content_type", "object_id"])]
        verbose_name = "佐证资料"

    def __str__(self) -> str:
        return self.name

    def scope(self) -> Scope:
        """Where it belongs."""
        return (self.project or self.owner).scope()

    @property
    def fiscal_year(self) -> int:
        """The year, for permissions."""
        return (self.project or self.owner).fiscal_year
