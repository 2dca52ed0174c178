from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0003_confirm_by")]
    operations = [
        migrations.AddField(
            model_name="workingcopy", name="visibility", field=models.CharField(default="public", max_length=12)
        ),
        migrations.AddField(
            model_name="workingcopy", name="writer", field=models.CharField(blank=True, default="", max_length=16)
        ),
    ]
