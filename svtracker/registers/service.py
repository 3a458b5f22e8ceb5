"""What a person needs of the registers: the demo council, for whom this installation works, and reference figures."""

import re
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from sqlalchemy.orm import Session

from svtracker.audit import service as audit
from svtracker.audit.rules.events import Actor, Change, Event
from svtracker.kernel.clock import Clock, system_clock
from svtracker.kernel.exceptions import (
    ChangedMeanwhileError,
    DemoMixedError,
    NotFoundError,
    OrganisationTakenError,
    RefusedError,
)
from svtracker.kernel.problems import Problem, shown
from svtracker.registers import store
from svtracker.registers.loader import Reference, load_reference
from svtracker.registers.rules.policy import Policy, faults_of_policy
from svtracker.registers.store import Organisation, StoredPolicy

DEMO_SLUG = "calderbrook"

LONGEST_NAME = 120
LONGEST_SHORT_NAME = 40

# It stands in addresses and in the record, where it must be typed.
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)


def load_demo_council(session: Session, *, actor: Actor, clock: Clock = system_clock) -> Organisation:
    """The invented council of the demo, added where it is not there yet; a second run changes nothing.

    Refused where there is a real organisation: invented figures never stand beside real ones.
    """
    found = store.get_organisation(session, slug=DEMO_SLUG)
    if found is not None and found.is_demo:
        return found
    return add_organisation(
        session,
        slug=DEMO_SLUG,
        name="Borough of Calderbrook",
        short_name="Calderbrook",
        is_demo=True,
        actor=actor,
        clock=clock,
    )


def add_organisation(
    session: Session,
    *,
    slug: str,
    name: str,
    short_name: str,
    is_demo: bool,
    actor: Actor,
    clock: Clock = system_clock,
) -> Organisation:
    """Adds an organisation with the first event of its own chain.

    Refused where its name, short name or slug is taken or cannot be used, and where the demo would stand beside it.
    """
    _require_usable(slug=slug, name=name, short_name=short_name)
    others = store.list_organisations(session)
    _require_unmixed(others, is_demo=is_demo)
    _require_free(others, slug=slug, name=name, short_name=short_name)
    at = clock()
    added = store.add_organisation(session, slug=slug, name=name, short_name=short_name, is_demo=is_demo, created_at=at)
    event = Event(
        organisation_id=added.id,
        at=at,
        actor=actor,
        what="organisation_added",
        object_kind="organisation",
        object_id=slug,
        changes={"name": Change(new=name), "short_name": Change(new=short_name), "is_demo": Change(new=is_demo)},
    )
    audit.record(session, event)
    return added


def list_organisations(session: Session) -> tuple[Organisation, ...]:
    """All organisations, in the order in which they were added."""
    return store.list_organisations(session)


def get_organisation(session: Session, organisation_id: int) -> Organisation:
    """One organisation by its number."""
    for one in store.list_organisations(session):
        if one.id == organisation_id:
            return one
    raise _no_organisation(organisation_id)


def get_organisation_with_policy(session: Session, organisation_id: int) -> tuple[Organisation, Policy]:
    """One organisation by its number, and what it has set for itself."""
    found = store.get_with_policy(session, organisation_id)
    if found is None:
        raise _no_organisation(organisation_id)
    return found


def find_organisation(session: Session, slug: str) -> Organisation:
    """One organisation by its word in addresses and in the record."""
    found = store.get_organisation(session, slug=slug)
    if found is None:
        raise NotFoundError(
            what="organisation", name=slug, do="“svtracker organisations list” shows those that there are."
        )
    return found


def current_organisation(session: Session) -> Organisation | None:
    """The organisation that this installation works for: the first that was added; none in an empty database."""
    return next(iter(store.list_organisations(session)), None)


def get_policy(session: Session, organisation_id: int) -> StoredPolicy:
    """What an organisation has set for itself, with its version; the defaults where it has set nothing."""
    return store.get_policy(session, organisation_id=organisation_id)


