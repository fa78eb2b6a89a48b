from django.db import migrations, models

_AXES = ("axes_accessattemptexpiration", "axes_accessattempt", "axes_accesslog", "axes_accessfailurelog")


def drop_axes(apps, schema_editor):
    """The tables of django-axes, which counted wrong passwords before."""
    connection = schema_editor.connection
    there = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for table in _AXES:
            if table in there:
                cursor.execute(f"DROP TABLE {connection.ops.quote_name(table)}")
        cursor.execute("DELETE FROM django_migrations WHERE app = 'axes'")


class Migration(migrations.Migration):

    dependencies = [
        ('protection', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='KnownPlace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account', models.CharField(max_length=64)),
                ('place', models.CharField(max_length=64)),
                ('at', models.BigIntegerField(db_index=True)),
            ],
            options={
                'verbose_name': '登录过的地址',
                'constraints': [models.UniqueConstraint(fields=('account', 'place'), name='known_place')],
            },
        ),
        migrations.CreateModel(
            name='Tries',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=16)),
                ('account', models.CharField(blank=True, max_length=64)),
                ('place', models.CharField(blank=True, max_length=64)),
                ('count', models.IntegerField(default=0)),
                ('since', models.BigIntegerField(db_index=True)),
            ],
            options={
                'verbose_name': '登录尝试',
                'indexes': [models.Index(fields=['place'], name='tries_place')],
                'constraints': [models.UniqueConstraint(fields=('account', 'place', 'kind'), name='tries_account_place_kind')],
            },
        ),
        migrations.RunPython(drop_axes, migrations.RunPython.noop),
    ]
