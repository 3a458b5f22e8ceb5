"""`svtracker users`: people with an account."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from svtracker.cli.door import opened
from svtracker.kernel.exceptions import NotFoundError, RefusedError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from svtracker.identity.rules.roles import Grant, Role
    from svtracker.identity.service import User, UsersPlan
    from svtracker.registers.store import Organisation
    from svtracker.settings import Settings

app = typer.Typer(
    help="People with an account: add, give roles, lock, disable, erase.", no_args_is_help=True, rich_markup_mode=None
)

Email = Annotated[str, typer.Argument(help="The person's email address.", show_default=False)]
Slug = Annotated[str, typer.Option("--organisation", help="The organisation's slug.", show_default=False)]
MaybeSlug = Annotated[
    str | None, typer.Option("--organisation", help="Only this organisation, by its slug.", show_default=False)
]
Reason = Annotated[str, typer.Option(help="Why: it is kept in the record.", show_default=False)]


@app.command()
def add(
    name: Annotated[str, typer.Argument(help='The name, as in "Wren Alder".', show_default=False)],
    email: Annotated[str, typer.Option(help="The email address.", show_default=False)],
    organisation: Slug,
    role: Annotated[
        list[str], typer.Option(help="A role, as administrator; may be given again.", default_factory=list)
    ],
    link: Annotated[bool, typer.Option("--link", help="Print a link to set a password.")] = False,
) -> None:
    """Add a person with an account and roles for all of the organisation; an address has one account only."""
    from svtracker.audit.rules.events import COMMAND_LINE
    from svtracker.identity import service

    roles = [_role(word) for word in role]
    with opened() as (settings, database), database.writing() as session:
        found = _organisation(session, organisation)
        user = service.add_user(
            session, organisation_id=found.id, name=name, email=email, roles=roles, actor=COMMAND_LINE
        )
        address = _set_password_link(session, settings, user) if link else None
    typer.echo(f"added {user.name} to {found.name}{f' as {_listed(user.grants)}' if user.grants else ', with no role'}")
    if address is not None:
        _echo_link(address)


@app.command("import")
def import_users(
    file: Annotated[Path, typer.Argument(help="A CSV file with the columns name, email, roles.", show_default=False)],
    organisation: Slug,
    commit: Annotated[bool, typer.Option("--commit", help="Do it; without this, only say what would be done.")] = False,
) -> None:
    """Add the people of a CSV file (UTF-8; roles in one cell with a semicolon between), or say what that would do.

    Everything that is wrong is told at once, with its line, and then nobody is added. A second run changes nothing.
    """
    from svtracker.audit.rules.events import COMMAND_LINE
    from svtracker.files.csv_reader import read_rows
    from svtracker.files.yaml_reader import bytes_of
    from svtracker.identity import service
    from svtracker.kernel.problems import Problem

    data = bytes_of(file)
    if isinstance(data, Problem):
        raise RefusedError([data])
    read = read_rows(name=str(file), data=data, columns=service.CSV_COLUMNS, left_aside=service.CSV_LEFT_ASIDE)
    if read.problems:
        raise RefusedError(read.problems)
    with opened() as (_, database), database.writing() as session:
        found = _organisation(session, organisation)
        plan = service.add_users_from_rows(
            session, read.rows, file=read.name, organisation_id=found.id, actor=COMMAND_LINE, commit=commit
        )
    for line in _plan_lines(plan):
        typer.echo(line)


@app.command("list")
def list_users(
    organisation: MaybeSlug = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List people with an account: address, name, state, roles, when they were last here."""
    from svtracker.identity import service
    from svtracker.registers import service as registers

    with opened() as (_, database), database.reading() as session:
        slugs = {one.id: one.slug for one in registers.list_organisations(session)}
        chosen = None if organisation is None else _organisation(session, organisation).id
        users = service.list_users(session, organisation_id=chosen)
    if as_json:
        typer.echo(json.dumps([_answer(user, slugs) for user in users], ensure_ascii=False, indent=2))
    elif not users:
        typer.echo("There is nobody yet. Add somebody with “svtracker users add”.")
    for user in () if as_json else users:
        seen = "never here" if user.last_seen_at is None else f"last here {user.last_seen_at:%Y-%m-%d}"
        roles = _listed(user.grants, slugs) or "no role"
        typer.echo(
            f"{user.email or f'person {user.person_id}'}  {user.name or 'erased'}, {user.state}, {seen}: {roles}"
        )


