"""Sessions that end together, invitations that are mailed once and succeed somebody, focal points of several kinds."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('parties', '0003_node_cache'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='membership',
            name='one_membership_per_role',
        ),
        migrations.AddField(
            model_name='account',
            name='session_salt',
            field=models.CharField(blank=True, max_length=32),
        ),
        migrations.AddField(
            model_name='invitation',
            name='language',
            field=models.CharField(default='en', max_length=12),
        ),
        migrations.AddField(
            model_name='invitation',
            name='mailed_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='invitation',
            name='source_record',
            field=models.CharField(blank=True, max_length=100),
        ),
        migrations.AddField(
            model_name='invitation',
            name='succeeds',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='parties.membership'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(fields=('account', 'party', 'role', 'focal_point_kind'), name='one_membership_per_role'),
        ),
    ]
