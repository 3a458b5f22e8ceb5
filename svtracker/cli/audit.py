"""`svtracker audit`: the record of who did what, when and why."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
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


@app.command()
def show(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="What kind of object, as version.", show_default=False)],
    name: Annotated[str, typer.Argument(metavar="ID", help="Which one, as open-toms@2021.1.", show_default=False)],
    on: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], metavar="DATE", help="As known at the end of this day (UTC).", show_default=False
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, with the history and its hashes.")] = False,
) -> None:
    """Show one object as its events tell it: each field with its value and since when it is known.

    With --on only the events up to the end of that day count. Where an event says that a field was something else
    before than the events before it say, that is shown as a contradiction.
    """
    from svtracker.audit import service
    from svtracker.audit.answer import told_answer
    from svtracker.audit.rules import wording as words
    from svtracker.audit.store import WHOLE_INSTALLATION

    kind = kind.replace(" ", "_")
    with opened() as (_settings, database), database.reading() as session:
        told = service.tell(
            session,
            scope=WHOLE_INSTALLATION,
            object_kind=kind,
            object_id=name,
            on=None if on is None else on.date(),
        )
    if as_json:
        typer.echo(json.dumps(told_answer(told), ensure_ascii=False, indent=2))
        return
    known = told.known
    when = "" if known.day is None else f" at the end of {known.day.isoformat()} (UTC)"
    if known.last is None:
        typer.echo(f"Nothing was recorded about {words.plain(kind)} {_line(name)}{when}.")
        return
    told_by = f"{known.events} event{'s' if known.events != 1 else ''}, the last at {words.moment(known.last.at)}"
    typer.echo(f"{words.plain(kind)} {_line(name)} as known{when}, from {told_by}")
    for field in known.fields:
        typer.echo(f"    {words.plain(field.name)}: {_value(field.value)} (since {words.moment(field.told_by.at)})")
    for one in known.contradictions:
        typer.echo(
            f"    contradiction: the event of {words.moment(one.told_by.at)} says that {words.plain(one.field)} was "
            f"{_value(one.said)}; the events before it say {_value(one.known)}"
        )


@app.command()
def sample(
    *,
    seed: Annotated[str, typer.Option(metavar="TEXT", help="Decides what is drawn: the same seed, the same events.")],
    size: Annotated[int, typer.Option(min=1, max=1000, metavar="N", help="How many events, at most 1000.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The ZIP to write.")],
    first: Annotated[
        datetime | None,
        typer.Option(
            "--from",
            formats=["%Y-%m-%d"],
            metavar="DATE",
            help="Only events from this day on (UTC).",
            show_default=False,
        ),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option(
            "--to", formats=["%Y-%m-%d"], metavar="DATE", help="Only events up to this day (UTC).", show_default=False
        ),
    ] = None,
    organisation: Annotated[
        str | None,
        typer.Option(
            metavar="SLUG",
            help="Only events of this organisation and of what all share; without it, those of the whole installation.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Draw a sample of events that anyone can draw again, as one pack with its histories, hashes and a README.

    FILE is not written where it exists already.
    """
    from svtracker.audit import service
    from svtracker.audit.rules.days import day_bounds
    from svtracker.audit.store import WHOLE_INSTALLATION, Filters, Scope
    from svtracker.kernel.exceptions import NotFoundError
    from svtracker.registers import service as registers
    from svtracker.reports.audit import sample_pack

    if not seed.strip():
        raise typer.BadParameter("Give a text, as a word or a date that you write down.", param_hint="--seed")
    if first is not None and last is not None and last < first:
        raise typer.BadParameter("The last day must not be before the first.", param_hint="--to")
    since, before = day_bounds(first and first.date(), last and last.date())
    filters = Filters(since=since, before=before)
    with opened() as (_settings, database), database.reading() as session:
        organisations = {one.slug: one for one in registers.list_organisations(session)}
        if organisation is not None and organisation not in organisations:
            do = "“svtracker organisations list” shows those that there are."
            raise NotFoundError(what="organisation", name=organisation, do=do)
        scope = WHOLE_INSTALLATION if organisation is None else Scope(organisation_id=organisations[organisation].id)
        drawn = service.draw(session, scope=scope, filters=filters, size=size, seed=seed)
        pack = sample_pack(drawn, organisations={one.id: one.name for one in organisations.values()})
    with output.open("xb") as file:
        file.write(pack)
    typer.echo(f"{len(drawn.entries)} of {drawn.among} events are in {output}.")


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
    from svtracker.audit.rules import wording as words

    return _line(words.value(value))


def _line(text: str) -> str:
    """A text as it may stand on one line of a terminal: control characters would let it forge another line."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
