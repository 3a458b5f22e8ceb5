"""People added from a file: first what it would do, row by row, then all of it or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from svtracker.audit.rules.events import Actor
from svtracker.files.csv_reader import CsvRow
from svtracker.identity import store
from svtracker.identity.rules.accounts import AccountState, email_key
from svtracker.identity.rules.roles import Role
from svtracker.identity.service.accounts import add_user, faults_of_details
from svtracker.identity.service.roles import grant_role, is_whole
from svtracker.kernel.clock import Clock, system_clock
from svtracker.kernel.exceptions import RefusedError
from svtracker.kernel.problems import Problem, shown

CSV_COLUMNS = ("name", "email", "roles")
# What a list that was downloaded says besides; an import leaves it aside.
CSV_LEFT_ASIDE = ("other roles", "state", "last seen (utc)")


class UserAction(StrEnum):
    """What a row of a file does."""

    ADDED = "added"
    ROLES_GIVEN = "roles given"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedUser:
    """What one row of a file of people does, or would do."""

    line: int
    name: str
    email: str
    roles: tuple[Role, ...]
    action: UserAction


@dataclass(frozen=True, slots=True, kw_only=True)
class UsersPlan:
    """What a file of people does, row by row, and whether it was done."""

    rows: tuple[PlannedUser, ...]
    done: bool

    def count(self, action: UserAction) -> int:
        """How many rows do that."""
        return sum(row.action is action for row in self.rows)


def add_users_from_rows(
    session: Session,
    rows: Sequence[CsvRow],
    *,
    file: str,
    organisation_id: int,
    actor: Actor,
    commit: bool,
    clock: Clock = system_clock,
) -> UsersPlan:
    """Adds the people of a file, or says what that would do; refused as a whole with everything that is wrong.

    Roles stand in one cell with a semicolon between. Somebody who is there already gets the roles that are missing
    and keeps all others; a second run changes nothing.
    """
    problems: list[Problem] = []
    planned: list[PlannedUser] = []
    first_lines: dict[str, int] = {}
    for row in rows:
        found, faults = _planned(session, row, file=file, organisation_id=organisation_id)
        problems += faults
        key = email_key(found.email)
        if found.email and key in first_lines:
            wanted = f"each person once: the address stands in line {first_lines[key]} already"
            problems.append(Problem(file=file, path="email", seen=shown(found.email), wanted=wanted, line=row.line))
        first_lines.setdefault(key, row.line)
        planned.append(found)
    if problems:
        raise RefusedError(problems)
    if commit:
        for one in planned:
            _carry_out(session, one, organisation_id=organisation_id, actor=actor, clock=clock)
    return UsersPlan(rows=tuple(planned), done=commit)


def _planned(
    session: Session, row: CsvRow, *, file: str, organisation_id: int
) -> tuple[PlannedUser, tuple[Problem, ...]]:
    name, email = row.values["name"], row.values["email"]
    words = [word.strip() for word in row.values["roles"].split(";") if word.strip()]
    known = {role.value: role for role in Role}
    problems = [
        Problem(file=file, path=one.path, seen=one.seen, wanted=one.wanted, line=row.line)
        for one in faults_of_details(name=name, email=email)
    ]
    problems += [
        Problem(file=file, path="roles", seen=shown(word), wanted=f"one of {', '.join(known)}", line=row.line)
        for word in words
        if word.casefold() not in known
    ]
    roles = tuple(dict.fromkeys(known[word.casefold()] for word in words if word.casefold() in known))
    action = UserAction.ADDED
    account = store.get_account_by_email_key(session, email_key(email))
    if account is not None and account.organisation_id != organisation_id:
        wanted = "an address that has no account yet"
        problems.append(Problem(file=file, path="email", seen=shown(email), wanted=wanted, line=row.line))
    elif account is not None:
        held = {one.role for one in store.list_grants(session, account.person_id) if is_whole(one, organisation_id)}
        missing = tuple(role for role in roles if role not in held)
        action = UserAction.ROLES_GIVEN if missing else UserAction.UNCHANGED
        if missing and account.state is AccountState.DISABLED:
            wanted = "somebody whose account is not disabled"
            problems.append(Problem(file=file, path="email", seen=shown(email), wanted=wanted, line=row.line))
        roles = missing
    return PlannedUser(line=row.line, name=name, email=email, roles=roles, action=action), tuple(problems)


def _carry_out(session: Session, one: PlannedUser, *, organisation_id: int, actor: Actor, clock: Clock) -> None:
    if one.action is UserAction.ADDED:
        add_user(
            session,
            organisation_id=organisation_id,
            name=one.name,
            email=one.email,
            roles=one.roles,
            actor=actor,
            clock=clock,
        )
        return
    account = store.get_account_by_email_key(session, email_key(one.email))
    if account is not None:
        for role in one.roles:
            grant_role(session, account.person_id, role, organisation_id=organisation_id, actor=actor, clock=clock)
