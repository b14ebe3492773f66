"""What the voice is told in mid-call, beside its instructions. Pure."""

OPENING = "The called has picked up. Begin now, as your instructions say."
STILL_THERE = (
    "You have heard nothing for a while. Ask in one short sentence whether they are there."
)
NOBODY_THERE = "Still nobody answers. Say goodbye in one short sentence."
TIME_IS_UP = (
    "The time of this call is over. Say so politely and say goodbye in one or two sentences."
)
IN_CIRCLES = (
    "You have not understood the called several times. Apologize, say that a colleague may call"
    " again, and say goodbye, in one or two sentences."
)
SCREENED = (
    "This is a call screening service, not the called. Say in one sentence who you are, for whom"
    " you call and why; then wait in silence until the called speaks."
)
STAY = "A colleague is about to join this call. Stay in it, and do not say goodbye."


def opening(disclosure: str) -> str:
    """How to begin; what must be said first is said word for word."""
    if not disclosure:
        return OPENING
    return (
        "The called has picked up. Begin now: first say exactly this, then go on as your"
        f" instructions say:\n{disclosure}"
    )


def introduce(name: str) -> str:
    """How to leave the call to the person who takes it over."""
    return (
        f"Your colleague {name or 'of the team'} has joined the call and takes over. Introduce them"
        " in one short sentence, and say no more."
    )


def message(text: str) -> str:
    """How to leave a message on a voicemail."""
    return f"This is a voicemail. Leave this message, word for word, and say nothing else:\n{text}"


def from_a_person(text: str) -> str:
    """How a message of a colleague is followed."""
    return (
        "A colleague who listens asks you the following. The called does not hear it. Follow it in"
        f" your own words, within your instructions:\n{text}"
    )
