"""Contracts of a register: those that are here, looked up and written many at a time."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from svtracker.delivery.rules.register import WRITTEN, KnownContract
from svtracker.delivery.tables import ContractRow

_CHANGED = (*WRITTEN, "supplier")


def list_known(session: Session, *, organisation_id: int) -> tuple[KnownContract, ...]:
    """The contracts of an organisation as an import compares them, in the order in which they were added."""
    columns = [getattr(ContractRow, name) for name in ("id", "version", "imported_version", *WRITTEN)]
    rows = session.execute(
        select(*columns).where(col(ContractRow.organisation_id) == organisation_id).order_by(col(ContractRow.id))
    )
    found = []
    for row in rows:
        values = row._asdict()
        version, imported_version = values.pop("version"), values.pop("imported_version")
        values["reference"] = values["reference"] or None
        found.append(KnownContract(is_untouched=imported_version == version, **values))
    return tuple(found)


def list_names(session: Session, *, organisation_id: int) -> Mapping[int, str]:
    """What each contract of an organisation calls its supplier."""
    rows = session.execute(
        select(col(ContractRow.id), col(ContractRow.supplier)).where(
            col(ContractRow.organisation_id) == organisation_id
        )
    )
    return {row.id: row.supplier for row in rows}


def add_contracts(session: Session, some: Sequence[Mapping[str, Any]], *, organisation_id: int) -> tuple[int, ...]:
    """Writes new contracts without commitments; answers the number of each."""
    if not some:
        return ()
    added = insert(ContractRow).returning(col(ContractRow.id), sort_by_parameter_order=True)
    rows = [{"organisation_id": organisation_id, **values} for values in some]
    return tuple(int(number or 0) for number in session.execute(added, rows).scalars())


def change_contracts(session: Session, some: Sequence[tuple[int, Mapping[str, Any]]], *, organisation_id: int) -> None:
    """Writes other values of contracts, counts their versions on and marks these as left by an import."""
    if not some:
        return
    changed = (
        update(ContractRow)
        .where(col(ContractRow.organisation_id) == bindparam("of"), col(ContractRow.id) == bindparam("number"))
        .values(
            {name: bindparam(f"new_{name}") for name in _CHANGED}
            | {"version": ContractRow.version + 1, "imported_version": ContractRow.version + 1}
        )
    )
    rows = [
        {"of": organisation_id, "number": number, **{f"new_{name}": values[name] for name in _CHANGED}}
        for number, values in some
    ]
    session.connection().execute(changed, rows)
