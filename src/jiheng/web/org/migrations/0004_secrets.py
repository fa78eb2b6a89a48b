import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from jiheng.web.protection import sealing


def seal_secrets(apps, schema_editor):
    """Secrets of one-time codes stood in clear before; the key is made here at the latest."""
    sealing.keys()
    Person = apps.get_model("org", "Person")
    for person in Person.objects.exclude(totp_secret="").only("pk", "totp_secret"):
        if not sealing.is_sealed(person.totp_secret):
            person.totp_secret = sealing.seal(person.totp_secret, f"totp {person.pk}")
            person.save(update_fields=["totp_secret"])


class Migration(migrations.Migration):

    dependencies = [
        ('org', '0003_person_wants_mail'),
    ]

    operations = [
        migrations.AddField(
            model_name='district',
            name='codes_for',
            field=models.CharField(choices=[('nobody', '不要求，由本人决定'), ('administrators', '三员管理员'), ('reviewers', '三员管理员，部门审核、财政审核、财政领导、审计监督'), ('everybody', '所有人')], default='nobody', max_length=16, verbose_name='必须使用动态口令'),
        ),
        migrations.AlterField(
            model_name='person',
            name='totp_secret',
            field=models.CharField(blank=True, max_length=255),
        ),
        migrations.CreateModel(
            name='PastPassword',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='past_passwords', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '用过的口令',
                'ordering': ['-pk'],
            },
        ),
        migrations.RunPython(seal_secrets, migrations.RunPython.noop),
    ]
