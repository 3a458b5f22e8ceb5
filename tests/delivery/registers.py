"""An invented contracts register with the heads and the odd values of real ones, as a CSV file and as a workbook."""

import csv
import io
from datetime import date

import xlsxwriter

HEADS = (
    "Contract Reference", "Contract Title", "Supplier Company Name", "Company Number", "Supplier Postcode",
    "Annual Value", "Total Contract Value (including extensions)", "Start Date", "End Date", "Current Expiry Date",
    "Contract Duration (months)", "Option to extend (months)", "Process Used", "Purchasing Body", "Directorate Name",
    "ProClass Description", "SME Supplier?", "Contact Officer",
)  # fmt: skip

# Reference, title, supplier, number, postcode, annual, total, start, end, current, months, extension; the rest follows.
_ROWS = (
    ("DN100", "Grounds maintenance", "Alder Gardens Ltd", "07689604", "HD1 2TA", "£250,000.00", "£1,000,000.00",
     "01/04/2024", "31/03/2028", "31/03/2029", "48", "12"),
    ("DN101", "Chilled food", "Beech Foods Limited", "7654321", "bd11aa", "1500000", "6000000", "2024-04-01",
     "2028-03-31", "-", "48", "N/A"),
    # Several suppliers share it.
    ("DN102", "Agency staff framework", "Various", "-", "-", "-", "2500000", "01/04/2024", "31/03/2026", "", "24", ""),
    # The same row again.
    ("DN101", "Chilled food", "Beech Foods Limited", "7654321", "BD1 1AA", "1,500,000", "6,000,000.00", "1 April 2024",
     "31 March 2028", "-", "48", "N/A"),
    # The same reference, another supplier: a lot of its own.
    ("DN103", "Home care (lot 1)", "Cedar Care CIC", "", "WF1 1AA", "", "£300,000", "1.4.24", "31.3.27", "",
     "36", "24"),
    ("DN103", "Home care (lot 2)", "Oak Homecare Ltd", "N/A", "WF2 9ZZ", "", "£200,000", "01-Apr-24",
     "31-Mar-27", "", "", ""),
    # The same reference and supplier, but not the same contract.
    ("DN103", "Home care (lot 3)", "Oak Homecare Ltd", "N/A", "WF2 9ZZ", "", "£50,000", "01-Apr-24",
     "31-Mar-27", "", "", ""),
    # No reference.
    ("-", "Night shelter", "Elm Trust", "1105851", "HX1 1AA", "N/A", "TBC", "01/10/2025", "", "", "18", ""),
    ("", "Play areas", "Fir Play Ltd", "1105852", "HX1", "", "0", "46113", "46477", "", "12 months", "12+12"),
    # No title, no supplier, no dates.
    ("DN104", "N/A", "-", "", "", "", "£75,000", "", "n/a", "", "", ""),
    ("DN105", "Refund of fees", "Gorse Ltd", "", "", "", "-£4,000.00", "01/04/2025", "31/03/2026", "", "", ""),
    ("DN106", "Lift repairs", "Hazel Lifts Ltd", "Charity No. 1105853", "", "", "£12,50", "31/04/2025",
     "2026-13-01", "", "", ""),
    ("DN107", "Ferry", "Ivy Boats Ltd", "SC 012345", "", "", "£1.2m", "01/04/2025", "31/03/2025", "", "", ""),
    ("DN108", "Waste disposal", "Juniper Waste plc", "00012345", "Leeds LS1 1AA", "", "100.5", "01/04/2025",
     "31/12/9999", "", "", ""),
    ("DN109", "Translation", "REDACTED", "", "", "", "5,000", "01/04/2025", "31/03/2026", "", "", ""),
    ("", "Total", "", "", "", "", "11,127,100.50", "", "", "", "", ""),
)  # fmt: skip
_REST = ("Open procedure", "North Vale Council", "Place", "Grounds", "Yes", "A. Person")

ROWS = tuple((*row, *_REST) for row in _ROWS)
# What the value column adds up to, row by row as a person would do it, with the row of sums; £12,50 is no amount.
SUM_IN_FILE = "28453201.00"


def as_csv(rows: tuple[tuple[str, ...], ...] = ROWS, *, heads: tuple[str, ...] = HEADS, between: str = ",") -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=between)
    writer.writerows([heads, *rows])
    return text.getvalue()


def as_workbook(rows: tuple[tuple[str, ...], ...] = ROWS) -> bytes:
    """The register on the second sheet, below a title and an empty line, with days as days and values as numbers."""
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as workbook:
        workbook.add_worksheet("About").write_row(0, 0, ["This register is published every quarter."])
        sheet = workbook.add_worksheet("Register")
        day = workbook.add_format({"num_format": "dd/mm/yyyy"})
        money = workbook.add_format({"num_format": "£#,##0.00"})
        sheet.write(0, 0, "Contracts register of North Vale Council")
        sheet.write_row(2, 0, HEADS)
        for place, row in enumerate(rows, start=3):
            sheet.write_row(place, 0, row)
            if row[0] == "DN100":
                sheet.write_datetime(place, 7, date(2024, 4, 1), day)
                sheet.write_datetime(place, 9, date(2029, 3, 31), day)
                sheet.write_number(place, 5, 250000, money)
                sheet.write_formula(place, 6, "=F4*4", money, 1000000)
            if row[0] == "DN101":
                sheet.write_number(place, 3, 7654321)
                sheet.write_number(place, 6, 6000000.0000000001)
    return data.getvalue()
