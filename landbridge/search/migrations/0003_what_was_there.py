from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("search", "0002_watches_paused")]

    operations = [
        migrations.AddField("watch", "knows_all", models.BooleanField(default=False)),
        migrations.AddField("told", "known", models.BooleanField(default=False)),
    ]
