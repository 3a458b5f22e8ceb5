"""Contracts: made of an award without retyping, taken over while they run, found again (RULES 5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from svtracker.audit.rules.events import Actor, Change
from svtracker.delivery.rules.awarding import places_of, promised
from svtracker.delivery.rules.opening import faults_of_contract, opening_row, taken_over
from svtracker.delivery.rules.records import Claim, Commitment, Contract, PeriodKind, Spread
from svtracker.delivery.rules.stored import Source, StoredContract, Words
from svtracker.delivery.rules.targets import per_pound_quantity
from svtracker.delivery.service import managers
from svtracker.delivery.service.common import CONTRACT, record, told
from svtracker.delivery.store import claims as claim_store
from svtracker.delivery.store import contracts as store
from svtracker.frameworks import service as frameworks
from svtracker.frameworks.rules.owners import Whose
from svtracker.frameworks.rules.values import Kind, Measure, Outcome, Theme
from svtracker.kernel import numbers, wording
from svtracker.kernel.clock import Clock, system_clock
from svtracker.kernel.exceptions import (
    ContractThereError,
    NotFoundError,
    NotYetError,
    ReferenceTakenError,
    RefusedError,
)
from svtracker.kernel.problems import Finding, Problem
from svtracker.tenders.rules.stages import Step
from svtracker.tenders.rules.values import OutcomeStatus
from svtracker.tenders.service import bids, results, setup

DUE_DAYS = 14
LONGEST_DUE = 366
LONGEST_NUMBER = 19  # digits of a row's number
BEFORE = "before this system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a person says of a contract when it begins; everything else comes from the award.

    `value` in £ is what was awarded, none where it is that of the tender; `estimated_value` in £ has VAT and options
    in (RULES 6.11). `spreads` says of a measure how it falls due where not evenly. A return is due `due_days` after
    the last day of its period.
    """

    reference: str
    title: str
    starts_on: date
    ends_on: date
    manager_id: int | None
    deputy_id: int | None = None
    deputy_from: date | None = None
    deputy_to: date | None = None
    periods: PeriodKind = PeriodKind.QUARTER
    value: Decimal | None = None
    estimated_value: Decimal | None = None
    directorate: str | None = None
    area: str | None = None
    spreads: Mapping[str, Spread] | None = None
    due_days: int = DUE_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """One commitment of a contract that is taken over: the whole of it, and what came of it before this system.

    `verified` and `due` are in the unit of the measure, up to the day on which the contract is taken over; without
    `due` as much was due as is verified (RULES 5.4). `text` is what is owed where the measure is one in words.
    """

    measure: str
    quantity: Decimal | None = None
    text: str = ""
    statement: str = ""
    verified: Decimal | None = None
    due: Decimal | None = None
    spread: Spread = Spread.EVEN
    profile: tuple[Decimal, ...] = ()
    rate: Decimal | None = None
    estimated_spend: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Awarded:
    """An awarded bid, and the contract that was made of it, where there is one."""

    tender_id: int
    reference: str
    title: str
    bidder: str
    bid_id: int
    supplier_id: int | None
    on: date
    contract: StoredContract | None


def awarded_bids(session: Session, number: int, *, organisation_id: int) -> tuple[Awarded, ...]:
    """The bids that a tender was awarded to, in the order of the award, each with its contract where there is one."""
    tender = setup.get_tender(session, number, organisation_id=organisation_id)
    decision = results.get_decision(session, number, organisation_id=organisation_id)
    if decision is None or decision.outcome is not OutcomeStatus.AWARDED:
        return ()
    made = {one.bid_id: one for one in store.list_of_tender(session, number, organisation_id=organisation_id)}
    standing = {
        one.bidder: one
        for one in bids.list_bids(session, number, organisation_id=organisation_id, with_lines=False)
        if one.counts
    }
    return tuple(
        Awarded(
            tender_id=number,
            reference=tender.reference,
            title=tender.title,
            bidder=bidder,
            bid_id=standing[bidder].id,
            supplier_id=standing[bidder].supplier_id,
            on=decision.on,
            contract=made.get(standing[bidder].id),
        )
        for bidder in decision.bidders
        if bidder in standing
    )


def waiting_awards(session: Session, *, organisation_id: int) -> tuple[Awarded, ...]:
    """Awards of which nobody has made a contract yet: a promise that nobody follows."""
    decided = results.list_decided(session, organisation_id=organisation_id)
    return tuple(
        one
        for tender in decided
        if tender.outcome is OutcomeStatus.AWARDED and not tender.is_training
        for one in awarded_bids(session, tender.id, organisation_id=organisation_id)
        if one.contract is None
    )


