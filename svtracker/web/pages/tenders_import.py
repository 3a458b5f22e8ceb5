"""Importing tenders from OCDS packages: the form, what is wrong with the files, what would happen."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from svtracker.kernel import numbers, wording
from svtracker.kernel.problems import Problem
from svtracker.registers.rules.suppliers import Action, How
from svtracker.tenders.rules.importing import ImportPlan, Note, PlannedTender, Refusal, count
from svtracker.tenders.rules.values import OutcomeStatus
from svtracker.web.pages.frame import FormError, Page
from svtracker.web.pages.tender_words import money_short

CRUMBS = (("Tenders", "/tenders"),)
MOST_ROWS = 200

BECOMES = {
    OutcomeStatus.OPEN: "being set up",
    OutcomeStatus.AWARDED: "awarded",
    OutcomeStatus.ABANDONED: "abandoned",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One of the figures above a plan: what it counts, the figure, and what stands below."""

    label: str
    figure: str
    below: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """A tender that would be added or changed."""

    title: str
    note: str
    becomes: str
    value: str
    awarded: str
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlikeRow:
    """A supplier who would be added although the name is known."""

    name: str
    number: str
    postcode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTables:
    """What would happen, in tables."""

    figures: tuple[Figure, ...]
    rows: tuple[ImportRow, ...]
    more: int
    refused: tuple[Refusal, ...]
    kept: tuple[Note, ...]
    notes: tuple[Note, ...]
    alike: tuple[AlikeRow, ...]
    is_done: bool


@dataclass(frozen=True, kw_only=True)
class TendersImportPage(Page):
    """The form; or what is wrong with the files; or what they would do, to be confirmed."""

    problems: tuple[Problem, ...]
    plan: PlanTables | None
    files: tuple[tuple[str, str], ...]
    field_error: str | None
    file_names: str


def tenders_import_page(
    *,
    problems: Sequence[Problem] = (),
    plan: ImportPlan | None = None,
    files: Sequence[tuple[str, str]] = (),
    error: str | None = None,
) -> TendersImportPage:
    """The form; or what is wrong with the files; or what they would do. `files` are the names and texts sent."""
    if problems:
        error = f"Nothing was imported: {wording.counted(len(problems), 'thing')} to put right."
    answer = (
        "Tenders, awards and suppliers from Contracts Finder and other OCDS packages. First you see what would happen."
    )
    if plan is not None:
        answer = _answer(plan)
    return TendersImportPage(
        title="Import tenders",
        crumbs=CRUMBS,
        answer=answer,
        problems=tuple(problems),
        plan=None if plan is None else _tables(plan),
        files=tuple(files),
        file_names=wording.listed([name for name, _ in files]),
        field_error=error,
        errors=(FormError(text=error, href="#file"),) if error else (),
    )


def _answer(plan: ImportPlan) -> str:
    if plan.does_nothing:
        return "Everything that can be used is here already. There is nothing to import."
    tenders = count(plan.tenders)
    refused = wording.counted(len(plan.refused), "release")
    left_out = f" {refused} cannot be used." if plan.refused else ""
    return (
        f"{wording.counted(plan.releases, 'OCDS release')}: {wording.counted(tenders[Action.NEW], 'tender')} would be "
        f"added and {tenders[Action.CHANGED]:,} changed.{left_out} Nothing has been changed yet."
    )


def _tables(plan: ImportPlan) -> PlanTables:
    moving = [one for one in plan.tenders if _moves(one)]
    return PlanTables(
        figures=tuple(_figures(plan)),
        rows=tuple(_row(tender) for tender in moving[:MOST_ROWS]),
        more=max(0, len(moving) - MOST_ROWS),
        refused=plan.refused,
        kept=plan.kept,
        notes=plan.notes,
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


def _moves(tender: PlannedTender) -> bool:
    return tender.action is not Action.UNCHANGED or any(one.action is not Action.UNCHANGED for one in tender.awards)


def _figures(plan: ImportPlan) -> Iterator[Figure]:
    for label, things in (("Tenders", plan.tenders), ("Awards", plan.awards), ("Suppliers", plan.suppliers)):
        found = count(things)
        below = f"new; {found[Action.CHANGED]:,} changed, {found[Action.UNCHANGED]:,} here already"
        yield Figure(label=label, figure=f"{found[Action.NEW]:,}", below=below)
    yield Figure(label="Value of the awards", figure=money_short(plan.value), below=wording.pounds(plan.value))


def _row(tender: PlannedTender) -> ImportRow:
    said = tender.process.after
    values = [award.value for award in said.awards if award.stands and award.value is not None]
    suppliers = said.bidders
    more = len(suppliers) - 1
    names = "" if not suppliers else f"; {suppliers[0]}" + (f" and {wording.counted(more, 'other')}" if more else "")
    return ImportRow(
        title=said.title,
        note=f"{tender.reference}{names}",
        becomes=BECOMES[said.outcome],
        value="not given" if said.contract_value is None else wording.pounds(said.contract_value),
        awarded=wording.pounds(numbers.total(values)) if values else "none",
        action=tender.action.value if tender.action is not Action.UNCHANGED else "award added",
    )
