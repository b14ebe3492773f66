"""What a voice is told before its call: the published wording, about this lead."""

from agentic import leadfacts, prompting
from agentic.models import AiCall


def write(ai: AiCall) -> str:
    """The instructions of a call, as the model gets them."""
    version = ai.version
    results = ai.campaign.dispositions.filter(is_active=True, callback=False, do_not_call=False)
    return prompting.instructions(
        version, leadfacts.about(ai.lead), version.questions, list(results), version.disclosure
    )


def disclosure(ai: AiCall) -> str:
    """What the voice says first, word for word; empty where nothing is disclosed."""
    return prompting.opening(ai.version.disclosure, leadfacts.about(ai.lead))