def make_contract(
    session: Session,
    tender_id: int,
    *,
    bidder: str,
    terms: Terms,
    organisation_id: int,
    actor: Actor,
    clock: Clock = system_clock,
) -> StoredContract:
    """Makes an awarded bid a contract: every accepted line above zero becomes a commitment (RULES 5.1).

    Unit values are those that were frozen with the award. It needs a named contract manager and dates.
    """
    tender = setup.get_tender(session, tender_id, organisation_id=organisation_id)
    awarded = {one.bidder: one for one in awarded_bids(session, tender_id, organisation_id=organisation_id)}
    if not awarded:
        raise NotYetError(step=Step.DECIDE, why="a contract is made of an award, and this tender has none.")
    if bidder not in awarded:
        raise NotFoundError(what="award to", name=bidder, do=f"Choose {' or '.join(awarded)}.")
    found = awarded[bidder]
    if found.contract is not None:
        raise ContractThereError(reference=found.contract.contract.reference)
    scored = results.score_tender(session, tender_id, organisation_id=organisation_id, minimum_wage=None)
    lines = promised(scored.result, bidder, spreads=terms.spreads)
    version = scored.result.version
    values = {
        "source": Source.AWARD,
        "tender_id": tender_id,
        "bid_id": found.bid_id,
        "supplier_id": found.supplier_id,
        "supplier": bidder,
        "category": tender.category,
        "framework": version.name,
        "framework_sha256": version.sha256,
        "value": terms.value if terms.value is not None else tender.contract_value,
        "directorate": terms.directorate or tender.directorate,
        "is_invented": tender.is_invented,
    }
    return _begin(session, values, terms, lines, organisation_id=organisation_id, actor=actor, clock=clock)


def take_over(
    session: Session,
    *,
    framework: str,
    lines: Sequence[Running],
    terms: Terms,
    taken_over_on: date | None = None,
    supplier: str,
    supplier_id: int | None = None,
    category: str | None = None,
    is_invented: bool = False,
    organisation_id: int,
    actor: Actor,
    clock: Clock = system_clock,
) -> StoredContract:
    """Takes a contract over that runs already, with what was verified before in one row per commitment (RULES 5.4).

    `framework` names a loaded version, as in `open-toms@2021.1`: its unit values are frozen with the contract. Without
    `taken_over_on` the contract begins in this system.
    """
    version = frameworks.get_version(session, framework, whose=Whose(organisation_id=organisation_id))
    places = places_of(version)
    problems = [
        Problem(file=CONTRACT, path=f"commitments.{place}.measure", seen=line.measure, wanted=f"one of {version.name}")
        for place, line in enumerate(lines)
        if line.measure not in places
    ]
    if problems:
        raise RefusedError(problems)
    owed = [_running(number, line, places[line.measure]) for number, line in enumerate(lines, start=1)]
    values = {
        "source": Source.TAKEN_OVER,
        "tender_id": None,
        "bid_id": None,
        "supplier_id": supplier_id,
        "supplier": supplier.strip(),
        "category": category,
        "framework": version.name,
        "framework_sha256": version.sha256,
        "value": terms.value,
        "directorate": terms.directorate,
        "is_invented": is_invented,
        "taken_over_on": taken_over_on,
    }
    begun = _begin(session, values, terms, owed, organisation_id=organisation_id, actor=actor, clock=clock)
    at = clock()
    for line, commitment in zip(lines, begun.contract.commitments, strict=True):
        if line.verified:
            row = opening_row(
                commitment, verified=line.verified, id_=0, at=at, person_id=actor.person_id, reason=BEFORE
            )
            kept = {name: getattr(row, name) for name in Claim.__dataclass_fields__ if name != "id"}
            kept |= {"contract_id": begun.id, "statement": ""}
            claim_store.add_claim(session, kept, organisation_id=organisation_id)
    return begun


def get_contract(session: Session, number: int, *, organisation_id: int) -> StoredContract:
    """A contract of an organisation, with its manager of today; that of another one is not found."""
    found = store.get_contract(session, number, organisation_id=organisation_id)
    if found is None:
        raise NotFoundError(what=CONTRACT, name=str(number), do="Choose one from the list of contracts.")
    return found


def find_contract(session: Session, name: str, *, organisation_id: int) -> StoredContract:
    """A contract by its reference, else by its number."""
    named = store.find_reference(session, name, organisation_id=organisation_id) if name else ()
    if not named and name.isascii() and name.isdigit() and len(name) < LONGEST_NUMBER:
        found = store.get_contract(session, int(name), organisation_id=organisation_id)
        named = () if found is None else (found,)
    if len(named) > 1:
        numbers_of = wording.listed([str(one.id) for one in named])
        problem = Problem(
            file=CONTRACT, path="", seen=f"“{name}” for several contracts", wanted=f"a number: {numbers_of}"
        )
        raise RefusedError([problem])
    if not named:
        raise NotFoundError(what=CONTRACT, name=name, do="“svtracker contracts list” names them all.")
    return named[0]


def list_contracts(session: Session, *, organisation_id: int) -> tuple[StoredContract, ...]:
    """All contracts of an organisation, the one that ends first at the top."""
    return store.list_contracts(session, organisation_id=organisation_id)


def count_contracts(session: Session, *, organisation_id: int) -> int:
    """How many contracts an organisation has."""
    return store.count_contracts(session, organisation_id=organisation_id)


