"""Two years of money for the demonstration district: allotments, adjustments, procurement, contracts, payments.

2025 is complete, 2026 goes to the end of October. Most units spend by their plans; some begin late, a few pay more than
they have, get money back or never begin, and one unit pays everything in December.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from jiheng.web.demo.execution_imports import bring_in
from jiheng.web.execution.models import (
    Allotment,
    BudgetAdjustment,
    Contract,
    FundSource,
    Payment,
    Procurement,
    ProcurementStep,
)  # fmt: skip
from jiheng.web.execution.planning import plan_points
from jiheng.web.execution.services.money import Entry, entry_key
from jiheng.web.execution.services.totals import refresh_totals
from jiheng.web.org.models import Person
from jiheng.web.plan.models import Project

UNTIL = date(2026, 10, 31)
"""The last day of which the demonstration knows."""
DECEMBER_UNIT = "305002"
LISTED_DEPARTMENT = "301"
SUPPLIERS = (
    "云溪恒立商贸有限公司",
    "云溪青禾工程有限公司",
    "云溪明川科技有限公司",
    "云溪瑞和服务有限公司",
    "云溪广源建设有限公司",
)
HABITS = ("steady",) * 14 + ("early", "late", "late", "slow", "slow", "over", "refund", "never")
"""How projects spend, as often as it happens."""
CENT = Decimal("0.01")


@dataclass(slots=True)
class Made:
    """What is to be stored, all of it at once."""

    allotments: list[Allotment] = field(default_factory=list)
    adjustments: list[BudgetAdjustment] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    procurements: list[Procurement] = field(default_factory=list)
    steps: list[ProcurementStep] = field(default_factory=list)
    contracts: list[Contract] = field(default_factory=list)


def fill(years: Iterable[Any]) -> None:
    """The money of these budget years."""
    projects = (
        Project.objects.filter(budget_year__in=list(years))
        .select_related("unit__department", "budget_year")
        .prefetch_related("periods")
        .defer("findings")
    )
    clerk, finance = Person.objects.get(username="jingban"), Person.objects.get(username="caizheng")
    made = Made()
    for project in projects.order_by("code"):
        _Story(project, clerk if project.unit_id == clerk.unit_id else finance, made).tell()
    Procurement.objects.bulk_create(made.procurements)
    ProcurementStep.objects.bulk_create(made.steps, batch_size=1000)
    Contract.objects.bulk_create(made.contracts)
    Allotment.objects.bulk_create(made.allotments, batch_size=1000)
    BudgetAdjustment.objects.bulk_create(made.adjustments, batch_size=1000)
    listed = [p for p in made.payments if _is_of_list(p)]
    Payment.objects.bulk_create([p for p in made.payments if not _is_of_list(p)], batch_size=1000)
    refresh_totals(Project.objects.values_list("pk", flat=True))
    bring_in(listed[0].project.budget_year, listed)


def _is_of_list(payment: Payment) -> bool:
    """Whether it comes with the list of the education department's last month."""
    return payment.on >= UNTIL.replace(day=1) and payment.project.unit.department.code == LISTED_DEPARTMENT


