"""Organisations and suppliers, in and out of the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from svtracker.registers.rules.policy import DEFAULT, Policy
from svtracker.registers.rules.suppliers import Details, Supplier
from svtracker.registers.tables import OrganisationRow, PolicyRow, SupplierRow


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


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPolicy:
    """The policy of an organisation and its version: 0 while nobody has set anything."""

    policy: Policy
    version: int


_WITH_POLICY = (
    select(*_COLUMNS, *(getattr(PolicyRow, field.name) for field in fields(Policy)), col(PolicyRow.version))
    .outerjoin(PolicyRow, col(PolicyRow.organisation_id) == col(OrganisationRow.id))
    .where(col(OrganisationRow.id) == bindparam("organisation_id"))
)


def get_with_policy(session: Session, organisation_id: int) -> tuple[Organisation, Policy] | None:
    """An organisation and what it has set, in one statement: every page of somebody signed in asks it."""
    row = session.connection().execute(_WITH_POLICY, {"organisation_id": organisation_id}).one_or_none()
    if row is None:
        return None
    values = row._asdict()
    organisation = Organisation(**{field.name: values[field.name] for field in fields(Organisation)})
    if values["version"] is None:
        return organisation, DEFAULT
    return organisation, Policy(**{field.name: values[field.name] for field in fields(Policy)})


def change_organisation(session: Session, organisation_id: int, *, name: str, short_name: str) -> None:
    """Writes other names of an organisation."""
    session.execute(
        update(OrganisationRow)
        .where(col(OrganisationRow.id) == organisation_id)
        .values(name=name, short_name=short_name)
    )


def get_policy(session: Session, *, organisation_id: int) -> StoredPolicy:
    """What an organisation has set, or the defaults."""
    columns = [getattr(PolicyRow, field.name) for field in fields(Policy)]
    found = session.execute(
        select(*columns, col(PolicyRow.version)).where(col(PolicyRow.organisation_id) == organisation_id)
    ).one_or_none()
    if found is None:
        return StoredPolicy(policy=DEFAULT, version=0)
    values = found._asdict()
    version = values.pop("version")
    return StoredPolicy(policy=Policy(**values), version=version)


def put_policy(session: Session, *, organisation_id: int, policy: Policy, version: int) -> None:
    """Writes what an organisation sets, in place of what stood there."""
    values = {field.name: getattr(policy, field.name) for field in fields(policy)}
    session.execute(delete(PolicyRow).where(col(PolicyRow.organisation_id) == organisation_id))
    session.execute(insert(PolicyRow).values(organisation_id=organisation_id, version=version, **values))


def list_suppliers(session: Session, *, organisation_id: int) -> tuple[Supplier, ...]:
    """The suppliers that an organisation knows, in the order in which they were added."""
    columns = [getattr(SupplierRow, field.name) for field in fields(Details)]
    rows = session.execute(
        select(col(SupplierRow.id), *columns)
        .where(col(SupplierRow.organisation_id) == organisation_id)
        .order_by(col(SupplierRow.id))
    )
    found = []
    for row in rows:
        values = row._asdict()
        found.append(Supplier(id=values.pop("id"), details=Details(**values)))
    return tuple(found)


def add_suppliers(
    session: Session, some: Sequence[Details], *, organisation_id: int, created_at: datetime
) -> tuple[int, ...]:
    """Writes new suppliers, no two of the organisation with one company number; answers the number of each."""
    if not some:
        return ()
    about = {"organisation_id": organisation_id, "created_at": created_at, "version": 1}
    rows = [{**about, **{field.name: getattr(one, field.name) for field in fields(one)}} for one in some]
    added = insert(SupplierRow).returning(col(SupplierRow.id), sort_by_parameter_order=True)
    return tuple(int(number or 0) for number in session.execute(added, rows).scalars())


def change_supplier(session: Session, number: int, values: Mapping[str, object], *, organisation_id: int) -> None:
    """Writes other details of a supplier and counts its version on."""
    session.execute(
        update(SupplierRow)
        .where(col(SupplierRow.organisation_id) == organisation_id, col(SupplierRow.id) == number)
        .values(**values, version=SupplierRow.version + 1)
    )
