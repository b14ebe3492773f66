"""What a voice is told before its call: the published wording, about this lead."""

from agentic import leadfacts, prompting
from agentic.models import AiCall
from campaigns.models import Disposition


class Results:
    """The results that voices may name, read once for calls that begin together."""

    def __init__(self) -> None:
        self._known: dict[int, list[Disposition]] = {}

    def of(self, ai: AiCall) -> list[Disposition]:
        """Those of the call's campaign."""
        if (found := self._known.get(ai.campaign_id)) is None:
            rows = ai.campaign.dispositions.filter(is_active=True)
            found = list(rows.filter(callback=False, do_not_call=False))
            self._known[ai.campaign_id] = found
        return found


def write(ai: AiCall, results: Results | None = None) -> str:
    """The instructions of a call, as the model gets them."""
    version, named = ai.version, (results or Results()).of(ai)
    return prompting.instructions(
        version, leadfacts.about(ai.lead), version.questions, named, version.disclosure
    )


def disclosure(ai: AiCall) -> str:
    """What the voice says first, word for word; empty where nothing is disclosed."""
    return prompting.opening(ai.version.disclosure, leadfacts.about(ai.lead))
