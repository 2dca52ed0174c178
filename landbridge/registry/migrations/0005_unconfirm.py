"""A confirmation can be taken back: one more verb. The tables stay as they are."""

from django.db import migrations, models

from landbridge.registry.workflow import Verb


class Migration(migrations.Migration):
    dependencies = [("registry", "0004_copies")]
    operations = [
        migrations.AlterField(
            model_name="change",
            name="verb",
            field=models.CharField(choices=[(verb.value, verb.value) for verb in Verb], max_length=12),
        ),
    ]
