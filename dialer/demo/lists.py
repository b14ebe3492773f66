"""The demo's leads, through the same import as anybody's sheet."""

from django.core.files.base import ContentFile

from campaigns import sheets
from campaigns.models import Campaign, LeadSheet
from dialer.demo.cast import Cast
from dialer.demo.prospects import sheet

ROWS = (240, 60)


def load(cast: Cast) -> int:
    """Imports a sheet into each demo campaign that has none; returns how many leads were made."""
    made = 0
    for seed, (campaign, rows) in enumerate(zip(cast.campaigns, ROWS, strict=True)):
        if not campaign.sheets.exists():
            made += _load(cast, campaign, rows, seed)
    return made


def _load(cast: Cast, campaign: Campaign, rows: int, seed: int) -> int:
    file = ContentFile(sheet(rows, seed), name=f"prospects-{seed + 1}.csv")
    uploaded = sheets.receive_upload(cast.manager, campaign, file)
    sheets.start_import(cast.manager, uploaded)
    sheets.run_import(uploaded.pk)
    return LeadSheet.objects.get(pk=uploaded.pk).rows_accepted
