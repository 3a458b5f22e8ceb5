"""Contracts with their commitments, variations and spend."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session
from sqlmodel import col

from svtracker.audit.rules.events import canonical
from svtracker.delivery.rules.records import (
    Commitment,
    Contract,
    KpiException,
    PeriodKind,
    Spend,
    Spread,
    Variation,
    VariationKind,
)
from svtracker.delivery.rules.stored import Source, StoredContract, Words
from svtracker.delivery.tables import ContractRow, PromiseRow, SpendRow, VariationRow
from svtracker.frameworks.rules.values import Category, Kind
from svtracker.kernel import numbers
from svtracker.kernel.units import Unit
from svtracker.storage.parts import parts

_MADE_OF = {"id", "manager_id", "commitments", "variations", "spend"}
_CONTRACT = tuple(name for name in Contract.__dataclass_fields__ if name not in _MADE_OF)
_STORED = tuple(name for name in StoredContract.__dataclass_fields__ if name not in {"contract", "words"})
_COLUMNS = tuple(getattr(ContractRow, name) for name in ("id", *_CONTRACT, *_STORED))
_COMMITMENT = tuple(Commitment.__dataclass_fields__)
_WORDS = tuple(Words.__dataclass_fields__)
_VARIATION = tuple(name for name in Variation.__dataclass_fields__ if name != "approved_by")


def add_contract(
    session: Session, values: Mapping[str, Any], promises: Sequence[Mapping[str, Any]], *, organisation_id: int
) -> int:
    """Writes a new contract with its commitments; its reference must be free. Answers its number."""
    number = session.execute(
        insert(ContractRow).values(organisation_id=organisation_id, **values).returning(col(ContractRow.id))
    ).scalar_one()
    add_commitments(session, int(number or 0), promises, organisation_id=organisation_id)
    return int(number or 0)


def add_commitments(
    session: Session, contract_id: int, promises: Sequence[Mapping[str, Any]], *, organisation_id: int
) -> None:
    """Writes commitments of a contract."""
    if promises:
        about = {"organisation_id": organisation_id, "contract_id": contract_id}
        session.execute(insert(PromiseRow), [{**about, **_written(promise)} for promise in promises])


def add_spend(session: Session, contract_id: int, values: Mapping[str, Any], *, organisation_id: int) -> None:
    """Writes what was spent under a contract in a period; an earlier row of the period stays and counts no more."""
    session.execute(insert(SpendRow).values(organisation_id=organisation_id, contract_id=contract_id, **values))


def get_contract(session: Session, number: int, *, organisation_id: int) -> StoredContract | None:
    """A contract of an organisation by its number."""
    return next(iter(_contracts(session, organisation_id, col(ContractRow.id) == number)), None)


def find_reference(session: Session, reference: str, *, organisation_id: int) -> tuple[StoredContract, ...]:
    """The contracts of an organisation with that reference: one, or several that a register calls alike."""
    return _contracts(session, organisation_id, col(ContractRow.reference) == reference)


def list_contracts(session: Session, *, organisation_id: int) -> tuple[StoredContract, ...]:
    """All contracts of an organisation, the one that ends first at the top."""
    return _contracts(session, organisation_id)


def count_contracts(session: Session, *, organisation_id: int) -> int:
    """How many contracts an organisation has."""
    found = select(func.count()).where(col(ContractRow.organisation_id) == organisation_id)
    return int(session.execute(found).scalar_one())


def list_of_tender(session: Session, tender_id: int, *, organisation_id: int) -> tuple[StoredContract, ...]:
    """The contracts that a tender led to."""
    return _contracts(session, organisation_id, col(ContractRow.tender_id) == tender_id)


def list_references(session: Session, *, organisation_id: int) -> frozenset[str]:
    """The references that contracts of an organisation have."""
    rows = session.execute(
        select(col(ContractRow.reference)).where(col(ContractRow.organisation_id) == organisation_id)
    )
    return frozenset(rows.scalars())


def _contracts(session: Session, organisation_id: int, *which: Any) -> tuple[StoredContract, ...]:
    heads = session.execute(
        select(*_COLUMNS)
        .where(col(ContractRow.organisation_id) == organisation_id, *which)
        .order_by(col(ContractRow.ends_on), col(ContractRow.id))
    ).all()
    numbers_of = [head.id for head in heads]
    commitments, words = _commitments(session, numbers_of, organisation_id=organisation_id)
    variations = _variations(session, numbers_of, organisation_id=organisation_id)
    spend = _spend(session, numbers_of, organisation_id=organisation_id)
    return tuple(
        _contract(
            head._asdict(),
            commitments=commitments.get(head.id, ()),
            variations=variations.get(head.id, ()),
            spend=spend.get(head.id, ()),
            words=words,
        )
        for head in heads
    )


def _contract(
    values: dict[str, Any],
    *,
    commitments: Sequence[Commitment],
    variations: Sequence[Variation],
    spend: Sequence[Spend],
    words: Mapping[int, Words],
) -> StoredContract:
    values["periods"] = PeriodKind(values["periods"])
    if values["kpi_exception"] is not None:
        values["kpi_exception"] = KpiException(values["kpi_exception"])
    values["source"] = Source(values["source"])
    contract = Contract(
        id=values["id"],
        manager_id=None,
        commitments=tuple(commitments),
        variations=tuple(variations),
        spend=tuple(spend),
        **{name: values[name] for name in _CONTRACT},
    )
    return StoredContract(
        contract=contract,
        words={one.id: words[one.id] for one in commitments},
        **{name: values[name] for name in _STORED},
    )


def _commitments(
    session: Session, contracts: Iterable[int], *, organisation_id: int
) -> tuple[dict[int, tuple[Commitment, ...]], dict[int, Words]]:
    columns = [getattr(PromiseRow, name) for name in ("contract_id", *_COMMITMENT, *_WORDS)]
    found: dict[int, list[Commitment]] = defaultdict(list)
    words = {}
    for part in parts(contracts):
        rows = session.execute(
            select(*columns)
            .where(col(PromiseRow.organisation_id) == organisation_id, col(PromiseRow.contract_id).in_(part))
            .order_by(col(PromiseRow.id))
        )
        for row in rows:
            values = row._asdict()
            contract_id = values.pop("contract_id")
            words[row.id] = Words(**{name: values.pop(name) for name in _WORDS})
            values["category"] = Category(values["category"])
            values["kind"] = Kind(values["kind"])
            values["unit"] = Unit(values["unit"])
            values["spread"] = Spread(values["spread"])
            values["profile"] = _profile(values["profile"])
            found[contract_id].append(Commitment(**values))
    return {number: tuple(lines) for number, lines in found.items()}, words


def _variations(
    session: Session, contracts: Iterable[int], *, organisation_id: int
) -> dict[int, tuple[Variation, ...]]:
    columns = [getattr(VariationRow, name) for name in ("contract_id", "decided_by", *_VARIATION)]
    found: dict[int, list[Variation]] = defaultdict(list)
    for part in parts(contracts):
        rows = session.execute(
            select(*columns)
            .where(col(VariationRow.organisation_id) == organisation_id, col(VariationRow.contract_id).in_(part))
            .order_by(col(VariationRow.id))
        )
        for row in rows:
            values = row._asdict()
            contract_id, decided_by = values.pop("contract_id"), values.pop("decided_by")
            values["kind"] = VariationKind(values["kind"])
            values["spread"] = Spread(values["spread"])
            values["profile"] = _profile(values["profile"])
            approved_by = None if values["approved_at"] is None else decided_by
            found[contract_id].append(Variation(approved_by=approved_by, **values))
    return {number: tuple(rows) for number, rows in found.items()}


def _spend(session: Session, contracts: Iterable[int], *, organisation_id: int) -> dict[int, tuple[Spend, ...]]:
    found: dict[int, list[Spend]] = defaultdict(list)
    for part in parts(contracts):
        rows = session.execute(
            select(
                col(SpendRow.contract_id),
                col(SpendRow.id),
                col(SpendRow.period),
                col(SpendRow.amount),
                col(SpendRow.at),
            )
            .where(col(SpendRow.organisation_id) == organisation_id, col(SpendRow.contract_id).in_(part))
            .order_by(col(SpendRow.id))
        )
        for row in rows:
            found[row.contract_id].append(Spend(id=row.id, period=row.period, amount=row.amount, at=row.at))
    return {number: tuple(rows) for number, rows in found.items()}


def _profile(text: str) -> tuple[Any, ...]:
    return tuple(numbers.parse_decimal(one) for one in json.loads(text))


def _written(promise: Mapping[str, Any]) -> dict[str, Any]:
    profile = canonical([numbers.plain(one) for one in promise["profile"]])
    return {**promise, "profile": profile}
