"""What a person needs of the registers: the demo council, for whom this installation works, and reference figures."""

from pathlib import Path

from sqlalchemy.orm import Session

from svtracker.audit import service as audit
from svtracker.audit.rules.events import Actor, Change, Event
from svtracker.kernel.clock import Clock, system_clock
from svtracker.kernel.exceptions import RefusedError
from svtracker.registers import store
from svtracker.registers.loader import Reference, load_reference
from svtracker.registers.store import Organisation

DEMO_SLUG = "calderbrook"


def load_demo_council(session: Session, *, actor: Actor, clock: Clock = system_clock) -> Organisation:
    """The invented council of the demo, added where it is not there yet; a second run changes nothing."""
    return store.get_organisation(session, slug=DEMO_SLUG) or add_organisation(
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
    """Adds an organisation, whose slug must be free, with the first event of its own chain."""
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


def current_organisation(session: Session) -> Organisation | None:
    """The organisation that this installation works for: the first that was added; none in an empty database."""
    return next(iter(store.list_organisations(session)), None)


def reference_figures(folder: Path) -> Reference:
    """The price indices and the minimum wage of a folder; a file with a problem is refused."""
    found = load_reference(folder)
    if found.problems:
        raise RefusedError(found.problems)
    return found
