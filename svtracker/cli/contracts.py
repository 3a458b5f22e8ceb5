"""`svtracker contracts`: what was promised under contracts, and what came of it."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from svtracker.cli.door import opened, organisation_named

if TYPE_CHECKING:
    from datetime import date

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
