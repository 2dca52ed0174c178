"""Records that are there already get the day by which they must be confirmed."""

from django.db import migrations

from landbridge.registry.freshness import fill_confirm_by


def fill(apps, editor):
    fill_confirm_by(apps.get_model("registry", "Record"))


class Migration(migrations.Migration):
    dependencies = [("registry", "0002_work")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
