from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0007_bringer")]

    operations = [
        migrations.AddField("record", "erased_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("revision", "erased_at", models.DateTimeField(blank=True, null=True)),
    ]
