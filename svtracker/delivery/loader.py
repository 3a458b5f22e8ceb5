"""A contracts register as a file becomes rows that the rules can plan with, or the problems of the whole file."""

from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from svtracker.delivery.rules.register import Register, read_register
from svtracker.delivery.rules.register_columns import (
    Choice,
    Columns,
    Rows,
    chosen,
    faults_of_choice,
    faults_of_columns,
    find_columns,
)
from svtracker.files.table_reader import Table, read_tables
from svtracker.kernel.problems import Finding, Problem

_A_REGISTER = "a contracts register: a line with the names of the columns, and a contract on each line below it"
_NO_CHOICE: Choice = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedRegister:
    """A file that was read: its register, or its problems; what had to be understood to read it; its columns.

    `columns` is there without a register where columns are missing that a person can name.
    """

    register: Register | None = None
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    columns: Columns | None = None


def load_register(
    *,
    name: str,
    data: bytes,
    at: datetime,
    choice: Choice = _NO_CHOICE,
    bodies: frozenset[str] | None = None,
) -> LoadedRegister:
    """The register in a CSV file or workbook, or nothing and its problems.

    Of a workbook the sheet is taken of which most columns are recognised. `choice` is what a person said about the
    columns. A fault of one row lists that row and never stops the others.
    """
    read = read_tables(name=name, data=data)
    if read.problems:
        return LoadedRegister(problems=read.problems, notes=read.notes)
    found = [(columns, table) for table in read.tables if (columns := find_columns(_rows(table), choice)) is not None]
    if not found:
        seen = "no line in which the names of columns are recognised" if read.tables else "no sheet that is visible"
        problem = Problem(file=name, path="", seen=seen, wanted=_A_REGISTER)
        return LoadedRegister(problems=(problem,), notes=read.notes)
    recognised, table = max(found, key=lambda one: len(one[0].places))
    columns = chosen(recognised, choice)
    problems = tuple(
        _problem(fault, file=name, sheet=table.name, line=columns.line)
        for fault in (*faults_of_choice(recognised, choice), *faults_of_columns(columns))
    )
    if problems:
        return LoadedRegister(problems=problems, notes=read.notes, columns=columns)
    register = read_register(columns, _rows(table), at=at, bodies=bodies)
    return LoadedRegister(register=register, notes=read.notes, columns=columns)


def _rows(table: Table) -> Rows:
    return [(row.line, row.cells) for row in table.rows]


def _problem(fault: Finding, *, file: str, sheet: str, line: int) -> Problem:
    return Problem(file=file, path=sheet, seen=fault.seen, wanted=fault.wanted, line=line)
