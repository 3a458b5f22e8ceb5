"""What a person needs of the registers: the demo council, for whom this installation works, and reference figures."""

from pathlib import Path

from sqlalchemy.orm import Session

from svtracker.kernel.clock import Clock, system_clock
from svtracker.kernel.exceptions import RefusedError
from svtracker.registers import store
from svtracker.registers.loader import Reference, load_reference
from svtracker.registers.store import Organisation

DEMO_SLUG = "calderbrook"


def load_demo_council(session: Session, *, clock: Clock = system_clock) -> Organisation:
    """The invented council of the demo, added where it is not there yet; a second run changes nothing."""
    return store.get_organisation(session, slug=DEMO_SLUG) or store.add_organisation(
        session,
        slug=DEMO_SLUG,
        name="Borough of Calderbrook",
        short_name="Calderbrook",
        is_demo=True,
        created_at=clock(),
    )


def current_organisation(session: Session) -> Organisation | None:
    """The organisation that this installation works for: the first that was added; none in an empty database."""
    return next(iter(store.list_organisations(session)), None)


def reference_figures(folder: Path) -> Reference:
    """The price indices and the minimum wage of a folder; a file with a problem is refused."""
    found = load_reference(folder)
    if found.problems:
        raise RefusedError(found.problems)
    return found
