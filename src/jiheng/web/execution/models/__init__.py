"""What the execution stage stores. Amounts in 元, with cents, as the finance system has them."""

from jiheng.web.execution.models.evidence import Evidence
from jiheng.web.execution.models.imports import ColumnMapping, ImportBatch
from jiheng.web.execution.models.kept import UnitChange, UnitSums
from jiheng.web.execution.models.money import Allotment, BudgetAdjustment, FundSource, Payment
from jiheng.web.execution.models.procurement import Contract, Procurement, ProcurementStep
from jiheng.web.execution.models.totals import ExecutionTotal

__all__ = [
    "Allotment", "BudgetAdjustment", "ColumnMapping", "Contract", "Evidence", "ExecutionTotal", "FundSource",
    "ImportBatch", "Payment", "Procurement", "ProcurementStep", "UnitChange", "UnitSums",
]  # fmt: skip
