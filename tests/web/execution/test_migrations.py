"""Imports that were made before an import could read several sheets are kept, and go on as they were."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

pytestmark = pytest.mark.django_db(transaction=True)
HEAD = ["支付日期", "凭证号", "项目代码", "项目名称", "资金性质", "支付金额（万元）", "收款人", "摘要"]
MAPPING = {"on": 0, "number": 1, "code": 2, "amount": 5}


def migrate_to(*targets: tuple[str, str]) -> Any:
    """The models of the state that the database is in then."""
    executor = MigrationExecutor(connection)
    executor.migrate(list(targets))
    return MigrationExecutor(connection).loader.project_state(list(targets)).apps


def test_an_import_that_waits_for_its_confirmation_goes_on(project: Any, clerk: Any, settings: Any) -> None:
    from jiheng.web.execution.importing import applying, batches
    from jiheng.web.execution.models import ImportBatch, Payment
    from jiheng.web.jobs.services import perform

    text = "\t".join(HEAD) + f"\n2026-03-05\t1\t{project.code}\t\t\t1.5\t\t\n2026-02-30\t2\t{project.code}\t\t\t1\t\t\n"
    place = batches.places_for(clerk, project.budget_year)[0]
    sent, _ = batches.receive_pasted(clerk, project.budget_year, place, "payment", text)
    graph = MigrationExecutor(connection).loader.graph
    name = next(n for n in graph.nodes if n[0] == "execution" and n[1].endswith("_sheets_of_imports"))
    before = next(parent.key for parent in graph.node_map[name].parents if parent.key[0] == "execution")
    leaves = graph.leaf_nodes()
    try:
        old = migrate_to(before).get_model("execution", "ImportBatch")
        problem = {"row": 3, "column": "支付日期", "text": "2026-02-30", "message": "没有这一天。"}
        old.objects.filter(pk=sent.pk).update(
            state="read", header_row=1, headings=HEAD, mapping=MAPPING, amount_unit="wan", rows=2, good=1,
            amount=15000, problems=[problem], repeated=[{"row": 9, "message": "重复"}], left_out=[3],
        )  # fmt: skip
    finally:
        migrate_to(*leaves)
    batch = ImportBatch.objects.get()
    assert (batch.bad_rows, batch.left_out, batch.repeated[0]["sheet"]) == ({"0:3"}, ["0:3"], 0)
    assert (batch.plans[0].mapping, batch.plans[0].amount_unit, batch.plans[0].first) == (MAPPING, "wan", 1)
    batch = applying.apply(clerk, batch.pk, ["0:3"])
    perform(batch.job_id)  # type: ignore[arg-type]
    assert [p.amount for p in Payment.objects.all()] == [15000]
