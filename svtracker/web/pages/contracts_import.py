"""Importing a contracts register: the form, its columns, what is wrong with the file, what would happen."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from svtracker.delivery.rules.register import Listed, PlannedContract, RegisterPlan, count
from svtracker.delivery.rules.register_columns import Columns, Field
from svtracker.kernel import wording
from svtracker.kernel.problems import Problem
from svtracker.registers.rules.suppliers import Action, How
from svtracker.web.pages.frame import FormError, Page
from svtracker.web.pages.tenders_import import AlikeRow, Figure

CRUMBS = (("Contracts", "/contracts"),)
MOST_ROWS = 200
LONGEST_HEAD = 60

LABELS = {
    Field.REFERENCE: "Reference",
    Field.TITLE: "Title (needed)",
    Field.SUPPLIER: "Supplier (needed)",
    Field.COMPANY_NUMBER: "Company number",
    Field.CHARITY_NUMBER: "Charity number",
    Field.POSTCODE: "Postcode of the supplier",
    Field.ANNUAL_VALUE: "Annual value",
    Field.VALUE: "Total value",
    Field.STARTS_ON: "Start date (needed)",
    Field.CURRENT_ENDS_ON: "Current expiry date",
    Field.ENDS_ON: "End date",
    Field.DURATION: "Duration",
    Field.EXTENSION: "Option to extend",
    Field.PROCESS: "Process used",
    Field.BODY: "Purchasing body",
    Field.DIRECTORATE: "Directorate",
    Field.CATEGORY: "Category",
    Field.SME: "Small or medium-sized firm",
    Field.VCSE: "Voluntary or social enterprise",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A file as the page sends it again, and its columns where they were found."""

    name: str
    kept: str
    columns: Columns | None

    @property
    def planned(self) -> str:
        """The columns for which a plan was made, in one text."""
        places = {} if self.columns is None else self.columns.places
        return ",".join(str(places.get(field, "")) for field in Field)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnChoice:
    """The choice of the column for one field."""

    id: str
    label: str
    selected: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractRow:
    """A contract that would be added or changed."""

    title: str
    note: str
    action: str
    term: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    """A row of the file and what is said of it."""

    line: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterTables:
    """What would happen, in tables."""

    figures: tuple[Figure, ...]
    rows: tuple[ContractRow, ...]
    more: int
    listed: tuple[LineRow, ...]
    listed_count: int
    remarks: tuple[LineRow, ...]
    remarks_count: int
    alike: tuple[AlikeRow, ...]
    is_done: bool


@dataclass(frozen=True, kw_only=True)
class ContractsImportPage(Page):
    """The form; or what is wrong with the file; or what it would do, to be confirmed."""

    file_name: str
    kept: str
    planned: str
    choices: tuple[ColumnChoice, ...]
    options: tuple[tuple[str, str], ...]
    unused: str
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]
    plan: RegisterTables | None
    field_error: str | None
    most: int


def contracts_import_page(
    *,
    sent: Sent | None = None,
    problems: Sequence[Problem] = (),
    notes: Sequence[str] = (),
    plan: RegisterPlan | None = None,
    changed: bool = False,
    error: str | None = None,
) -> ContractsImportPage:
    """The form; or what is wrong with the file; or what it would do. `changed` says that the columns are other ones."""
    columns = None if sent is None else sent.columns
    href = "#file"
    if problems:
        error = f"Nothing was imported: {wording.counted(len(problems), 'thing')} to put right."
        href = "#file" if columns is None else "#problems"
    answer = "A contracts register of your council as CSV or XLSX, whatever its columns are called. First you see what "
    answer += "would happen."
    if plan is not None:
        answer = ("You changed the columns: this is what would happen now. " if changed else "") + _answer(plan)
    return ContractsImportPage(
        title="Import contracts",
        crumbs=CRUMBS,
        answer=answer,
        file_name="" if sent is None else sent.name,
        kept="" if sent is None else sent.kept,
        planned="" if sent is None else sent.planned,
        choices=() if columns is None else tuple(_choices(columns)),
        options=() if columns is None else tuple(_options(columns)),
        unused="" if columns is None else wording.listed(columns.unused),
        problems=tuple(problems),
        notes=tuple(notes),
        plan=None if plan is None else _tables(plan),
        field_error=error if href == "#file" else None,
        errors=(FormError(text=error, href=href),) if error else (),
        most=MOST_ROWS,
    )


