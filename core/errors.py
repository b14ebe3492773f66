"""What goes wrong on purpose: refusals, which people and machines are told in a sentence."""

from typing import Any


class DomainError(Exception):
    """A refusal by a rule: `message` is a sentence for people, `code` a word for machines.

    `status` is the HTTP status of its answer; `errors` names fields or refusals in detail.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str,
        status: int = 409,
        errors: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message, self.code, self.status = message, code, status
        self.errors = errors or {}


class InputError(DomainError):
    """What was sent cannot be understood; `errors` maps fields to sentences."""

    def __init__(
        self, message: str, *, code: str = "invalid", errors: dict[str, Any] | None = None
    ) -> None:
        super().__init__(message, code=code, status=400, errors=errors)


def refusal_of(error: Exception) -> DomainError | None:
    """The refusal that an error of a request comes to; None for a fault of our own.

    SQLite raises OverflowError for an id with more than 64 bits, of which there can be none.
    """
    if isinstance(error, DomainError):
        return error
    if isinstance(error, OverflowError):
        return InputError("A number in this request is too large: check what was sent.")
    return None
