"""`svtracker messages`: the outbox."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from svtracker.cli.door import opened

if TYPE_CHECKING:
    from svtracker.messages.store import Message

app = typer.Typer(help="Messages to people: list them, send them.", no_args_is_help=True, rich_markup_mode=None)

FAILED = 1


@app.callback()
def choose() -> None:
    """Messages to people: list them, send them."""


@app.command("list")
def list_messages(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List the messages of all organisations, the newest first: state, reader, subject; addresses are not shown."""
    from svtracker.messages import service

    with opened() as (_, database), database.reading() as session:
        found = service.list_messages(session, organisation_id=None)
    if as_json:
        typer.echo(json.dumps([_answer(one) for one in found], ensure_ascii=False, indent=2))
        return
    if not found:
        typer.echo("The outbox is empty.")
    for one in found:
        why = f"; tried {one.tries} times, last: {one.last_error}" if one.last_error else ""
        at = f"{one.created_at:%Y-%m-%d %H:%M} UTC"
        typer.echo(f"{one.id}  {at}  to person {one.to_person_id}: {one.subject}  {one.state}{why}")


@app.command()
def send() -> None:
    """Send the messages whose turn it is, by SVTRACKER_MAIL; what fails waits and is tried again.

    Ends with status 1 where a message could not be sent, so that a timer can report it.
    """
    from svtracker.kernel import wording
    from svtracker.web.chores import send_waiting

    with opened() as (settings, database):
        done = send_waiting(settings, database)
    typer.echo(f"sent {wording.counted(done.sent, 'message')}, {done.failed} failed, {done.cancelled} cancelled")
    if done.failed:
        typer.echo(f"{done.last_error}. What was not sent waits in the outbox and is tried again.", err=True)
        raise typer.Exit(FAILED)


def _answer(message: "Message") -> dict[str, Any]:
    return {
        "id": message.id,
        "organisation": message.organisation_id,
        "to_person": message.to_person_id,
        "subject": message.subject,
        "state": message.state,
        "created_at": message.created_at.isoformat(),
        "sent_at": None if message.sent_at is None else message.sent_at.isoformat(),
        "cancelled_at": None if message.cancelled_at is None else message.cancelled_at.isoformat(),
        "tries": message.tries,
        "next_try_at": message.next_try_at.isoformat(),
        "last_error": message.last_error,
    }
