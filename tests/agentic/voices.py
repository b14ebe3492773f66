"""AI calls for tests: claimed from a list, and moved as far as a test wants."""

from datetime import UTC, datetime

from agentic.models import AgenticRun, AiCall
from calls import records
from campaigns import claims
from tests.factories import LeadFactory

# Noon in New York.
NOW = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)


def claimed(run: AgenticRun, state: str = AiCall.State.DISPATCHED, **lead: object) -> AiCall:
    """A call to a new lead of the run's campaign, as the run makes it, in one of its states."""
    LeadFactory.create(campaign=run.campaign, **lead)
    (attempt,) = claims.claim_ahead(run.campaign_id, 1, now=NOW)
    assert attempt.lead is not None
    return AiCall.objects.create(
        organization=run.organization,
        campaign=run.campaign,
        run=run,
        version=run.version,
        call=records.place(attempt, source="ai", now=NOW),
        lead=attempt.lead,
        trunk=run.campaign.agentic.trunk,
        provider=run.provider,
        state=state,
        queued_at=NOW,
    )
