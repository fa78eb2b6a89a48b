"""Sums of a unit's projects, kept so that a district of 100,000 projects is added up from its units."""

from __future__ import annotations

from django.db import models


class UnitSums(models.Model):
    """What one unit's rows add up to; ``kind`` names the rows, ``of`` the year or round they belong to.

    ``about`` is the question that ``data`` answers; ``version`` is another number whenever it is kept anew.
    It holds while there is no :class:`UnitChange` of the unit: see :mod:`jiheng.web.execution.kept`.
    """

    kind = models.CharField(max_length=16)
    of = models.BigIntegerField()
    unit = models.ForeignKey("org.Unit", on_delete=models.CASCADE, related_name="+")
    version = models.IntegerField(default=0)
    about = models.CharField(max_length=32, null=True)
    data = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "of", "unit"], name="unit_sums")]
        verbose_name = "单位合计"

    def __str__(self) -> str:
        return f"{self.kind} {self.of} {self.unit_id}"


class UnitChange(models.Model):
    """Rows of a unit have changed since its sums were kept. Only ever added, so that writers never wait for this."""

    kind = models.CharField(max_length=16)
    of = models.BigIntegerField()
    unit = models.ForeignKey("org.Unit", on_delete=models.CASCADE, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["kind", "of"])]
        verbose_name = "单位变动"

    def __str__(self) -> str:
        return f"{self.kind} {self.of} {self.unit_id}"
