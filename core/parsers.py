"""JSON of strangers: nested too deep, or with half a character in it, it is refused like any."""

import json
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


def meant(text: str) -> Any:
    """What some JSON means. Raises ValueError for what is none, or could be written nowhere."""
    try:
        found = json.loads(text)
        json.dumps(found, ensure_ascii=False).encode()  # half a character is no text
    except RecursionError as error:
        raise ValueError("It is nested too deep.") from error
    return found


class Json(JSONParser):
    """The body of a request as JSON; fields tell halves of characters themselves."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Raises ParseError for what is no JSON, or nested too deep."""
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError("JSON parse error - nested too deep") from error
