"""What a voice is told before its call: the published wording, about this lead."""

from agentic.models import AiCall


def write(ai: AiCall) -> str:
    """The instructions of a call, as the model gets them."""
    return "\n\n".join(filter(None, (ai.version.agent_text, ai.version.session_text)))
