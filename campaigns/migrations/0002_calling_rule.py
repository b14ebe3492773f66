import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0025_agentseat_moved_by"),
        ("campaigns", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="CallingRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=32)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("hours", "Calling hours"),
                            ("cap", "Calls in a rolling time"),
                            ("spacing", "Time between calls"),
                            ("conversation", "Rest after a conversation"),
                            ("abandoned", "Rest after an abandoned call"),
                            ("machine", "Rest after a machine"),
                            ("consent", "Consent"),
                            ("list_age", "Age of a national list"),
                        ],
                        max_length=16,
                    ),
                ),
                ("title", models.CharField(max_length=120)),
                ("source", models.CharField(blank=True, max_length=255)),
                ("country", models.CharField(blank=True, max_length=2)),
                ("region", models.CharField(blank=True, max_length=6)),
                ("modes", models.JSONField(blank=True, default=list)),
                ("purposes", models.JSONField(blank=True, default=list)),
                ("start", models.TimeField(blank=True, null=True)),
                ("end", models.TimeField(blank=True, null=True)),
                ("weekdays", models.JSONField(blank=True, default=list)),
                (
                    "days",
                    models.CharField(
                        choices=[
                            ("any", "Every day"),
                            ("holidays", "Public holidays only"),
                            ("ordinary", "Not on public holidays"),
                        ],
                        default="any",
                        max_length=16,
                    ),
                ),
                ("limit", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("period_s", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "scope",
                    models.CharField(
                        choices=[("number", "Number"), ("lead", "Lead")],
                        default="number",
                        max_length=16,
                    ),
                ),
                ("consent", models.CharField(blank=True, max_length=16)),
                ("valid_from", models.DateField(blank=True, null=True)),
                ("valid_until", models.DateField(blank=True, null=True)),
                ("is_active", models.BooleanField(default=True)),
                ("signed_off_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organization",
                    ),
                ),
                (
                    "replaces",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="campaigns.callingrule",
                    ),
                ),
                (
                    "signed_off_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["code", "version"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "code", "version"), name="rule_version_is_unique"
                    )
                ],
            },
        ),
    ]
