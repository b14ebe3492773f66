"""Who may open the routes of campaigns."""

from typing import Any

from django.utils import timezone

from campaigns import callbacks, consents, nationallists, patterns, rules, sheets
from campaigns.consents import Terms
from campaigns.models import CallingRule, Campaign, LeadSheet
from campaigns.suppression import suppress
from tests.access import AGENT, MANAGER, QA, Cast, Route
from tests.campaigns.lists import imported, upload
from tests.factories import CampaignFactory, DispositionFactory, LeadFactory


def _campaign_of(cast: Cast) -> Campaign:
    campaign = CampaignFactory.create(organization=cast.organization)
    campaign.teams.add(cast.team)
    return campaign


def campaign(cast: Cast) -> dict[str, Any]:
    return {"pk": _campaign_of(cast).pk}


def fresh_sheet(cast: Cast) -> dict[str, Any]:
    content = "Name,Phone\nAnn,2125550123\n"
    return {"pk": sheets.receive_upload(None, _campaign_of(cast), upload(content)).pk}


def imported_sheet(cast: Cast) -> dict[str, Any]:
    return {"pk": imported(_campaign_of(cast), "Phone\n12\n").pk}


def waiting_sheet(cast: Cast) -> dict[str, Any]:
    known = fresh_sheet(cast)
    sheets.start_import(None, LeadSheet.objects.get(**known))
    return known


def active_sheet(cast: Cast) -> dict[str, Any]:
    campaign = _campaign_of(cast)
    Campaign.objects.filter(pk=campaign.pk).update(mode="ai")
    return {"pk": imported(campaign, "Phone\n2125550123\n").pk}


def sheet_template(cast: Cast) -> dict[str, Any]:
    sheet = LeadSheet.objects.get(**fresh_sheet(cast))
    kept = {"names": ["Name", "Phone"], "mapping": ["name", "phone"]}
    return {"pk": sheets.save_template(None, sheet, "Weekly", **kept).pk}


def lead(cast: Cast) -> dict[str, Any]:
    return {"pk": LeadFactory.create(campaign=_campaign_of(cast)).pk}


def callback(cast: Cast) -> dict[str, Any]:
    row = LeadFactory.create(campaign=_campaign_of(cast), status="retry")
    now = timezone.now()
    return {"pk": callbacks.create(row, due_at=now, now=now).pk}


def suppression(cast: Cast) -> dict[str, Any]:
    entry = suppress(cast.organization, "+12125550123", source="manager", now=timezone.now())
    return {"pk": entry.pk}


def pattern(cast: Cast) -> dict[str, Any]:
    row = patterns.add(cast.organization, "prefix", "+1 900", now=timezone.now())
    return {"pk": row.pk}


def national_list(cast: Cast) -> dict[str, Any]:
    now = timezone.now()
    file = upload("Number\n2125550123\n")
    return {
        "pk": nationallists.copy(
            file, cast.organization, "US-DNC", as_of=now.date(), now=now
        ).row.pk
    }


def disposition(cast: Cast) -> dict[str, Any]:
    return {"pk": DispositionFactory.create(organization=cast.organization).pk}


def kind_of_rule(_: Cast) -> dict[str, Any]:
    return {"kind": "hours"}


def rule(cast: Cast) -> dict[str, Any]:
    rules.ensure_defaults(cast.organization)
    rows = CallingRule.objects.filter(organization=cast.organization, is_active=True)
    return {"pk": rows.filter(replaced_by=None).order_by("pk")[0].pk}


def consent(cast: Cast) -> dict[str, Any]:
    now = timezone.now()
    terms = Terms("marketing", "ai", "written", "Form", granted_at=now)
    return {"pk": consents.grant(cast.organization, "+12125550123", terms, now=now).pk}


