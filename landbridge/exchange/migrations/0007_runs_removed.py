from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('exchange', '0006_annotations'),
    ]

    operations = [
        migrations.AddField(
            model_name='source',
            name='removed_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
