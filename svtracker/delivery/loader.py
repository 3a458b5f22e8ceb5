"""A contracts register as a file becomes rows that the rules can plan with, or the problems of the whole file."""

from collections.abc import Mapping
from datetime import datetime

from svtracker.delivery.rules.register import Register, read_register
from svtracker.delivery.rules.register_columns import Columns, Field, Rows, chosen, faults_of_columns, find_columns
from svtracker.files.table_reader import Table, read_tables
from svtracker.kernel.problems import Problem

_A_REGISTER = "a contracts register: a line with the names of the columns, and a contract on each line below it"


def load_register(
    *,
    name: str,
    data: bytes,
    at: datetime,
    choice: Mapping[Field, str | None] | None = None,
    bodies: frozenset[str] | None = None,
) -> tuple[Register | None, tuple[Problem, ...], tuple[str, ...]]:
    """The register in a CSV file or workbook, or nothing and its problems; and what had to be understood to read it.

    Of a workbook the sheet is taken of which most columns are recognised. `choice` is what a person said about the
    columns. A fault of one row lists that row and never stops the others.
    """
    read = read_tables(name=name, data=data)
    if read.problems:
        return None, read.problems, read.notes
    found = [(columns, table) for table in read.tables if (columns := find_columns(_rows(table))) is not None]
    if not found:
        seen = "no line in which the names of columns are recognised" if read.tables else "no sheet that is visible"
        return None, (Problem(file=name, path="", seen=seen, wanted=_A_REGISTER),), read.notes
    columns, table = max(found, key=lambda one: len(one[0].places))
    columns = chosen(columns, choice or {})
    problems = _problems(columns, file=name, sheet=table.name)
    if problems:
        return None, problems, read.notes
    return read_register(columns, _rows(table), at=at, bodies=bodies), (), read.notes


def _rows(table: Table) -> Rows:
    return [(row.line, row.cells) for row in table.rows]


def _problems(columns: Columns, *, file: str, sheet: str) -> tuple[Problem, ...]:
    return tuple(
        Problem(file=file, path=sheet, seen=f"the columns {fault.seen}", wanted=fault.wanted, line=columns.line)
        for fault in faults_of_columns(columns)
    )
