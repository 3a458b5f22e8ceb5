"""`svtracker tenders`: tenders that are stored."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from svtracker.cli.door import opened
from svtracker.kernel.exceptions import RefusedError

if TYPE_CHECKING:
    from svtracker.tenders.rules.importing import ImportPlan

app = typer.Typer(
    help="Tenders that are stored: import them from OCDS.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.callback()
def tenders() -> None:
    """Tenders that are stored: import them from OCDS."""


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
    packages = [(name, data) for name, data in read if isinstance(data, bytes)]
    if unread:
        raise RefusedError([*unread, *load_packages(packages)[1]])
    with opened() as (_, database), database.writing() if commit else database.reading() as session:
        if organisation is None:
            found = registers.current_organisation(session)
        else:
            found = registers.find_organisation(session, organisation)
        number = None if found is None else found.id
        if commit:
            plan = importing.import_releases(session, packages, organisation_id=number, actor=COMMAND_LINE)
        else:
            plan = importing.plan_import(session, packages, organisation_id=number)
    if as_json:
        typer.echo(json.dumps(importing.answer_of(plan), ensure_ascii=False, indent=2))
        return
    for line in _lines(plan, files=len(files)):
        typer.echo(line)
    if not commit:
        typer.echo("Nothing was saved. Run it with --commit to do this.")


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
