"""Files of the finance system that were brought in, and the columns people matched once."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from jiheng.web.jobs.models import Job
from jiheng.web.org.models import Department, District, Scope, Unit
from jiheng.web.plan.models import BudgetYear
from jiheng.web.tabular.plans import Plan


class ImportBatch(models.Model):
    """One file of payments, allotments or adjustments: previewed, applied as a whole, and possibly taken back.

    ``department`` and ``unit`` bound what may be in it: rows of other places are problems; both empty is the district.
    """

    class Kind(models.TextChoices):
        PAYMENT = "payment", "支付明细"
        ALLOTMENT = "allotment", "指标下达"
        ADJUSTMENT = "adjustment", "预算调整"

    class State(models.TextChoices):
        WAITING = "waiting", "等待读取"
        READ = "read", "已读取，待确认"
        FAILED = "failed", "读取失败"
        APPLYING = "applying", "正在入账"
        APPLIED = "applied", "已入账"
        TAKEN_BACK = "taken_back", "已撤回"
        DISCARDED = "discarded", "已放弃"

    class AmountUnit(models.TextChoices):
        YUAN = "yuan", "元"
        WAN = "wan", "万元"

    budget_year = models.ForeignKey(BudgetYear, on_delete=models.PROTECT, related_name="import_batches")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField("类别", max_length=16, choices=Kind.choices, default=Kind.PAYMENT)
    name = models.CharField("文件名", max_length=255)
    path = models.CharField(max_length=255)
    """Below ``MEDIA_ROOT``; never made of what the uploader typed."""
    sm3 = models.CharField(max_length=64, db_index=True)
    state = models.CharField("状态", max_length=16, choices=State.choices, default=State.WAITING, db_index=True)
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    """The last background work asked for with it."""
    sheets = models.JSONField(default=list)
    """Each sheet of the file and how it is read, as :class:`jiheng.web.tabular.plans.Plan` keeps it."""
    decisions = models.JSONField(default=dict)
    """What was decided of rows that are asked about: ``{"sheet:row": choice}``."""
    rows = models.IntegerField("行数", default=0)
    good = models.IntegerField("可入账", default=0)
    duplicates = models.IntegerField("重复", default=0)
    repeated = models.JSONField(default=list)
    """``[{"sheet", "row", "message"}]``: the rows that are skipped because they are there already."""
    problems = models.JSONField(default=list)
    """``[{"sheet", "row", "column", "text", "message"}]``; sheets from 0, rows as Excel counts them."""
    held = models.JSONField(default=list)
    """The rows that are asked about: ``[{"sheet", "row", "about", "text", "message", "choices", "decision"}]``."""
    left_out = models.JSONField(default=list)
    """``["sheet:row"]``: the rows with problems, or not decided, that were consciously left out."""
    sample = models.JSONField(default=list)
    """The first good rows as they were understood."""
    summary = models.JSONField(default=dict)
    """What the good rows make together: projects, units, days, amounts by source."""
    amount = models.DecimalField("合计（元）", max_digits=20, decimal_places=2, default=0)
    message = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    taken_back_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-at"]
        verbose_name = "执行数据导入"

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.name}"

    def scope(self) -> Scope:
        """Where it belongs; what was brought in for a unit that was renamed since is its successor's to correct."""
        if self.unit is not None:
            return self.unit.scope()
        return Scope(self.budget_year.district_id, self.department_id)

    @property
    def fiscal_year(self) -> int:
        """The year, for permissions."""
        return self.budget_year.year

    @property
    def place(self) -> str:
        """The name of the place that it is for."""
        if self.unit is not None:
            return str(self.unit.name)
        return str(self.department.name) if self.department is not None else f"{self.budget_year.district.name}全部单位"

    @property
    def plans(self) -> list[Plan]:
        """How each sheet of the file is read."""
        return [Plan(**kept) for kept in self.sheets]

    @property
    def is_without_rows(self) -> bool:
        """Whether it was read and nothing was understood: :attr:`message` says why."""
        return self.state == self.State.READ and not self.rows and bool(self.message)

    @property
    def needs_columns(self) -> bool:
        """Whether nothing was understood yet, because somebody must say first which column is what."""
        chosen = [plan for plan in self.plans if plan.is_chosen]
        return self.is_without_rows and (not chosen or any(plan.rows for plan in chosen))

    @property
    def is_stuck(self) -> bool:
        """Whether background work with it was given up before it came to an end."""
        at_work = self.state in (self.State.WAITING, self.State.APPLYING)
        return at_work and (self.job is None or not self.job.is_open)

    @property
    def bad_rows(self) -> set[str]:
        """The rows that have problems, as ``sheet:row``."""
        return {f"{p['sheet']}:{p['row']}" for p in self.problems}

    @property
    def undecided(self) -> set[str]:
        """The rows that are asked about and not decided yet, as ``sheet:row``."""
        return {f"{h['sheet']}:{h['row']}" for h in self.held if not h["decision"]}

    @property
    def bad(self) -> int:
        """How many rows have problems."""
        return len(self.bad_rows)


class ColumnMapping(models.Model):
    """How the columns of a file with this header were matched last time."""

    district = models.ForeignKey(District, on_delete=models.CASCADE, related_name="column_mappings")
    kind = models.CharField(max_length=16, choices=ImportBatch.Kind.choices)
    header = models.CharField(max_length=64)
    """Digest of the header's cells."""
    mapping = models.JSONField(default=dict)
    """Field → column number, from 0; the same header has the same columns."""
    amount_unit = models.CharField(max_length=8, choices=ImportBatch.AmountUnit.choices)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["district", "kind", "header"], name="column_mapping")]
