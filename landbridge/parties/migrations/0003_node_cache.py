"""The table of the shared cache: counts of tries and the like."""

from django.core.management import call_command
from django.db import migrations


def make_table(apps, editor):
    call_command("createcachetable", database=editor.connection.alias, verbosity=0)


def drop_table(apps, editor):
    editor.execute("DROP TABLE IF EXISTS node_cache")


class Migration(migrations.Migration):
    dependencies = [("parties", "0002_people")]
    operations = [migrations.RunPython(make_table, drop_table)]