def _choices(columns: Columns) -> Iterator[ColumnChoice]:
    for field in Field:
        place = columns.places.get(field)
        yield ColumnChoice(
            id=f"column-{field.value.replace('_', '-')}",
            label=LABELS[field],
            selected="" if place is None else str(place),
        )


def _options(columns: Columns) -> Iterator[tuple[str, str]]:
    """Every column by its place; of those without a name or with one that others share, the place is said."""
    yield "", "no column"
    for place, head in enumerate(columns.heads):
        short = head if len(head) <= LONGEST_HEAD else f"{head[: LONGEST_HEAD - 1]}…"
        if not head:
            yield str(place), f"column {place + 1}, without a name"
        elif columns.heads.count(head) > 1:
            yield str(place), f"{short} (column {place + 1})"
        else:
            yield str(place), short


def _answer(plan: RegisterPlan) -> str:
    left_out = f" {wording.counted(len(plan.listed), 'row')} cannot be used." if plan.listed else ""
    if plan.does_nothing:
        return f"Everything that can be used is here already. There is nothing to import.{left_out}"
    found = count(plan.contracts)
    return (
        f"{wording.counted(plan.rows, 'row')}: {wording.counted(found[Action.NEW], 'contract')} would be added and "
        f"{found[Action.CHANGED]:,} changed.{left_out} Nothing has been changed yet."
    )


def _tables(plan: RegisterPlan) -> RegisterTables:
    moving = [one for one in plan.contracts if one.action is not Action.UNCHANGED]
    notes = plan.notes
    return RegisterTables(
        figures=tuple(_figures(plan)),
        rows=tuple(_row(one, plan) for one in moving[:MOST_ROWS]),
        more=max(0, len(moving) - MOST_ROWS),
        listed=tuple(_listed(one) for one in plan.listed[:MOST_ROWS]),
        listed_count=len(plan.listed),
        remarks=tuple(LineRow(line=line, text=note) for line, note in notes[:MOST_ROWS]),
        remarks_count=len(notes),
        alike=tuple(
            AlikeRow(
                name=one.after.name,
                number=one.after.company_number or "none given",
                postcode=one.after.postcode or "none given",
            )
            for one in plan.suppliers
            if one.action is Action.NEW and one.how is How.NOT_ALIKE
        ),
        is_done=plan.does_nothing,
    )


def _figures(plan: RegisterPlan) -> Iterator[Figure]:
    for label, things in (("Contracts", plan.contracts), ("Suppliers", plan.suppliers)):
        found = count(things)
        below = f"new; {found[Action.CHANGED]:,} changed, {found[Action.UNCHANGED]:,} here already"
        yield Figure(label=label, figure=f"{found[Action.NEW]:,}", below=below)
    yield Figure(
        label="Value of the contracts",
        figure=wording.pounds_short(plan.value),
        below=f"of {wording.pounds(plan.value_in_file)} in the file",
    )
    yield Figure(
        label="Rows left out",
        figure=f"{len(plan.listed):,}",
        below=f"with {wording.pounds(plan.value_listed)}; each with its reason",
    )


def _listed(one: Listed) -> LineRow:
    value = "" if one.value is None else f" ({wording.pounds(one.value)})"
    return LineRow(line=one.line, text=f"{one.reason}{value}")


def _row(one: PlannedContract, plan: RegisterPlan) -> ContractRow:
    row = one.row
    supplier = plan.suppliers[one.supplier].after.name
    what = [name.removesuffix("_id").replace("_", " ") for name in one.changes]
    return ContractRow(
        title=row.title,
        note=f"{row.reference}; {supplier}" if row.reference else supplier,
        action=f"changed: {wording.listed(what)}" if what else one.action.value,
        term=f"{wording.day(row.starts_on)} to {wording.day(row.ends_on)}",
        value="not stated" if row.value is None else wording.pounds(row.value),
    )
