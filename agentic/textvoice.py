"""Gemini as the voice of a talk in text. Imported only where there is a key."""

from collections.abc import Sequence
from typing import Final

import httpx2
from django.conf import settings
from google import genai
from google.genai import errors, types

from agentic import toolbox
from agentic.talking import Brief, Hand, Turn
from core import config
from core.errors import DomainError

_TIMEOUT_MS: Final = 30_000
_ROUNDS: Final = 5  # of tools, before it must say something
_BEGIN: Final = "(The call is answered. Say your opening.)"


class TextVoice:
    """Says what the model says."""

    label = "Gemini, in text"

    def reply(self, brief: Brief, turns: Sequence[Turn], hand: Hand) -> str:
        """The answer to the last line. Raises DomainError "model_failed"."""
        client = genai.Client(
            api_key=settings.GOOGLE_API_KEY, http_options=types.HttpOptions(timeout=_TIMEOUT_MS)
        )
        contents = _contents(turns)
        how = _config(brief)
        said: list[str] = []
        for _ in range(_ROUNDS):
            try:
                answer = client.models.generate_content(
                    model=str(config.get("agentic.reading_model")), contents=contents, config=how
                )
            except (errors.APIError, httpx2.HTTPError) as error:
                problem = "The model does not answer. Try again in a moment."
                raise DomainError(problem, code="model_failed", status=502) from error
            found = answer.candidates[0].content if answer.candidates else None
            parts = (found.parts if found else None) or []
            said += [part.text for part in parts if part.text and not part.thought]
            asked = [part.function_call for part in parts if part.function_call]
            if found is None or not asked:
                break
            contents.append(found)
            contents.append(types.Content(role="user", parts=[_used(hand, one) for one in asked]))
            if hand.is_over:
                break
        return " ".join(text.strip() for text in said)


def _used(hand: Hand, asked: types.FunctionCall) -> types.Part:
    used = hand.use(asked.name or "", dict(asked.args or {}))
    kind = "refused" if used.refused else "result"
    return types.Part(
        function_response=types.FunctionResponse(
            id=asked.id, name=asked.name, response={kind: used.answer}
        )
    )


def _contents(turns: Sequence[Turn]) -> list[types.Content]:
    contents = [types.Content(role="user", parts=[types.Part(text=_BEGIN)])]
    for turn in turns:
        done = "".join(f"\n(You used {use.name}: {use.answer})" for use in turn.uses)
        role = "user" if turn.by == "caller" else "model"
        contents.append(types.Content(role=role, parts=[types.Part(text=turn.text + done)]))
    return contents


def _config(brief: Brief) -> types.GenerateContentConfig:
    offered = toolbox.offered(sorted(brief.situation.switched_on))
    declared = [
        types.FunctionDeclaration(
            name=tool.name,
            description=tool.description,
            parameters_json_schema=toolbox.schema(tool, brief.situation),
        )
        for tool in offered
    ]
    return types.GenerateContentConfig(
        system_instruction=brief.instructions,
        temperature=brief.temperature,
        tools=[types.Tool(function_declarations=declared)],
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
    )
