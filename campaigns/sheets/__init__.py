"""Lists: received, checked by people, imported as leads."""

from campaigns.sheets.importing import discard, due, fields_of, run_import, start_import
from campaigns.sheets.previewing import Preview, preview
from campaigns.sheets.receiving import Table, largest_upload, receive_upload, understood
from campaigns.sheets.rejects import as_csv

__all__ = [
    "Preview",
    "Table",
    "as_csv",
    "discard",
    "due",
    "fields_of",
    "largest_upload",
    "preview",
    "receive_upload",
    "run_import",
    "start_import",
    "understood",
]
