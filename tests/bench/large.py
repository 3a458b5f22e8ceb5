"""A stored tender as large as they come: 55 measures, any number of bids, every mark agreed."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from svtracker.audit.rules.events import Actor, ActorKind
from svtracker.frameworks import service as frameworks
from svtracker.frameworks.rules.values import Kind, Version
from svtracker.tenders.rules.records import Source
from svtracker.tenders.rules.values import Commitment
from svtracker.tenders.service import bids, evaluation, setup
from svtracker.tenders.service.bids import BidIn, LineIn

VERSION = "open-toms@2018.1"
CLOSES = datetime(2026, 6, 1, 12, tzinfo=UTC)
KINDS = ("Works Ltd", "Partnership", "and Sons Ltd", "Community Interest Company", "Group plc", "Services")


def settings(**changes: Any) -> dict[str, Any]:
    """Marks relative to the highest bid, weights applied: every test of RULES 4.6 has something to say."""
    part = {
        "framework": VERSION,
        "list": "main",
        "record_only": True,
        "contract_value": "18300000",
        "value_basis": {"vat": "excluded", "extensions": "excluded"},
        "denominator": "contract_value",
        "duration_months": 48,
        "category": "45233141",
        "area": "calderbrook",
        "scoring": {"method": "relative", "quantitative": "10", "qualitative": "10", "decimals": 2},
        "measure_weights": {"J1": "1.25"},
        "weights_applied": True,
        "qualitative_scale": 5,
        "price": {"weight": "40", "method": "lowest_over_own"},
        "other_marks": ["quality"],
        **changes,
    }
    return {"tender": part, "reasons": {"J1": "Work for people nearby matters most here."}}


def before_closing() -> datetime:
    """A moment at which bids come in."""
    return CLOSES - timedelta(days=3)


def published(session: Session, *, reference: str, title: str, **common: Any) -> int:
    """Adds the tender and publishes it; its number."""
    added = setup.create_tender(
        session,
        reference=reference,
        title=title,
        settings=settings(),
        closes_at=CLOSES,
        is_invented=True,
        clock=before_closing,
        **common,
    )
    setup.publish(session, added.id, version=added.version, clock=before_closing, **common)
    return added.id


def large_tender(session: Session, organisation_id: int, person_id: int, *, count: int, reference: str = "BIG") -> int:
    """Adds the tender, its bids and their marks; its number."""
    actor = Actor(kind=ActorKind.PERSON, person_id=person_id, role="lead evaluator")
    common: dict[str, Any] = {"organisation_id": organisation_id, "actor": actor}
    after = lambda: CLOSES + timedelta(days=1)  # noqa: E731 - a clock
    number = published(session, reference=reference, title=f"Highways works and services with {count} bids", **common)
    version = frameworks.get_version(session, VERSION)
    for place in range(count):
        bids.receive(session, number, _bid(version, place), clock=before_closing, **common)
    present = setup.get_tender(session, number, organisation_id=organisation_id).version
    bids.open_bids(session, number, version=present, clock=after, **common)
    evaluation.add_evaluator(session, number, person_id, is_lead=True, clock=after, **common)
    evaluation.declare(session, number, person_id, has_conflict=False, conflict="", clock=after, **common)
    opened = bids.list_bids(session, number, organisation_id=organisation_id)
    of_all: dict[str, Any] = {"question": "answer", "clock": after, **common}
    for bid in opened:
        mark = str(bid.number % 6)
        evaluation.give_mark(
            session, number, person_id, bid_id=bid.id, mark=mark, reason="As the scale says.", **of_all
        )
    evaluation.submit_marks(session, number, person_id, clock=after, **common)
    for bid in opened:
        evaluation.agree(session, number, bid_id=bid.id, mark=str(bid.number % 6), reason="Agreed.", **of_all)
        marks = {"quality": str(20 + bid.number * 7 % 20)}
        evaluation.give_other_marks(session, number, bid_id=bid.id, marks=marks, clock=after, **common)
    return number


def _bid(version: Version, place: int) -> BidIn:
    name = f"{('Ash', 'Beech', 'Cedar', 'Dogwood', 'Elm', 'Fir', 'Gorse', 'Hazel', 'Ivy', 'Juniper')[place % 10]}field"
    return BidIn(
        bidder=f"{name} {KINDS[place // 10 % 6]}",
        price=Decimal(16_500_000 + place * 100_901 % 1_700_001),
        answers={"answer": "We name a lead, recruit nearby and report each quarter."},
        lines=[
            LineIn(commitment=commitment_of(measure.ref, measure.kind, (place * 31 + at * 17) % 97))
            for at, measure in enumerate(version.measures.values())
            if (place + at) % 9
        ],
        source=Source.TYPED,
    )


def commitment_of(ref: str, kind: Kind, size: int) -> Commitment:
    """A promise of some size; in words where the measure asks for words."""
    if kind is Kind.NARRATIVE:
        return Commitment(measure=ref, text="A plan for each site, agreed with the people who live there.")
    quantity = Decimal(size + 1)
    return Commitment(measure=ref, offered=quantity, accepted=quantity)
