"""What is chosen beside the columns: countries, duplicates, scrubbing, templates."""

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns import sheets, suppression
from campaigns.models import Campaign, Lead, LeadSheet, SheetTemplate
from campaigns.sheets import Choices
from core.errors import InputError
from tests.campaigns.lists import rejects, upload
from tests.factories import CampaignFactory, LeadFactory

pytestmark = pytest.mark.django_db
LIST = "Name,Phone\nAnn,2125550123\nBob,2125550124\n"


@pytest.fixture
def campaign() -> Campaign:
    return CampaignFactory.create()


def chosen(campaign: Campaign, text: str, **choices: object) -> LeadSheet:
    """A list imported with these choices."""
    sheet = sheets.receive_upload(None, campaign, upload(text))
    sheets.start_import(None, sheet, choices=Choices(**choices))  # type: ignore[arg-type]
    sheets.run_import(sheet.pk)
    sheet.refresh_from_db()
    return sheet


def elsewhere(campaign: Campaign, **fields: object) -> Lead:
    other = CampaignFactory.create(organization=campaign.organization, name="Spring")
    return LeadFactory.create(campaign=other, phone="+12125550123", **fields)


def test_the_lists_own_country_reads_its_numbers(campaign: Campaign) -> None:
    sheet = chosen(campaign, "Phone\n020 7946 0958\n", default_region="GB")

    assert sheet.leads.get().phone == "+442079460958"


def test_a_number_of_another_campaign_is_a_duplicate_where_that_is_asked(
    campaign: Campaign,
) -> None:
    elsewhere(campaign)

    sheet = chosen(campaign, LIST, duplicates="organization")

    assert (sheet.rows_accepted, sheet.rows_duplicate) == (1, 1)
    assert sheet.rejects.get().reason == "The number is already in “Spring”."


def test_another_campaigns_number_is_no_duplicate_by_itself(campaign: Campaign) -> None:
    elsewhere(campaign)

    assert chosen(campaign, LIST).rows_accepted == 2


def test_another_organizations_number_is_never_a_duplicate(campaign: Campaign) -> None:
    LeadFactory.create(phone="+12125550123")

    assert chosen(campaign, LIST, duplicates="organization").rows_accepted == 2


@pytest.mark.parametrize(
    ("added", "called", "accepted"), [(31, None, 2), (31, 5, 1), (29, None, 1)]
)
def test_lately_means_added_or_called_within_some_days(
    campaign: Campaign, added: int, called: int | None, accepted: int
) -> None:
    # given a lead of another campaign, so many days old
    now = timezone.now()
    lead = elsewhere(campaign)
    Lead.objects.filter(pk=lead.pk).update(
        created_at=now - timedelta(days=added),
        last_called_at=now - timedelta(days=called) if called else None,
    )

    # when
    sheet = chosen(campaign, LIST, duplicates="recent", duplicate_days=30)

    # then
    assert sheet.rows_accepted == accepted


def test_scrubbing_leaves_out_whoever_is_not_called(campaign: Campaign) -> None:
    # given
    now = timezone.now()
    suppression.suppress(campaign.organization, "+12125550123", source="manager", now=now)

    # when
    sheet = chosen(campaign, LIST, scrub=True)

    # then
    assert (sheet.rows_accepted, sheet.rows_scrubbed, sheet.rows_suppressed) == (1, 1, 0)
    reject = sheet.rejects.get()
    assert (reject.row, reject.kind) == (2, "suppressed")
    assert "Ann,2125550123,Row 2: This number is on the list" in rejects(sheet)


def test_without_scrubbing_they_are_kept_and_never_dialed(campaign: Campaign) -> None:
    now = timezone.now()
    suppression.suppress(campaign.organization, "+12125550123", source="manager", now=now)

    sheet = chosen(campaign, LIST)

    assert (sheet.rows_accepted, sheet.rows_suppressed, sheet.rows_scrubbed) == (2, 1, 0)
    ann = sheet.leads.get(phone="+12125550123")
    assert (ann.status, ann.finished_because) == ("suppressed", "suppressed")


@pytest.mark.parametrize(
    ("field", "value"), [("default_region", "XX"), ("duplicates", "moon"), ("duplicate_days", 0)]
)
def test_choices_that_cannot_be_are_refused_by_field(
    campaign: Campaign, field: str, value: object
) -> None:
    with pytest.raises(InputError) as refusal:
        chosen(campaign, LIST, **{field: value})

    assert list(refusal.value.errors) == [field]


def test_a_template_maps_the_next_list_of_the_same_shape_by_itself(campaign: Campaign) -> None:
    # given a list whose columns were corrected and kept
    first = sheets.receive_upload(None, campaign, upload("Who,Reach,Code\nAnn,2125550123,7\n"))
    mapping = ["name", "phone", "external_id"]
    sheets.start_import(None, first, mapping, choices=Choices(scrub=True))
    first.refresh_from_db()
    names = sheets.preview(first).names
    sheets.save_template(None, first, "Weekly", names=names, mapping=mapping)

    # when the next one comes, with its columns in another order
    text = "code,WHO,reach\n8,Bob,2125550124\n"
    sheet = sheets.receive_upload(None, campaign, upload(text))

    # then
    assert sheets.fields_of(sheet) == ["external_id", "name", "phone"]
    assert sheet.scrub
    found = sheets.preview(sheet)
    assert found.template is not None
    assert found.template.name == "Weekly"


def test_a_template_keeps_what_a_yes_allows_but_not_since_when(campaign: Campaign) -> None:
    terms = {"voices": ["ai"], "kind": "written", "source": "Form", "proof": "Page 3"}
    days = {"granted_on": "2026-03-02", "expires_on": "2026-09-01"}
    first = sheets.receive_upload(None, campaign, upload("Who,Reach,Yes\nAnn,2125550123,yes\n"))
    mapping = ["name", "phone", "consent"]
    sheets.start_import(None, first, mapping, choices=Choices(consent={**terms, **days}))
    first.refresh_from_db()
    sheets.save_template(None, first, "W", names=["Who", "Reach", "Yes"], mapping=mapping)

    # when next month's list comes, nobody on it has said yes in March
    following = sheets.receive_upload(None, campaign, upload("Who,Reach,Yes\nBob,2125550124,yes\n"))

    assert first.consent == {**terms, **days}
    assert following.consent == {**terms, "granted_on": "", "expires_on": ""}


def test_a_template_of_another_organization_maps_nothing(campaign: Campaign) -> None:
    foreign = sheets.receive_upload(None, CampaignFactory.create(), upload("Who,Reach\nA,1\n"))
    sheets.save_template(None, foreign, "W", names=["Who", "Reach"], mapping=["name", "phone"])

    sheet = sheets.receive_upload(None, campaign, upload("Who,Reach\nA,1\n"))

    assert sheets.fields_of(sheet) == ["custom", "custom"]


def test_a_template_of_the_same_name_is_replaced_and_may_be_deleted(campaign: Campaign) -> None:
    sheet = sheets.receive_upload(None, campaign, upload(LIST))
    for field in ("name", "company"):
        sheets.save_template(None, sheet, " W ", names=["A", "B"], mapping=[field, "phone"])
    template = SheetTemplate.objects.get()
    assert (template.name, template.columns) == ("W", {"a": "company", "b": "phone"})

    sheets.delete_template(None, template)

    assert not SheetTemplate.objects.exists()
