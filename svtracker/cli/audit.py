"""`svtracker audit`: the record of who did what, when and why."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from svtracker.cli.door import opened

if TYPE_CHECKING:
    from svtracker.audit.rules.events import Entry
    from svtracker.audit.store import Person

app = typer.Typer(help="The record: who did what, when and why.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def choose() -> None:
    """The record: who did what, when and why."""


@app.command()
def log(
    about: Annotated[
        str | None,
        typer.Option(
            "--object",
            metavar="KIND:ID",
            help="Only events about this, as version:open-toms@2021.1 or organisation:calderbrook.",
            show_default=False,
        ),
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], metavar="DATE", help="Only events from this day on (UTC).", show_default=False
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, with the hashes.")] = False,
) -> None:
    """List events in the order in which they were recorded: time in UTC, who, what, old and new values, reason.

    With --json each event has its hash and the hash of the one before, so that anyone can prove the chain.
    """
    from svtracker.audit import service
    from svtracker.audit.answer import log_answer
    from svtracker.audit.store import WHOLE_INSTALLATION, Filters
    from svtracker.registers import service as registers

    kind, _, name = (about or "").partition(":")
    if about is not None and not (kind and name):
        raise typer.BadParameter("Write it as KIND:ID, as in version:open-toms@2021.1.", param_hint="--object")
    filters = Filters(
        object_kind=kind or None, object_id=name or None, since=None if since is None else since.replace(tzinfo=UTC)
    )
    with opened() as (_settings, database), database.reading() as session:
        people = {one.id: one for one in service.list_people(session, scope=WHOLE_INSTALLATION)}
        organisations = {one.id: one.name for one in registers.list_organisations(session)}
        entries = service.log(session, scope=WHOLE_INSTALLATION, filters=filters)
        if as_json:
            typer.echo(json.dumps(log_answer(entries, people=people), ensure_ascii=False, indent=2))
            return
        found = False
        for entry in entries:
            found = True
            for line in _lines(entry, people, organisations):
                typer.echo(line)
    if not found:
        typer.echo("No event." if about is None and since is None else "No event that fits.")


def _lines(entry: "Entry", people: "Mapping[int, Person]", organisations: Mapping[int, str]) -> Iterator[str]:
    from svtracker.audit.answer import actor_name

    whose = "all" if entry.organisation_id is None else organisations.get(entry.organisation_id, "an organisation")
    who = f"{actor_name(entry, people)}{f', {entry.role}' if entry.role else ''}"
    what = entry.what.replace("_", " ")
    time = entry.at[:19].replace("T", " ")
    yield f"{time} UTC  {whose} {entry.sequence}  {_line(who)}: {what}, {entry.object_kind} {_line(entry.object_id)}"
    for field, change in entry.fields.items():
        old, new = (_value(change.get(side)) for side in ("old", "new")) if isinstance(change, dict) else ("?", "?")
        yield f"    {field}: {old} -> {new}"
    if entry.reason:
        yield f"    because: {_line(entry.reason)}"


def _value(value: Any) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case str():
            return _line(value)
        case _:
            return json.dumps(value, ensure_ascii=False)


def _line(text: str) -> str:
    """A text as it may stand on one line of a terminal: control characters would let it forge another line."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
