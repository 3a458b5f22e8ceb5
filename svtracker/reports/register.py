"""The rows of a contracts register that are not imported, as a table to take along."""

from collections.abc import Sequence

from svtracker.delivery.rules.register import Listed
from svtracker.files.tables_out import Column, Sheet, Style


def listed_sheet(listed: Sequence[Listed]) -> Sheet:
    """Each row by its line in the file, with the reason and the value in £ that it would have brought."""
    return Sheet(
        name="Listed rows",
        about=("Rows of a contracts register that are not imported",),
        columns=(
            Column(heading="line", style=Style.WHOLE, width=8),
            Column(heading="reason", style=Style.LONG_TEXT, width=80),
            Column(heading="value", style=Style.MONEY, width=16),
        ),
        rows=tuple((one.line, one.reason, one.value) for one in listed),
    )