ROUTES = [
    Route("campaigns:list", {"GET": {AGENT, MANAGER, QA}}),
    Route("campaigns:create", {"GET": {MANAGER}, "POST": {MANAGER}}),
    Route("campaigns:detail", {"GET": {AGENT, MANAGER, QA}}, campaign),
    Route("campaigns:edit", {"GET": {MANAGER}, "POST": {MANAGER}}, campaign),
    Route("campaigns:copy", {"POST": {MANAGER}}, campaign),
    Route("campaigns:recycle", {"GET": {MANAGER}, "POST": {MANAGER}}, campaign),
    Route("campaigns:status", {"POST": {MANAGER}}, campaign),
    Route("campaigns:lead", {"GET": {MANAGER, QA}}, lead),
    Route("campaigns:dry_run", {"GET": {MANAGER, QA}}, campaign),
    Route("campaigns:why", {"GET": {MANAGER, QA}}, campaign),
    Route("campaigns:search", {"GET": {MANAGER, QA}}),
    Route("campaigns:leads", {"GET": {MANAGER, QA}}, campaign),
    Route("campaigns:sheet_upload", {"GET": {MANAGER}, "POST": {MANAGER}}, campaign),
    Route("campaigns:sheet", {"GET": {MANAGER}, "POST": {MANAGER}}, fresh_sheet),
    Route("campaigns:sheets", {"GET": {MANAGER}}),
    Route("campaigns:sheet_template", {"POST": {MANAGER}}, sheet_template),
    Route("campaigns:sheet_activate", {"POST": {MANAGER}}, active_sheet),
    Route("campaigns:sheet_cancel", {"POST": {MANAGER}}, waiting_sheet),
    Route("campaigns:sheet_file", {"GET": {MANAGER}}, fresh_sheet),
    Route("campaigns:sheet_undo", {"GET": {MANAGER}, "POST": {MANAGER}}, imported_sheet),
    Route("campaigns:sheet_discard", {"POST": {MANAGER}}, fresh_sheet),
    Route("campaigns:sheet_rejects", {"GET": {MANAGER}}, imported_sheet),
    Route("campaigns:dispositions", {"GET": {MANAGER}, "POST": {MANAGER}}),
    Route("campaigns:disposition", {"POST": {MANAGER}}, disposition),
    Route("campaigns:callbacks", {"GET": {AGENT, MANAGER}}),
    Route("campaigns:callback_give", {"POST": {MANAGER}}, callback),
    Route("campaigns:callback_off", {"POST": {MANAGER}}, callback),
    Route("campaigns:suppression", {"GET": {MANAGER}}),
    Route("campaigns:suppression_add", {"POST": {MANAGER}}),
    Route("campaigns:suppression_file", {"GET": {MANAGER}, "POST": {MANAGER}}),
    Route("campaigns:suppression_export", {"GET": {MANAGER}}),
    Route("campaigns:suppression_lift", {"GET": {MANAGER}, "POST": {MANAGER}}, suppression),
    Route("campaigns:patterns", {"GET": {MANAGER}}),
    Route("campaigns:pattern_add", {"POST": {MANAGER}}),
    Route("campaigns:pattern_lift", {"GET": {MANAGER}, "POST": {MANAGER}}, pattern),
    Route("campaigns:national_lists", {"GET": {MANAGER}}),
    Route("campaigns:national_list_file", {"POST": {MANAGER}}),
    Route("campaigns:national_list_drop", {"POST": {MANAGER}}, national_list),
    Route("campaigns:rules", {"GET": {MANAGER}}),
    Route("campaigns:rules_begin", {"POST": {MANAGER}}),
    Route("campaigns:rule_new", {"GET": {MANAGER}, "POST": {MANAGER}}, kind_of_rule, public=True),
    Route("campaigns:rule_new_preview", {"POST": {MANAGER}}, kind_of_rule, public=True),
    Route("campaigns:rule", {"GET": {MANAGER}}, rule),
    Route("campaigns:rule_replace", {"GET": {MANAGER}, "POST": {MANAGER}}, rule),
    Route("campaigns:rule_preview", {"POST": {MANAGER}}, rule),
    Route("campaigns:rule_sign_off", {"POST": {MANAGER}}, rule),
    Route("campaigns:rule_retire", {"POST": {MANAGER}}, rule),
    Route("campaigns:rule_bring_back", {"POST": {MANAGER}}, rule),
    Route("campaigns:consents", {"GET": {MANAGER}}),
    Route("campaigns:consent_grant", {"POST": {MANAGER}}),
    Route("campaigns:consent_revoke", {"GET": {MANAGER}, "POST": {MANAGER}}, consent),
    Route("campaigns-api:consents", {"GET": {MANAGER}, "POST": {MANAGER}}),
    Route("campaigns-api:consent_stop", {"POST": {MANAGER}}),
    Route("campaigns-api:upload", {"POST": {MANAGER}}),
    Route("campaigns-api:leads", {"POST": {MANAGER}}),
    Route("campaigns-api:suppression", {"GET": {MANAGER}, "POST": {MANAGER}}),
]
