"""Lists for tests: uploads, workbooks, and an import in one call."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from campaigns import sheets
from campaigns.models import Campaign, LeadSheet


def upload(content: bytes | str, name: str = "leads.csv") -> SimpleUploadedFile:
    """A file as a browser sends it."""
    data = content.encode() if isinstance(content, str) else content
    return SimpleUploadedFile(name, data)


def workbook(rows: Iterable[Sequence[Any]], *, sheet: str = "Leads", offset: int = 0) -> bytes:
    """An XLSX with these rows; a text that begins with `=` is a formula whose value is 42."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    book.add_worksheet("Empty")
    page = book.add_worksheet(sheet)
    for number, row in enumerate(rows, offset):
        for column, cell in enumerate(row):
            if isinstance(cell, str) and cell.startswith("="):
                page.write_formula(number, column, cell, None, "42")
            else:
                page.write(number, column, cell)
    book.close()
    return target.getvalue()


def imported(campaign: Campaign, content: bytes | str, name: str = "leads.csv") -> LeadSheet:
    """A list received and imported as it was recognized."""
    sheet = sheets.receive_upload(None, campaign, upload(content, name))
    sheets.start_import(None, sheet)
    sheets.run_import(sheet.pk)
    sheet.refresh_from_db()
    return sheet


def rejects(sheet: LeadSheet) -> str:
    """The file of rejected rows."""
    return "".join(sheets.as_csv(sheet))