@app.command("role")
def give_role(
    email: Email,
    role: Annotated[str, typer.Argument(help='The role, as in "lead evaluator".', show_default=False)],
    *,
    organisation: MaybeSlug = None,
    about: Annotated[
        str | None,
        typer.Option(
            "--object", metavar="KIND:ID", help="Only for this, as tender:12 or contract:7.", show_default=False
        ),
    ] = None,
    from_day: Annotated[
        datetime | None,
        typer.Option(
            "--from", formats=["%Y-%m-%d"], metavar="DATE", help="From this day on, included.", show_default=False
        ),
    ] = None,
    to_day: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], metavar="DATE", help="To this day, included.", show_default=False),
    ] = None,
    end: Annotated[bool, typer.Option("--end", help="End the role instead.")] = False,
    reason: Annotated[str, typer.Option(help="Why: it is kept in the record.", show_default=False)] = "",
) -> None:
    """Give a person a role in their organisation or another, or end it; the last administrator stays one."""
    from svtracker.audit.rules.events import COMMAND_LINE
    from svtracker.identity import service

    wanted = _role(role)
    kind, _, number = (about or "").partition(":")
    if about is not None and not (kind and number):
        raise typer.BadParameter("Write it as KIND:ID, as in tender:12.", param_hint="--object")
    where: dict[str, Any] = {"object_kind": kind or None, "object_id": number or None}
    if not end:
        where |= {
            "from_day": None if from_day is None else from_day.date(),
            "to_day": None if to_day is None else to_day.date(),
        }
    with _user(email) as (session, _, user):
        place = user.organisation_id if organisation is None else _organisation(session, organisation).id
        change = service.end_role if end else service.grant_role
        change(session, user.person_id, wanted, organisation_id=place, actor=COMMAND_LINE, reason=reason, **where)
    typer.echo(f"{user.name} {'is no longer' if end else 'is now'} {wanted}{f' of {about}' if about else ''}")


@app.command()
def lock(email: Email, reason: Reason) -> None:
    """Stop an account for now, and end its sessions."""
    _change(email, "lock_user", "locked", reason)


@app.command()
def unlock(email: Email, reason: Reason) -> None:
    """Let a locked account sign in again."""
    _change(email, "unlock_user", "unlocked", reason)


@app.command()
def disable(email: Email, reason: Reason) -> None:
    """Close the account of somebody who leaves, and end its sessions and links."""
    _change(email, "disable_user", "disabled", reason)


@app.command()
def enable(email: Email, reason: Reason) -> None:
    """Open a disabled account again."""
    _change(email, "enable_user", "enabled", reason)


@app.command()
def link(email: Email) -> None:
    """Print a fresh link to set a password, good for 72 hours; those made before no longer work."""
    with _user(email) as (session, settings, user):
        address = _set_password_link(session, settings, user)
    _echo_link(address)


@app.command()
def erase(email: Email, reason: Reason) -> None:
    """Blank a person's name and address for good and close the account; what they did stays, by number.

    Backups made before still hold the details.
    """
    user = _change(email, "erase_user", None, reason)
    typer.echo(f"erased the details of person {user.person_id}; backups made before still hold them")