def _running(number: int, line: Running, place: tuple[Theme, Outcome, Measure]) -> tuple[Commitment, Words]:
    theme, outcome, measure = place
    in_words = measure.kind is Kind.NARRATIVE
    quantity = line.quantity
    if line.spread is Spread.PER_POUND and line.rate is not None and line.estimated_spend is not None:
        quantity = per_pound_quantity(rate=line.rate, spend=line.estimated_spend)
    commitment = Commitment(
        id=number,
        measure=measure.ref,
        theme=theme.id,
        outcome=outcome.id,
        category=measure.category,
        kind=measure.kind,
        unit=measure.unit,
        unit_value=measure.unit_value,
        quantity=None if in_words else quantity,
        spread=line.spread,
        profile=line.profile,
        rate=line.rate,
        estimated_spend=line.estimated_spend,
    )
    if line.verified or line.due:
        commitment = taken_over(commitment, verified=line.verified or numbers.ZERO, due=line.due)
    return commitment, Words(title=measure.title, text=line.text.strip(), statement=line.statement.strip())


def _begin(
    session: Session,
    values: Mapping[str, Any],
    terms: Terms,
    lines: Sequence[tuple[Commitment, Words]],
    *,
    organisation_id: int,
    actor: Actor,
    clock: Clock,
) -> StoredContract:
    at = clock()
    written: dict[str, Any] = {
        **values,
        "reference": terms.reference.strip(),
        "title": terms.title.strip(),
        "starts_on": terms.starts_on,
        "ends_on": terms.ends_on,
        "taken_over_on": values.get("taken_over_on"),
        "periods": terms.periods,
        "due_days": terms.due_days,
        "estimated_value": terms.estimated_value,
        "area": terms.area,
        "annual_value": None,
        "extension_months": None,
        "process": "",
        "imported_version": None,
        "kpi_exception": None,
        "kpi_exception_reason": "",
    }
    _require_usable(written, terms, tuple(one for one, _ in lines))
    for taken in store.find_reference(session, written["reference"], organisation_id=organisation_id):
        raise ReferenceTakenError(reference=written["reference"], title=taken.contract.title)
    managers.require_candidates(
        session, terms.manager_id, terms.deputy_id, organisation_id=organisation_id, day=at.date()
    )
    number = store.add_contract(
        session,
        {**written, "created_at": at, "version": 1},
        [_row(commitment, words) for commitment, words in lines],
        organisation_id=organisation_id,
    )
    changes = _changes_of(written, lines=len(lines))
    record(session, "contract_begun", number, changes, organisation_id=organisation_id, actor=actor, at=at)
    managers.name_manager(session, number, terms.manager_id or 0, organisation_id=organisation_id, actor=actor, at=at)
    if terms.deputy_id is not None:
        managers.name_deputy(
            session,
            number,
            terms.deputy_id,
            from_day=terms.deputy_from,
            to_day=terms.deputy_to,
            organisation_id=organisation_id,
            actor=actor,
            at=at,
        )
    return get_contract(session, number, organisation_id=organisation_id)


def _require_usable(values: Mapping[str, Any], terms: Terms, commitments: tuple[Commitment, ...]) -> None:
    """Stops where the contract cannot begin; says everything that is wrong at once."""
    names = {name for name in Contract.__dataclass_fields__ if name in values}
    contract = Contract(
        id=0, manager_id=terms.manager_id, commitments=commitments, **{name: values[name] for name in names}
    )
    found = [*faults_of_contract(contract)]
    if not values["reference"]:
        found.append(Finding(path=("reference",), seen="nothing", wanted="a reference"))
    found += [
        Finding(path=(name,), seen=numbers.plain(values[name]), wanted="a figure of 0 or more")
        for name in ("value", "estimated_value")
        if values[name] is not None and values[name] < 0
    ]
    if not 0 <= terms.due_days <= 366:
        found.append(Finding(path=("due_days",), seen=str(terms.due_days), wanted="0 to 366 days"))
    if found:
        raise RefusedError(
            [
                Problem(file=CONTRACT, path=".".join(map(str, one.path)), seen=one.seen, wanted=one.wanted)
                for one in found
            ]
        )


def _row(commitment: Commitment, words: Words) -> dict[str, Any]:
    kept = {name: getattr(commitment, name) for name in Commitment.__dataclass_fields__ if name != "id"}
    return {**kept, "title": words.title, "text": words.text, "statement": words.statement}


def _changes_of(values: Mapping[str, Any], *, lines: int) -> dict[str, Change]:
    """What the event says of a contract that begins."""
    said = ("reference", "title", "supplier", "framework", "starts_on", "ends_on", "periods")
    changes = {name: Change(new=None if values[name] is None else str(values[name])) for name in said}
    changes |= {name: Change(new=told(values[name])) for name in ("value", "estimated_value")}
    return {**changes, "commitments": Change(new=lines)}


def with_manager(stored: StoredContract, manager_id: int | None) -> StoredContract:
    """The same contract with its manager of today."""
    return replace(stored, contract=replace(stored.contract, manager_id=manager_id))
