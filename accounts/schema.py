"""How the API's document describes the ways to be known."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

from accounts.authentication import ACCESS


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself
    """A machine's bearer token, or a browser's cookie with its CSRF token."""

    target_class = "accounts.authentication.TokenAuthentication"
    name = ["bearer", "cookie"]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, Any]]:
        """One definition for each name."""
        return [
            {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            {
                "type": "apiKey",
                "in": "cookie",
                "name": ACCESS,
                "description": "Writes also carry the csrftoken cookie's value in X-CSRFToken.",
            },
        ]