def _change(email: str, function: str, done: str | None, reason: str) -> "User":
    from svtracker.audit.rules.events import COMMAND_LINE
    from svtracker.identity import service

    with _user(email) as (session, _, user):
        getattr(service, function)(session, user.person_id, organisation_id=None, actor=COMMAND_LINE, reason=reason)
    if done is not None:
        typer.echo(f"{done} the account of {user.name}")
    return user


@contextmanager
def _user(email: str) -> Iterator[tuple["Session", "Settings", "User"]]:
    """A unit of work that writes, and the person with the address in it."""
    from svtracker.identity import service

    with opened() as (settings, database), database.writing() as session:
        user = service.find_user(session, email)
        if user is None:
            raise NotFoundError(what="account", name=email, do="“svtracker users list” shows those that there are.")
        yield session, settings, user


def _organisation(session: "Session", slug: str) -> "Organisation":
    from svtracker.registers import service as registers

    for one in registers.list_organisations(session):
        if one.slug == slug:
            return one
    raise NotFoundError(what="organisation", name=slug, do="“svtracker organisations list” shows those that there are.")


def _role(word: str) -> "Role":
    from svtracker.identity.rules.roles import Role

    known = {role.value: role for role in Role}
    if word.casefold() not in known:
        raise typer.BadParameter(f"“{word}” is no role. Roles are: {', '.join(known)}.")
    return known[word.casefold()]


def _set_password_link(session: "Session", settings: "Settings", user: "User") -> str:
    from svtracker.audit.rules.events import COMMAND_LINE
    from svtracker.identity import service
    from svtracker.identity.rules.links import Purpose

    made = service.make_link(
        session,
        organisation_id=user.organisation_id,
        person_id=user.person_id,
        purpose=Purpose.SET_PASSWORD,
        actor=COMMAND_LINE,
    )
    return service.address_of(settings.public_address, service.new_token(session, made.id, actor=COMMAND_LINE))


def _echo_link(address: str) -> None:
    typer.echo("Give this link to the person, and to nobody else; it sets a password once, within 72 hours:")
    typer.echo(address)


def _plan_lines(plan: "UsersPlan") -> Iterator[str]:
    from svtracker.identity.service import UserAction
    from svtracker.kernel import wording

    for row in plan.rows:
        roles = f" ({', '.join(row.roles)})" if row.roles else ""
        yield f"line {row.line}: {row.name}, {row.email}: {row.action}{roles}"
    counts = ", ".join(f"{plan.count(action)} {action}" for action in UserAction)
    yield f"{wording.counted(len(plan.rows), 'person', 'people')}: {counts}"
    if not plan.done:
        yield "Nothing was saved. Run it with --commit to do this."


def _listed(grants: "tuple[Grant, ...]", slugs: dict[int, str] | None = None) -> str:
    return ", ".join(
        f"{grant.role}"
        f"{f' of {grant.object_kind}:{grant.object_id}' if grant.object_kind else ''}"
        f"{f' from {grant.from_day}' if grant.from_day else ''}{f' to {grant.to_day}' if grant.to_day else ''}"
        f"{f' ({slugs[grant.organisation_id]})' if slugs else ''}"
        for grant in grants
    )


def _answer(user: "User", slugs: dict[int, str]) -> dict[str, Any]:
    return {
        "person": user.person_id,
        "name": user.name,
        "email": user.email,
        "organisation": slugs[user.organisation_id],
        "state": user.state,
        "locked_because": user.locked_because,
        "has_password": user.has_password,
        "last_seen_at": None if user.last_seen_at is None else user.last_seen_at.astimezone(UTC).isoformat(),
        "roles": [
            {
                "role": grant.role,
                "organisation": slugs[grant.organisation_id],
                "object": f"{grant.object_kind}:{grant.object_id}" if grant.object_kind else None,
                "from": None if grant.from_day is None else grant.from_day.isoformat(),
                "to": None if grant.to_day is None else grant.to_day.isoformat(),
            }
            for grant in user.grants
        ],
    }
