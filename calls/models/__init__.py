"""What happened: calls, their events, sound and words, and notes about them."""

from calls.models.call import Call, CallEvent, CallQuerySet
from calls.models.note import Note, NoteQuerySet
from calls.models.recording import Recording, RecordingGap, RecordingPart
from calls.models.transcript import (
    CallTranscription,
    TranscriptKeyword,
    TranscriptLine,
    TranscriptSegment,
)

__all__ = [
    "Call",
    "CallEvent",
    "CallQuerySet",
    "CallTranscription",
    "Note",
    "NoteQuerySet",
    "Recording",
    "RecordingGap",
    "RecordingPart",
    "TranscriptKeyword",
    "TranscriptLine",
    "TranscriptSegment",
]
