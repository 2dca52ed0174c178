from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exchange", "0014_notify")]

    operations = [migrations.AddField("statement", "erased", models.BooleanField(null=True))]
