"""Organisations, in and out of the database."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session
from sqlmodel import col

from svtracker.registers.tables import OrganisationRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """A council or partner body; a demo one holds invented figures, and every page that shows them says so."""

    id: int
    slug: str
    name: str
    short_name: str
    is_demo: bool
    created_at: datetime


_COLUMNS = (
    col(OrganisationRow.id),
    col(OrganisationRow.slug),
    col(OrganisationRow.name),
    col(OrganisationRow.short_name),
    col(OrganisationRow.is_demo),
    col(OrganisationRow.created_at),
)


def add_organisation(
    session: Session, *, slug: str, name: str, short_name: str, is_demo: bool, created_at: datetime
) -> Organisation:
    """Writes a new organisation; its slug must be free."""
    values = {"slug": slug, "name": name, "short_name": short_name, "is_demo": is_demo, "created_at": created_at}
    row = session.execute(insert(OrganisationRow).values(values).returning(*_COLUMNS)).one()
    return Organisation(**row._asdict())


def get_organisation(session: Session, *, slug: str) -> Organisation | None:
    """The organisation with that slug."""
    row = session.execute(select(*_COLUMNS).where(col(OrganisationRow.slug) == slug)).one_or_none()
    return None if row is None else Organisation(**row._asdict())


def list_organisations(session: Session) -> tuple[Organisation, ...]:
    """All organisations, in the order in which they were added."""
    rows = session.execute(select(*_COLUMNS).order_by(col(OrganisationRow.id)))
    return tuple(Organisation(**row._asdict()) for row in rows)
