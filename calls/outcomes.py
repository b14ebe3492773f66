"""How a call ended on the line: the one table from SIP results to outcomes. Pure."""

from calls.timing import Timeline
from campaigns.models import DialAttempt

Outcome = DialAttempt.Outcome

SIP = {
    486: Outcome.BUSY,
    600: Outcome.BUSY,
    408: Outcome.NO_ANSWER,
    480: Outcome.NO_ANSWER,
    487: Outcome.NO_ANSWER,
    403: Outcome.REJECTED,
    603: Outcome.REJECTED,
    404: Outcome.INVALID_NUMBER,
    410: Outcome.INVALID_NUMBER,
    484: Outcome.INVALID_NUMBER,
    604: Outcome.INVALID_NUMBER,
}
CAUSES = {
    "busy": Outcome.BUSY,
    "rejected": Outcome.REJECTED,
    "no_answer": Outcome.NO_ANSWER,
    "unavailable": Outcome.NO_ANSWER,
    "request_timeout": Outcome.FAILED,  # the far end never spoke: the line, not the callee
    "not_found": Outcome.INVALID_NUMBER,
    "address_incomplete": Outcome.INVALID_NUMBER,
    "canceled": Outcome.CANCELED,
    "cancelled": Outcome.CANCELED,
    "page_lost": Outcome.UNKNOWN,
    "unknown": Outcome.UNKNOWN,
}
# What other softphones write in their own records.
WORDS = {
    "answered": Outcome.ANSWERED,
    "answer": Outcome.ANSWERED,
    "completed": Outcome.ANSWERED,
    "busy": Outcome.BUSY,
    "no_answer": Outcome.NO_ANSWER,
    "noanswer": Outcome.NO_ANSWER,
    "missed": Outcome.NO_ANSWER,
    "rejected": Outcome.REJECTED,
    "declined": Outcome.REJECTED,
    "invalid_number": Outcome.INVALID_NUMBER,
    "voicemail": Outcome.MACHINE,
    "machine": Outcome.MACHINE,
    "failed": Outcome.FAILED,
    "call_failed": Outcome.FAILED,
    "canceled": Outcome.CANCELED,
    "cancelled": Outcome.CANCELED,
    "cancel": Outcome.CANCELED,
}


def of(line: Timeline) -> Outcome:
    """The outcome of a call that its phone reported as over."""
    if line.answered_at is not None:
        # Only a voice that listens for it says that a machine picked up.
        return Outcome.MACHINE if line.cause == "machine" else Outcome.ANSWERED
    cause = line.cause.strip().lower().replace(" ", "_")
    ours = line.by == "local"
    if ours and line.sip_status in (None, 487):
        # The phone gives up by itself when the campaign's ring time is over.
        return Outcome.NO_ANSWER if cause == "no_answer" else CAUSES.get(cause, Outcome.CANCELED)
    if line.sip_status is not None:
        return SIP.get(line.sip_status, Outcome.FAILED)
    if cause in CAUSES:
        return CAUSES[cause]
    return Outcome.FAILED if line.failed else Outcome.NO_ANSWER


def of_word(word: str) -> Outcome | None:
    """The outcome that a word of another softphone means; None for one that nobody knows."""
    return WORDS.get(word.strip().lower().replace(" ", "_").replace("-", "_"))
