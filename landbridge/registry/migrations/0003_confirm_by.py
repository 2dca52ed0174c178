"""Records that are there already get the day by which they must be confirmed."""

from django.db import migrations

from landbridge.registry.freshness import confirm_by


def fill(apps, editor):
    records = apps.get_model("registry", "Record").objects
    after = ""
    while page := list(records.filter(id__gt=after).order_by("id")[:1000]):
        for record in page:
            told = record.published_at.date() if record.published_at else None
            record.confirm_by = confirm_by(record.format, record.confirmed_on, told)
        records.bulk_update(page, ["confirm_by"])
        after = page[-1].id


class Migration(migrations.Migration):
    dependencies = [("registry", "0002_work")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
