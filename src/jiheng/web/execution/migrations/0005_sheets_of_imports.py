"""An import may read several sheets, and rows of it wait for a decision: what is kept of one sheet moves into a list."""

from django.db import migrations, models


def keep_as_list(apps, schema_editor):
    batches = apps.get_model("execution", "ImportBatch").objects
    for batch in batches.exclude(header_row=0).iterator(chunk_size=100):
        plan = {
            "name": f"第 {batch.sheet + 1} 张表" if batch.sheet else batch.name, "is_chosen": True,
            "first": batch.header_row, "last": batch.header_row, "mapping": batch.mapping,
            "amount_unit": batch.amount_unit, "unit_is_said": True, "is_remembered": batch.is_remembered,
            "headings": batch.headings, "rows": batch.rows,
        }
        # An open one of a file with several sheets is surveyed anew before anything is kept.
        batch.sheets = [plan]
        batch.problems = [{"sheet": batch.sheet, **problem} for problem in batch.problems]
        batch.repeated = [{"sheet": batch.sheet, **repeated} for repeated in batch.repeated]
        batch.sample = [{"sheet": str(batch.sheet), **shown} for shown in batch.sample]
        batch.left_out = [f"{batch.sheet}:{row}" for row in batch.left_out]
        batch.save(update_fields=["sheets", "problems", "repeated", "sample", "left_out"])


class Migration(migrations.Migration):
    dependencies = [("execution", "0004_unit_days")]
    operations = [
        migrations.AddField("importbatch", "sheets", models.JSONField(default=list)),
        migrations.AddField("importbatch", "decisions", models.JSONField(default=dict)),
        migrations.AddField("importbatch", "held", models.JSONField(default=list)),
        migrations.RunPython(keep_as_list, migrations.RunPython.noop),
        *(
            migrations.RemoveField("importbatch", name)
            for name in ("sheet", "header_row", "headings", "mapping", "amount_unit", "is_remembered")
        ),
    ]
