"""`svtracker contracts`: what was promised under contracts, and what came of it."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from svtracker.cli.door import opened, organisation_named
from svtracker.kernel.exceptions import RefusedError

if TYPE_CHECKING:
    from datetime import date

    from svtracker.delivery.rules.register import RegisterPlan
    from svtracker.delivery.rules.register_columns import Field

app = typer.Typer(
    help="Contracts: what was promised, what is due, claimed and verified.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

OF_ORGANISATION = typer.Option(
    "--organisation", help="The organisation's slug; without it the one added first.", show_default=False
)


@app.callback()
def contracts() -> None:
    """Contracts: what was promised, what is due, claimed and verified."""


@app.command("list")
def list_contracts(
    organisation: Annotated[str | None, OF_ORGANISATION] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the list as JSON.")] = False,
) -> None:
    """List the contracts of an organisation, the one that ends first at the top."""
    from svtracker.delivery.answer import contract_answer
    from svtracker.delivery.service import contracts as service

    with opened() as (_, database), database.reading() as session:
        where = organisation_named(session, organisation)
        found = service.list_contracts(session, organisation_id=where.id)
    if as_json:
        typer.echo(json.dumps([contract_answer(one) for one in found], ensure_ascii=False, indent=2))
        return
    for one in found:
        about = one.contract
        typer.echo(f"{one.id}  {about.reference}  {about.title}: {one.supplier}, until {about.ends_on:%Y-%m-%d}")


@app.command("import")
def import_register(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A contracts register as CSV or XLSX.", show_default=False)
    ],
    commit: Annotated[bool, typer.Option("--commit", help="Do it; without this, only say what would be done.")] = False,
    column: Annotated[
        list[str] | None,
        typer.Option(
            "--column",
            metavar="FIELD=NAME",
            help="Which column a field stands in, as in title=Description; nothing after = leaves the field out. "
            "May be repeated.",
            show_default=False,
        ),
    ] = None,
    body: Annotated[
        list[str] | None,
        typer.Option(
            "--body",
            metavar="NAME",
            help="Of a register of several bodies, take the rows of this one. May be repeated.",
            show_default=False,
        ),
    ] = None,
    organisation: Annotated[str | None, OF_ORGANISATION] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the plan as JSON.")] = False,
) -> None:
    """Import a contracts register, or say what that would do; a second run changes nothing.

    The columns are recognised by their names and printed; every row becomes a contract or is listed with its reason,
    and the values of both add up to those in the file. Suppliers are matched by company number, then by name and
    postcode, never by guess. A contract that a person has changed here stays and is listed. A file that is no
    contracts register is refused, and then nothing is imported.
    """
    from svtracker.audit.rules.events import COMMAND_LINE
    from svtracker.delivery.answer import import_answer
    from svtracker.delivery.loader import load_register
    from svtracker.delivery.service import importing
    from svtracker.files.yaml_reader import bytes_of
    from svtracker.kernel.clock import system_clock
    from svtracker.kernel.problems import Problem

    data = bytes_of(file)
    if isinstance(data, Problem):
        raise RefusedError([data])
    loaded = load_register(
        name=str(file),
        data=data,
        at=system_clock(),
        choice=_choice(column or ()),
        bodies=frozenset(body) if body else None,
    )
    if loaded.register is None:
        raise RefusedError(loaded.problems)
    with opened() as (_, database), database.writing() if commit else database.reading() as session:
        where = organisation_named(session, organisation)
        if commit:
            plan = importing.import_register(session, loaded.register, organisation_id=where.id, actor=COMMAND_LINE)
        else:
            plan = importing.plan_import(session, loaded.register, organisation_id=where.id)
    if as_json:
        typer.echo(json.dumps(import_answer(plan), ensure_ascii=False, indent=2))
        return
    for line in (*loaded.notes, *_import_lines(plan)):
        typer.echo(line)
    if not commit:
        typer.echo("Nothing was saved. Run it with --commit to do this.")


def _choice(columns: Iterable[str]) -> "dict[Field, str | int | None]":
    from svtracker.delivery.rules.register_columns import Field
    from svtracker.kernel.problems import Problem, shown

    found: dict[Field, str | int | None] = {}
    problems = []
    for text in columns:
        field, sign, name = (part.strip() for part in text.partition("="))
        if sign and field in set(Field):
            found[Field(field)] = name or None
        else:
            wanted = f"FIELD=NAME, where FIELD is one of {', '.join(Field)}"
            problems.append(Problem(file="--column", path="", seen=shown(text), wanted=wanted))
    if problems:
        raise RefusedError(problems)
    return found


def _import_lines(plan: "RegisterPlan") -> Iterator[str]:
    from svtracker.delivery.rules.register import count
    from svtracker.kernel import wording
    from svtracker.registers.rules.suppliers import Action, How

    yield f"{wording.counted(plan.rows, 'row')}, names of the columns on line {plan.columns.line}"
    for field, name in plan.columns.named.items():
        yield f"column {field}: {name}"
    if plan.columns.unused:
        yield f"columns left aside: {', '.join(plan.columns.unused)}"
    for what, things in (("contracts", plan.contracts), ("suppliers", plan.suppliers)):
        yield f"{what}: {', '.join(f'{number:,} {word}' for word, number in count(things).items())}"
    yield f"value in the file: {wording.pounds(plan.value_in_file)}"
    yield f"value of the contracts: {wording.pounds(plan.value)}"
    yield f"value of rows that are listed: {wording.pounds(plan.value_listed)}"
    for entry in plan.suppliers:
        if entry.action is Action.NEW and entry.how is How.NOT_ALIKE:
            yield f"new supplier {entry.after.name}: {entry.how}"
    for line, note in plan.notes:
        yield f"note line {line}: {note}"
    for one in plan.listed:
        yield f"listed line {one.line}: {one.reason}"


@app.command()
def progress(
    contract: Annotated[
        str | None,
        typer.Argument(
            metavar="[CONTRACT]", help="Reference or number of a contract; without it all.", show_default=False
        ),
    ] = None,
    at: Annotated[
        datetime | None,
        typer.Option(
            "--at",
            metavar="DATE",
            formats=["%Y-%m-%d"],
            help="The day, as 2026-09-30; today without it.",
            show_default=False,
        ),
    ] = None,
    elapsed: Annotated[
        bool, typer.Option("--elapsed", help="Count the part of the running period that has passed as due.")
    ] = False,
    organisation: Annotated[str | None, OF_ORGANISATION] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON; a list where no contract is named.")] = False,
) -> None:
    """Print what is committed, due, claimed and verified in £, of one contract with its commitments or of all.

    Periods that have ended by the day count, with what is known of them today. Verified counts of each commitment at
    most what is due, so more on one never hides less on another; the ratio without that limit stands beside it.
    """
    from svtracker.delivery.service import progress as service
    from svtracker.kernel import uk_time
    from svtracker.kernel.clock import system_clock

    day = at.date() if at is not None else uk_time.local(system_clock()).date()
    with opened() as (_, database), database.reading() as session:
        where = organisation_named(session, organisation)
        if contract is None:
            answers = service.progress_of_all(session, organisation_id=where.id, at=day, elapsed=elapsed)
        else:
            answers = [service.progress_of(session, contract, organisation_id=where.id, at=day, elapsed=elapsed)]
    if as_json:
        typer.echo(json.dumps(answers if contract is None else answers[0], ensure_ascii=False, indent=2))
        return
    for line in _lines(answers, day):
        typer.echo(line)


def _lines(answers: list[dict[str, Any]], day: "date") -> Iterator[str]:
    heads = "".join(f"{head:>18}" for head in ("committed £", "due £", "claimed £", "verified £"))
    yield f"{'at ' + day.isoformat():<32}{heads}{'of due':>12}"
    for one in answers:
        yield _row(one["contract"], [one[name] for name in ("committed", "due", "claimed", "verified")], one)
        if len(answers) == 1:
            for line in one["commitments"]:
                figures = [line[name] for name in ("committed", "due", "claimed", "verified")]
                said = ["unknown" if part["quantity"] is None else part["quantity"] for part in figures]
                yield _row(f"  {line['measure']} ({line['unit']})", said, line)


def _row(name: str, figures: list[str], one: dict[str, Any]) -> str:
    columns = "".join(f"{part:>18}" for part in figures)
    percent = one.get("achievement_percent")
    of_due = "nothing due" if percent is None else f"{percent} %"
    return f"{name:<32}{columns}{of_due:>12}  {(one['status'] or 'due unknown').replace('_', ' ')}"
