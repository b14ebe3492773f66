"""Lists: received, checked by people, imported as leads."""

from campaigns.sheets.choices import Choices
from campaigns.sheets.importing import cancel, discard, due, fields_of, run_import, start_import
from campaigns.sheets.listing import Pace, activate, find, original, pace
from campaigns.sheets.previewing import Preview, preview
from campaigns.sheets.receiving import Table, largest_upload, receive_upload, understood
from campaigns.sheets.rejects import as_csv
from campaigns.sheets.templates import delete_template, save_template, template_named
from campaigns.sheets.undoing import run_undo, start_undo

__all__ = [
    "Choices",
    "Pace",
    "Preview",
    "Table",
    "activate",
    "as_csv",
    "cancel",
    "delete_template",
    "discard",
    "due",
    "fields_of",
    "find",
    "largest_upload",
    "original",
    "pace",
    "preview",
    "receive_upload",
    "run_import",
    "run_undo",
    "save_template",
    "start_import",
    "start_undo",
    "template_named",
    "understood",
]