class _Story:
    """One project's year."""

    def __init__(self, project: Project, by: Person, made: Made) -> None:
        self.project, self.by, self.made = project, by, made
        self.year = project.budget_year.year
        self.rnd = random.Random(f"{project.code}{self.year}")  # noqa: S311 - the same district every time
        self.budget = ((project.budget_fiscal or Decimal(0)) * 10000).quantize(CENT)
        self.habit = "december" if project.unit.code == DECEMBER_UNIT else self.rnd.choice(HABITS)
        self.contract: Contract | None = None
        self.number = 0

    def tell(self) -> None:
        """Allotments, adjustments, what is bought, and what is paid."""
        self._allot()
        self._adjust()
        if self.rnd.random() < 0.55 and self.habit != "never":
            self._buy()
        self._pay()

    def _keep(
        self, model: Any, kept: list[Any], on: date, amount: Decimal, number: str, note: str, **more: Any
    ) -> None:
        if on > UNTIL or not amount:
            return
        source = more.pop("source", FundSource.FISCAL)
        entry = Entry(on, amount, source, number, note, more.get("payee", ""))
        key = entry_key(self.project.pk, entry)
        fields = {"source": source, "amount": amount, "on": on, "number": number, "note": note, "key": key}
        kept.append(model(project=self.project, by=self.by, **fields, **more))

    def _day(self, month: int, first: int = 3, last: int = 27) -> date:
        return date(self.year, month, self.rnd.randint(first, last))

    def _allot(self) -> None:
        first = (self.budget * Decimal(self.rnd.choice(("0.6", "0.7", "1")))).quantize(CENT)
        early = self.rnd.random() < 0.2
        on = date(self.year - 1, 11, self.rnd.randint(10, 28)) if early else self._day(1, 12, 28)
        note = "提前下达" if early else "年初预算下达"
        number = f"云财预〔{on.year}〕{self.rnd.randint(1, 90)}号"
        self._keep(Allotment, self.made.allotments, on, first, number, note)
        rest = f"云财预〔{self.year}〕{self.rnd.randint(91, 180)}号"
        self._keep(Allotment, self.made.allotments, self._day(6), self.budget - first, rest, "第二批下达")

    def _adjust(self) -> None:
        chance, number = self.rnd.random(), f"云财调〔{self.year}〕{self.rnd.randint(1, 60)}号"
        if chance < 0.12:
            amount = (self.budget * Decimal(self.rnd.randint(5, 20)) / 100).quantize(CENT)
            more = {"source": FundSource.CARRY_OVER}
            self._keep(BudgetAdjustment, self.made.adjustments, self._day(1, 4, 15), amount, number, "上年结转", **more)
            self._spend(self._day(4), amount, "上年结转资金支付", source=FundSource.CARRY_OVER)
        elif chance < 0.2:
            amount = -(self.budget * Decimal(self.rnd.randint(5, 15)) / 100).quantize(CENT)
            self._keep(BudgetAdjustment, self.made.adjustments, self._day(9), amount, number, "按程序调减")
            self.budget += amount
        elif chance < 0.25:
            amount = (self.budget * Decimal(self.rnd.randint(5, 20)) / 100).quantize(CENT)
            self._keep(BudgetAdjustment, self.made.adjustments, self._day(7), amount, number, "追加预算")
            self.budget += amount

    def _buy(self) -> None:
        late = {"late": 100, "slow": 60, "december": 200}.get(self.habit, 0)
        method = self.rnd.choice(("open", "consultation", "negotiation", "inquiry", "mall"))
        bought = Procurement(
            project=self.project, name=f"{self.project.name.removesuffix('项目')}采购", method=method,
            budget=(self.budget * Decimal("0.9")).quantize(CENT),
            number=f"YXCG-{self.year}-{self.rnd.randint(1, 9999):04d}",
        )  # fmt: skip
        self.made.procurements.append(bought)
        planned = self._day(1, 8, 25)
        signed, before = None, date(self.year, 1, 1)
        for step, days in zip(ProcurementStep.Step, (0, 25, 20, 22, 4, 12, 120), strict=True):
            planned += timedelta(days=days)
            planned = min(planned, date(self.year, 12, 20))
            done: date | None = min(planned + timedelta(days=late + self.rnd.randint(-3, 9)), date(self.year, 12, 28))
            done = max(done, before)
            before = done
            if done > UNTIL:
                done = None
            self.made.steps.append(ProcurementStep(procurement=bought, step=step, planned_on=planned, done_on=done))
            signed = done if step == ProcurementStep.Step.CONTRACT else signed
        if signed is not None:
            self.contract = Contract(
                project=self.project, procurement=bought, name=f"{self.project.name.removesuffix('项目')}采购合同",
                number=f"YXHT-{self.year}-{self.rnd.randint(1, 9999):04d}", supplier=self.rnd.choice(SUPPLIERS),
                amount=(bought.budget * Decimal(self.rnd.randint(88, 100)) / 100).quantize(CENT), signed_on=signed,
            )  # fmt: skip
            self.made.contracts.append(self.contract)

    def _spend(self, on: date, amount: Decimal, note: str, **more: Any) -> None:
        self.number += 1
        number = f"{self.year % 100}{on.month:02d}{self.rnd.randint(0, 99999):05d}"
        paid_to = self.contract if self.contract and self.contract.signed_on and on >= self.contract.signed_on else None
        payee = paid_to.supplier if paid_to else self.rnd.choice(SUPPLIERS)
        self._keep(
            Payment, self.made.payments, on, amount, number, note, payee=payee, contract=paid_to, **more
        )  # fmt: skip

    def _shares(self) -> list[tuple[int, Decimal]]:
        """Month → share of the budget that is spent in it."""
        if self.habit == "never":
            return []
        if self.habit == "december":
            return [(12, Decimal("0.97"))]
        points = plan_points(((p.label, p.raw) for p in self.project.periods.all()), self.year)
        after = {"early": -1, "late": 4, "slow": 2}.get(self.habit, 0)
        found, before = [], Decimal(0)
        for point in points:
            share, before = (point.percent - before) / 100, point.percent
            # A period's money goes out in two pieces, around the end of the period.
            for part, shift in ((Decimal("0.45"), -1), (Decimal("0.55"), 0)):
                month = min(12, max(1, point.on.month + shift + after))
                noise = Decimal(self.rnd.randint(90, 103)) / 100
                found.append((month, share * part * noise))
        if self.habit == "slow":
            found = [(month, share * Decimal("0.72")) for month, share in found]
        return found

    def _pay(self) -> None:
        left = self.budget
        for month, share in self._shares():
            amount = min(left, (self.budget * share).quantize(CENT))
            left -= amount
            self._spend(self._day(month), amount, "进度款" if self.contract else "项目支出")
        if self.habit == "over":
            self._spend(self._day(10), (left + self.budget * Decimal("0.06")).quantize(CENT), "超出预算部分")
        if self.habit == "refund":
            self._spend(self._day(8), -(self.budget * Decimal("0.08")).quantize(CENT), "多付款退回")
