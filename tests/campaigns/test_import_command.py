"""manage.py import_leads."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from campaigns.models import Campaign, LeadSheet
from tests.factories import CampaignFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    return CampaignFactory.create(name="Spring")


def run(*arguments: str) -> str:
    output = io.StringIO()
    call_command("import_leads", *arguments, stdout=output)
    return output.getvalue()


def test_a_list_is_imported_by_command(campaign: Campaign, tmp_path: Path) -> None:
    file, rejects = tmp_path / "leads.csv", tmp_path / "rejects.csv"
    file.write_text("Name,Phone\nAnn,2125550123\nBob,12\n")

    output = run(str(file), "--campaign", "Spring", "--rejects", str(rejects))

    assert "Phone: phone" in output
    assert "1 accepted, 0 duplicate, 1 invalid" in output
    assert "Row 3" in rejects.read_text()
    assert campaign.leads.get().name == "Ann"


def test_choices_are_options(campaign: Campaign, tmp_path: Path) -> None:
    file = tmp_path / "leads.csv"
    file.write_text("Name,Phone\nAnn,020 7946 0958\n")

    run(
        *(str(file), "--campaign", "Spring", "--region", "gb", "--scrub"),
        *("--duplicates", "recent", "--days", "7"),
    )

    sheet = LeadSheet.objects.get()
    assert (sheet.duplicates, sheet.duplicate_days, sheet.scrub) == ("recent", 7, True)
    assert campaign.leads.get().phone == "+442079460958"


def test_columns_can_be_named(campaign: Campaign, tmp_path: Path) -> None:
    file = tmp_path / "leads.txt"
    file.write_text("2125550123;Ann\n2125550124;Bob\n")

    run(str(file), "--campaign", "Spring", "--no-header", "--columns", "phone,name")

    assert set(campaign.leads.values_list("name", flat=True)) == {"Ann", "Bob"}


def test_a_dry_run_keeps_nothing(campaign: Campaign, tmp_path: Path) -> None:
    file = tmp_path / "leads.csv"
    file.write_text("Name,Phone\nAnn,2125550123\n")

    run(str(file), "--campaign", "Spring", "--dry-run")

    assert not LeadSheet.objects.exists()


@pytest.mark.parametrize(
    ("campaign_name", "content", "sentence"),
    [
        ("Autumn", "Phone\n2125550123\n", "no such campaign"),
        ("Spring", "", "empty"),
        ("Spring", "Name\nAnn\n", "which column holds"),
    ],
)
def test_what_cannot_be_imported_is_said_in_a_sentence(
    campaign: Campaign, tmp_path: Path, campaign_name: str, content: str, sentence: str
) -> None:
    file = tmp_path / "leads.csv"
    file.write_text(content)

    with pytest.raises(CommandError, match=sentence):
        run(str(file), "--campaign", campaign_name)


def test_a_missing_file_and_an_ambiguous_name_are_said(campaign: Campaign, tmp_path: Path) -> None:
    CampaignFactory.create(name="Spring")

    with pytest.raises(CommandError, match="Several organizations"):
        run(str(tmp_path / "none.csv"), "--campaign", "Spring")
    with pytest.raises(CommandError, match="no file"):
        run(
            str(tmp_path / "none.csv"),
            "--campaign",
            "Spring",
            "--organization",
            campaign.organization.name,
        )


def test_what_cannot_be_read_and_what_is_no_country_are_said(
    campaign: Campaign, tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        run(str(tmp_path), "--campaign", "Spring")
    with pytest.raises(CommandError, match="write two letters"):
        run(str(tmp_path / "none.csv"), "--campaign", "Spring", "--region", "United States")