def change_settings(
    session: Session,
    organisation_id: int,
    *,
    name: str,
    short_name: str,
    policy: Policy,
    actor: Actor,
    reason: str = "",
    version: int | None = None,
    clock: Clock = system_clock,
) -> StoredPolicy:
    """Gives an organisation other names and another policy, all of it or nothing; one event names what changed.

    Where a version is given, it must still be the present one. The same settings again change nothing.
    """
    before, organisation = get_policy(session, organisation_id), get_organisation(session, organisation_id)
    if version is not None and version != before.version:
        raise ChangedMeanwhileError(what="settings")
    _require_usable(slug=organisation.slug, name=name, short_name=short_name)
    faults = [Problem(file="settings", path=place, seen=seen, wanted=w) for place, seen, w in faults_of_policy(policy)]
    if faults:
        raise RefusedError(faults)
    others = [one for one in store.list_organisations(session) if one.id != organisation_id]
    _require_free(others, slug=organisation.slug, name=name, short_name=short_name)
    old = {"name": organisation.name, "short_name": organisation.short_name, **asdict(before.policy)}
    new = {"name": name, "short_name": short_name, **asdict(policy)}
    changes = {field: Change(old=old[field], new=new[field]) for field in new if old[field] != new[field]}
    if not changes:
        return before
    store.change_organisation(session, organisation_id, name=name, short_name=short_name)
    store.put_policy(session, organisation_id=organisation_id, policy=policy, version=before.version + 1)
    event = Event(
        organisation_id=organisation_id,
        at=clock(),
        actor=actor,
        what="settings_changed",
        object_kind="organisation",
        object_id=organisation.slug,
        changes=changes,
        reason=reason,
    )
    audit.record(session, event)
    return get_policy(session, organisation_id)


def _no_organisation(number: int) -> NotFoundError:
    return NotFoundError(what="organisation", name=str(number), do="Choose one from the list of organisations.")


def _require_usable(*, slug: str, name: str, short_name: str) -> None:
    wanted = {
        "name": (name, LONGEST_NAME, f"a name on one line, of at most {LONGEST_NAME} characters"),
        "short name": (short_name, LONGEST_SHORT_NAME, f"one line of at most {LONGEST_SHORT_NAME} characters"),
    }
    problems = [
        Problem(file="organisation", path=path, seen=shown(value), wanted=words)
        for path, (value, longest, words) in wanted.items()
        if not value.isprintable() or value != value.strip() or not 0 < len(value) <= longest
    ]
    if not _SLUG.fullmatch(slug) or len(slug) > LONGEST_SHORT_NAME:
        words = "lower-case letters, digits and hyphens, as in north-vale"
        problems.append(Problem(file="organisation", path="slug", seen=shown(slug), wanted=words))
    if problems:
        raise RefusedError(problems)


def _require_unmixed(others: Sequence[Organisation], *, is_demo: bool) -> None:
    for other in others:
        if other.is_demo and not is_demo:
            raise DemoMixedError(why=f"No organisation was added: this database holds the demo, {other.name}.")
        if is_demo and not other.is_demo:
            raise DemoMixedError(why=f"The demo was not loaded: this database holds {other.name}.")


def _require_free(others: Sequence[Organisation], *, slug: str, name: str, short_name: str) -> None:
    for other in others:
        for what, mine, theirs in (
            ("slug", slug, other.slug),
            ("name", name, other.name),
            ("short name", short_name, other.short_name),
        ):
            if mine.casefold() == theirs.casefold():
                raise OrganisationTakenError(what=what, value=mine, name=other.name)


def reference_figures(folder: Path) -> Reference:
    """The price indices and the minimum wage of a folder; a file with a problem is refused."""
    found = load_reference(folder)
    if found.problems:
        raise RefusedError(found.problems)
    return found
