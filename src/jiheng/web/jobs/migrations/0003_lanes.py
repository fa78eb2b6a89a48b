from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("jobs", "0002_fruitless"),
    ]

    operations = [
        migrations.AddField(
            model_name="job",
            name="due",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="job",
            name="worker",
            field=models.CharField(blank=True, db_index=True, default="", max_length=64),
        ),
    ]
