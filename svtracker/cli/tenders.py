"""`svtracker tenders`: tenders that are stored."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from svtracker.cli.door import opened, organisation_named
from svtracker.kernel.exceptions import RefusedError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from svtracker.tenders.rules.importing import ImportPlan

app = typer.Typer(
    help="Tenders that are stored: list them, import them from OCDS, bidders' workbooks out and in, reports.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.callback()
def tenders() -> None:
    """Tenders that are stored: list them, import them from OCDS, bidders' workbooks out and in, reports."""


@app.command("import")
def import_tenders(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE…", help="OCDS release packages or record packages, as JSON.", show_default=False),
    ],
    commit: Annotated[bool, typer.Option("--commit", help="Do it; without this, only say what would be done.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the plan as JSON.")] = False,
    organisation: Annotated[
        str | None,
        typer.Option(
            "--organisation", help="The organisation's slug; without it the one added first.", show_default=False
        ),
    ] = None,
) -> None:
    """Import tenders, awards and suppliers from OCDS packages, or say what that would do; a second run changes nothing.

    Suppliers are matched by company number, then by name and postcode, never by guess. The latest release of a process
    wins; what a person has changed here stays and is listed. A release that cannot be used is listed with its reason
    and stops no other. A file that is no OCDS package is refused, and then nothing is imported.
    """
    from svtracker.audit.rules.events import COMMAND_LINE
    from svtracker.files.yaml_reader import bytes_of
    from svtracker.kernel.problems import Problem
    from svtracker.registers import service as registers
    from svtracker.tenders.ocds import load_packages
    from svtracker.tenders.service import importing

    read = [(str(file), bytes_of(file)) for file in files]
    unread = [data for _, data in read if isinstance(data, Problem)]
    texts = [(name, data) for name, data in read if isinstance(data, bytes)]
    if unread:
        raise RefusedError([*unread, *load_packages(texts)[1]])
    package = importing.read_packages(texts)
    with opened() as (_, database), database.writing() if commit else database.reading() as session:
        if organisation is None:
            found = registers.current_organisation(session)
        else:
            found = registers.find_organisation(session, organisation)
        number = None if found is None else found.id
        if commit:
            plan = importing.import_releases(session, package, organisation_id=number, actor=COMMAND_LINE)
        else:
            plan = importing.plan_import(session, package, organisation_id=number)
    if as_json:
        typer.echo(json.dumps(importing.answer_of(plan), ensure_ascii=False, indent=2))
        return
    for line in _lines(plan, files=len(files)):
        typer.echo(line)
    if not commit:
        typer.echo("Nothing was saved. Run it with --commit to do this.")


OF_ORGANISATION = typer.Option(
    "--organisation", help="The organisation's slug; without it the one added first.", show_default=False
)
OF_TENDER = typer.Argument(metavar="TENDER", help="Number or reference of the tender.", show_default=False)


@app.command("list")
def list_tenders(
    organisation: Annotated[str | None, OF_ORGANISATION] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the list as JSON.")] = False,
) -> None:
    """List the tenders of an organisation with stage and number of bids, the newest first."""
    from svtracker.tenders.service import results, setup

    with opened() as (_, database), database.reading() as session:
        where = organisation_named(session, organisation)
        counts = results.count_bids(session, organisation_id=where.id)
        found = setup.list_tenders(session, organisation_id=where.id)
    if as_json:
        rows = [
            {
                "number": one.id,
                "reference": one.reference,
                "title": one.title,
                "stage": one.stage.value,
                "outcome": one.outcome.value,
                "bids": counts.get(one.id, 0),
            }
            for one in found
        ]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for one in found:
        stage = one.stage.value if one.outcome.value == "open" else one.outcome.value
        typer.echo(f"{one.id}  {one.reference}  {one.title}: {stage}, {counts.get(one.id, 0)} bids")


@app.command()
def workbook(
    tender: Annotated[str, OF_TENDER],
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write.", show_default=False)],
    organisation: Annotated[str | None, OF_ORGANISATION] = None,
) -> None:
    """Write the workbook that bidders of a published tender fill in, for Excel and LibreOffice."""
    from svtracker.tenders.service import workbooks

    with opened() as (_, database), database.reading() as session:
        where = organisation_named(session, organisation)
        number = _number(session, tender, organisation_id=where.id)
        data = workbooks.workbook_of(session, number, organisation_id=where.id, organisation=where.name)
    output.write_bytes(data)
    typer.echo(f"wrote {output}")


