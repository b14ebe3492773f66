"""AI calls for tests: claimed from a list, and moved as far as a test wants."""

from datetime import UTC, datetime

from agentic.models import AgenticRun, AiCall
from calls import records
from campaigns import claims
from tests.factories import LeadFactory

# Noon in New York.
NOW = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)


def claimed(
    run: AgenticRun, state: str = AiCall.State.DISPATCHED, now: datetime = NOW, **lead: object
) -> AiCall:
    """A call to a new lead of the run's campaign, as the run makes it, in one of its states."""
    row = LeadFactory.create(campaign=run.campaign, **lead)
    attempt = claims.claim_picked(run.campaign_id, row.pk, now=now).attempt
    assert attempt is not None
    assert attempt.lead is not None
    return AiCall.objects.create(
        organization=run.organization,
        campaign=run.campaign,
        run=run,
        version=run.version,
        call=records.place(attempt, source="ai", now=now),
        lead=attempt.lead,
        trunk=run.campaign.agentic.trunk,
        provider=run.provider,
        state=state,
        queued_at=now,
    )
