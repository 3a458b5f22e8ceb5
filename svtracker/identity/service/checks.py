"""Proving accounts and roles: what stands in the tables must be what the record of events adds up to.

Whoever makes themselves administrator past this program is found, as long as the record itself is whole.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from svtracker.audit import service as audit
from svtracker.audit import store as people
from svtracker.audit.rules.events import Entry
from svtracker.audit.store import WHOLE_INSTALLATION, Filters, Person
from svtracker.identity import store
from svtracker.identity.rules.accounts import AccountState, email_key
from svtracker.identity.rules.roles import Grant
from svtracker.identity.service.common import ACCOUNT
from svtracker.identity.store import Account
from svtracker.kernel import wording
from svtracker.kernel.problems import Problem

_Held = tuple[int, str, str | None, str | None, str | None]


@dataclass(slots=True, kw_only=True)
class _Told:
    """What the events of one account add up to."""

    state: str | None = None
    has_password: bool = False
    has_identity_provider: bool = False
    held: list[_Held] = field(default_factory=list)

    def follow(self, entry: Entry) -> None:
        """Takes in the next event."""
        fields = entry.fields
        match entry.what:
            case "role_given":
                self.held.append(_held_of(entry, side="new"))
            case "role_ended":
                ended = _held_of(entry, side="old")[:3]
                self.held = [one for one in self.held if one[:3] != ended]
            case "password_set":
                self.has_password = True
            case "identity_provider_joined":
                self.has_identity_provider = True
            case _ if "state" in fields:
                self.state = fields["state"].get("new")


def check_accounts(session: Session) -> tuple[Problem, ...]:
    """What is wrong with accounts and roles, beside the record of events; nothing is the right answer."""
    told: dict[str, _Told] = defaultdict(_Told)
    for entry in audit.log(session, scope=WHOLE_INSTALLATION, filters=Filters(object_kind=ACCOUNT)):
        told[entry.object_id].follow(entry)
    accounts = store.list_accounts(session, organisation_id=None)
    grants = store.list_grants_of(session, [account.person_id for account in accounts])
    persons = {one.id: one for one in people.list_people(session, scope=WHOLE_INSTALLATION)}
    problems = []
    for account in accounts:
        events = told.pop(str(account.person_id), _Told())
        person = persons.get(account.person_id)
        for seen, wanted in _wrong_with(account, person, grants.get(account.person_id, ()), events):
            path = f"person {account.person_id}"
            problems.append(Problem(file="accounts", path=path, seen=seen, wanted=wanted))
    problems += [
        Problem(file="accounts", path=f"person {number}", seen="nothing", wanted="an account that events tell of")
        for number in told
    ]
    return tuple(problems)


def _wrong_with(
    account: Account, person: Person | None, grants: tuple[Grant, ...], told: _Told
) -> Iterator[tuple[str, str]]:
    if told.state is None:
        yield "an account that no event tells of: it was put in past this program", "only accounts that were added"
        return
    if account.state != told.state:
        yield f"the state “{account.state}”, which no event tells of", f"“{told.state}”, as the last event says"
    email = None if person is None else person.email
    if account.email_key != (None if email is None else email_key(email)):
        yield "the key of another address", "the key of the address on file"
    erased = account.email_key is None and account.state is AccountState.DISABLED
    for what, seen, wanted in (
        ("password", account.password_hash is not None, told.has_password),
        ("identity provider", account.federated_key is not None, told.has_identity_provider),
    ):
        if seen != (wanted and not erased):
            yield (
                (f"{wording.a_or_an(what)} that no event tells of" if seen else f"no {what}"),
                (f"no {what}" if seen else f"the {what} that an event tells of"),
            )
    now, then = sorted(map(_held, grants), key=str), sorted(told.held, key=str)
    for one in _without(now, then):
        yield f"the role {_words(one)}, which no event tells of", "only roles that were given"
    for one in _without(then, now):
        yield f"no role {_words(one)}", "the role that an event tells of"


def _held(grant: Grant) -> _Held:
    about = None if grant.object_kind is None else f"{grant.object_kind}:{grant.object_id}"
    return grant.organisation_id, grant.role.value, about, _day(grant.from_day), _day(grant.to_day)


def _held_of(entry: Entry, *, side: str) -> _Held:
    fields: Mapping[str, Mapping[str, str]] = entry.fields
    role, about, from_day, to_day = (
        fields.get(name, {}).get(side) for name in ("role", "object", "from_day", "to_day")
    )
    return entry.organisation_id or 0, role or "", about, from_day, to_day


def _without(ones: list[_Held], others: list[_Held]) -> list[_Held]:
    left = list(others)
    found = []
    for one in ones:
        if one in left:
            left.remove(one)
        else:
            found.append(one)
    return found


def _words(held: _Held) -> str:
    organisation_id, role, about, from_day, to_day = held
    days = f"{f' from {from_day}' if from_day else ''}{f' to {to_day}' if to_day else ''}"
    return f"“{role}”{f' of {about}' if about else ''}{days} in organisation {organisation_id}"


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()
