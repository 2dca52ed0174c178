"""Which annotation speaks of which record."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exchange", "0005_nodes")]

    operations = [
        migrations.CreateModel(
            name="About",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("annotation_id", models.CharField(max_length=100)),
                ("record_id", models.CharField(db_index=True, max_length=100)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("annotation_id", "record_id"), name="one_about_per_pair")
                ],
            },
        ),
    ]