@app.command("bids")
def take_bids_in(
    tender: Annotated[str, OF_TENDER],
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE…", help="Bidders' workbooks, or archives with many.", show_default=False),
    ],
    commit: Annotated[bool, typer.Option("--commit", help="Do it; without this, only check the files.")] = False,
    organisation: Annotated[str | None, OF_ORGANISATION] = None,
) -> None:
    """Take bidders' workbooks in, all or none; without --commit only say whether that would work.

    A problem names file, sheet and cell and what is wanted there; what stands in the cell stays sealed.
    """
    from svtracker.audit.rules.events import COMMAND_LINE
    from svtracker.kernel import wording
    from svtracker.tenders.service import workbooks

    read = [(file.name, file.read_bytes()) for file in files]
    with opened() as (_, database):
        with database.reading() as session:
            where = organisation_named(session, organisation)
            number = _number(session, tender, organisation_id=where.id)
            found, problems, aside = workbooks.check_files(
                session, number, read, organisation_id=where.id, organisation=where.name
            )
        for one in aside:
            typer.echo(f"left aside {one}")
        if problems:
            raise RefusedError(problems)
        counted = wording.counted(len(found), "workbook")
        if not commit:
            typer.echo(f"{counted} can be taken in. Nothing was saved. Run it with --commit to do this.")
            return
        with database.writing() as session:
            receipts = workbooks.take_in(session, number, found, organisation_id=where.id, actor=COMMAND_LINE)
    for receipt in receipts:
        late = ", late: it waits for a decision" if receipt.is_late else ""
        typer.echo(f"bid {receipt.number} received {receipt.received_at:%Y-%m-%d %H:%M} UTC{late}")


@app.command()
def report(
    tender: Annotated[str, OF_TENDER],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="File to write: .pdf, .xlsx or .json.", show_default=False)
    ],
    anonymous: Annotated[
        bool, typer.Option("--anonymous", help="Bidder A, B … and Evaluator 1, 2 …, without free texts.")
    ] = False,
    organisation: Annotated[str | None, OF_ORGANISATION] = None,
) -> None:
    """Write the evaluation report of a tender whose bids are open, as PDF, workbook or JSON, by the file's ending."""
    from svtracker.kernel.exceptions import NotFoundError
    from svtracker.registers import service as registers
    from svtracker.reports import evaluation as reports
    from svtracker.web.house import limits_of
    from svtracker.web.pages.tender_words import settings_facts

    writers = {".pdf": reports.report_pdf, ".xlsx": reports.report_xlsx, ".json": reports.report_json}
    ending = output.suffix.casefold()
    if ending not in writers:
        raise NotFoundError(what="kind of report", name=ending, do="Let the file end in .pdf, .xlsx or .json.")
    with opened() as (settings, database), database.reading() as session:
        where = organisation_named(session, organisation)
        made = reports.report_of(
            session,
            _number(session, tender, organisation_id=where.id),
            settings_words=lambda settled: [(fact.label, fact.text) for fact in settings_facts(settled)],
            is_anonymous=anonymous,
            organisation_id=where.id,
            minimum_wage=registers.reference_figures(settings.reference_dir).minimum_wage,
            limits=limits_of(registers.get_policy(session, where.id).policy),
        )
    output.write_bytes(writers[ending](made))
    typer.echo(f"wrote {output}")


def _number(session: "Session", text: str, *, organisation_id: int) -> int:
    from svtracker.kernel.exceptions import NotFoundError
    from svtracker.tenders.service import setup

    for one in setup.list_tenders(session, organisation_id=organisation_id):
        if text in {one.reference, str(one.id)}:
            return one.id
    raise NotFoundError(what="tender", name=text, do="“svtracker tenders list” shows those that there are.")


def _lines(plan: "ImportPlan", *, files: int) -> Iterator[str]:
    from svtracker.kernel import wording
    from svtracker.registers.rules.suppliers import Action, How
    from svtracker.tenders.rules.importing import count

    yield f"{wording.counted(plan.releases, 'OCDS release')} in {wording.counted(files, 'file')}"
    for name, things in (("tenders", plan.tenders), ("awards", plan.awards), ("suppliers", plan.suppliers)):
        yield f"{name}: {', '.join(f'{number:,} {word}' for word, number in count(things).items())}"
    yield f"value of the awards: {wording.pounds(plan.value)}"
    for entry in plan.suppliers:
        if entry.action is Action.NEW and entry.how is How.NOT_ALIKE:
            yield f"new supplier {entry.after.name}: {entry.how}"
    for kept in plan.kept:
        yield f"kept {kept.release}: {kept.text}"
    for note in plan.notes:
        yield f"note {note.release}: {note.text}"
    for refused in plan.refused:
        yield f"refused {refused.release}: {refused.reason}"
