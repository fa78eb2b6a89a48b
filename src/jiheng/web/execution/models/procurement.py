"""Government procurement and contracts, as far as they explain progress. Amounts in 元."""

from __future__ import annotations

from django.db import models

from jiheng.web.org.models import Scope
from jiheng.web.plan.models import Project


class Procurement(models.Model):
    """Something bought for a project by government procurement (政府采购)."""

    class Method(models.TextChoices):
        OPEN = "open", "公开招标"
        INVITED = "invited", "邀请招标"
        NEGOTIATION = "negotiation", "竞争性谈判"
        CONSULTATION = "consultation", "竞争性磋商"
        INQUIRY = "inquiry", "询价"
        SINGLE = "single", "单一来源"
        FRAMEWORK = "framework", "框架协议"
        MALL = "mall", "网上商城"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="procurements", verbose_name="项目")
    name = models.CharField("采购内容", max_length=255)
    method = models.CharField("采购方式", max_length=16, choices=Method.choices, default=Method.OPEN)
    budget = models.DecimalField("采购预算（元）", max_digits=18, decimal_places=2)
    number = models.CharField("采购编号", max_length=100, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = "政府采购"

    def __str__(self) -> str:
        return self.name

    def scope(self) -> Scope:
        """Where it belongs."""
        return self.project.scope()

    @property
    def fiscal_year(self) -> int:
        """The year, for permissions."""
        return self.project.fiscal_year


class ProcurementStep(models.Model):
    """One step of a procurement: planned for a day, done on a day."""

    class Step(models.TextChoices):
        INTENT = "intent", "意向公开"
        PLAN = "plan", "计划备案"
        NOTICE = "notice", "采购公告"
        OPENING = "opening", "开标评审"
        AWARD = "award", "中标成交"
        CONTRACT = "contract", "签订合同"
        ACCEPTANCE = "acceptance", "履约验收"

    procurement = models.ForeignKey(Procurement, on_delete=models.CASCADE, related_name="steps")
    step = models.CharField("环节", max_length=16, choices=Step.choices)
    planned_on = models.DateField("计划日期", null=True, blank=True)
    done_on = models.DateField("完成日期", null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["procurement", "step"], name="procurement_step")]


class Contract(models.Model):
    """A contract (合同) that payments of a project go to."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="contracts", verbose_name="项目")
    procurement = models.ForeignKey(
        Procurement, on_delete=models.SET_NULL, null=True, blank=True, related_name="contracts"
    )
    number = models.CharField("合同编号", max_length=100, blank=True)
    name = models.CharField("合同名称", max_length=255)
    supplier = models.CharField("供应商", max_length=200, blank=True)
    amount = models.DecimalField("合同金额（元）", max_digits=18, decimal_places=2)
    signed_on = models.DateField("签订日期", null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = "合同"

    def __str__(self) -> str:
        return self.name

    def scope(self) -> Scope:
        """Where it belongs."""
        return self.project.scope()

    @property
    def fiscal_year(self) -> int:
        """The year, for permissions."""
        return self.project.fiscal_year
