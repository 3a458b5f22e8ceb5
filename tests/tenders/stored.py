"""A council whose tenders are stored: the measure sets, people who mark, and the worked example step by step."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from svtracker.audit import service as audit
from svtracker.audit.rules.events import COMMAND_LINE, Actor, ActorKind
from svtracker.frameworks import service as frameworks
from svtracker.registers import service as registers
from svtracker.registers.loader import load_reference
from svtracker.storage.engines import Database
from svtracker.tenders.rules.records import Source, StoredTender
from svtracker.tenders.rules.values import Commitment
from svtracker.tenders.service import bids, evaluation, setup
from svtracker.tenders.service.bids import BidIn, LineIn

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "data" / "demo"
REFERENCE = load_reference(ROOT / "data" / "reference")
CLOSES = datetime(2026, 12, 1, 12, tzinfo=UTC)
WORKED: dict[str, Any] = yaml.safe_load((DEMO / "worked.yaml").read_text(encoding="utf-8"))


@dataclass
class HandClock:
    """A clock that goes only when it is told to."""

    now: datetime = field(default=CLOSES - timedelta(days=20))

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Council:
    """A council with its measure sets, a clock, and people by name."""

    database: Database
    id: int
    clock: HandClock
    people: dict[str, int] = field(default_factory=dict)

    def person(self, name: str) -> int:
        if name not in self.people:
            with self.database.writing() as session:
                made = audit.add_person(
                    session, organisation_id=self.id, name=name, email=None, actor=COMMAND_LINE, clock=self.clock
                )
            self.people[name] = made.id
        return self.people[name]

    def by(self, name: str) -> dict[str, Any]:
        """The arguments that every service takes, acting as that person."""
        actor = Actor(kind=ActorKind.PERSON, person_id=self.person(name), role="procurement officer")
        return {"organisation_id": self.id, "actor": actor, "clock": self.clock}

    def tender(self, number: int) -> StoredTender:
        with self.database.reading() as session:
            return setup.get_tender(session, number, organisation_id=self.id)


def council(database: Database, slug: str = "north-vale") -> Council:
    with database.writing() as session:
        if not frameworks.list_versions(session):
            frameworks.load_folder(
                session, ROOT / "frameworks", indices=REFERENCE.indices, actor=COMMAND_LINE, reason="for a test"
            )
        added = registers.add_organisation(
            session, slug=slug, name=f"{slug} Council", short_name=slug, is_demo=False, actor=COMMAND_LINE
        )
    return Council(database=database, id=added.id, clock=HandClock())


def worked_settings(**changes: Any) -> dict[str, Any]:
    part = {key: value for key, value in WORKED["tender"].items() if key not in {"opened", "invented"}}
    return {"tender": {**part, **changes}}


def add_tender(where: Council, **changes: Any) -> StoredTender:
    with where.database.writing() as session:
        return setup.create_tender(
            session,
            reference=str(changes.pop("id", "WORKED-1")),
            title="Worked example of the scoring rules",
            settings=worked_settings(**changes),
            closes_at=CLOSES,
            **where.by("officer"),
        )


def published(where: Council, **changes: Any) -> StoredTender:
    added = add_tender(where, **changes)
    with where.database.writing() as session:
        return setup.publish(session, added.id, version=added.version, **where.by("officer"))


def worked_bid(place: int, **changes: Any) -> BidIn:
    given: Mapping[str, Any] = WORKED["bids"][place]
    lines = [
        LineIn(commitment=Commitment(measure=ref, offered=Decimal(quantity), accepted=Decimal(quantity)))
        for ref, quantity in given["commitments"].items()
    ]
    values: dict[str, Any] = {
        "bidder": given["bidder"],
        "price": Decimal(given["price"]),
        "answers": {"answer": f"How {given['bidder']} will do it."},
        "lines": lines,
        "source": Source.TYPED,
    }
    return BidIn(**{**values, **changes})


def opened(where: Council, **changes: Any) -> StoredTender:
    """The worked example with its four bids, opened the day after the closing time."""
    tender = published(where, **changes)
    for place in range(4):
        with where.database.writing() as session:
            bids.receive(session, tender.id, worked_bid(place), **where.by("officer"))
    where.clock.now = CLOSES + timedelta(days=1)
    with where.database.writing() as session:
        return bids.open_bids(session, tender.id, version=where.tender(tender.id).version, **where.by("officer"))


def bid_ids(where: Council, tender: StoredTender) -> dict[str, int]:
    with where.database.reading() as session:
        return {bid.bidder: bid.id for bid in bids.list_bids(session, tender.id, organisation_id=where.id)}


def name_evaluators(where: Council, tender: StoredTender, *names: str) -> None:
    for place, name in enumerate(names):
        person = where.person(name)
        with where.database.writing() as session:
            evaluation.add_evaluator(session, tender.id, person, is_lead=place == 0, **where.by("officer"))
            evaluation.declare(session, tender.id, person, has_conflict=False, conflict="", **where.by(name))


def mark_all(where: Council, tender: StoredTender, name: str, marks: Mapping[str, str]) -> None:
    ids = bid_ids(where, tender)
    for bidder, mark in marks.items():
        with where.database.writing() as session:
            evaluation.give_mark(
                session,
                tender.id,
                where.person(name),
                bid_id=ids[bidder],
                question="answer",
                mark=mark,
                reason=f"{name} thinks so of {bidder}.",
                **where.by(name),
            )


AGREED = {bid["bidder"]: bid["qualitative"] for bid in WORKED["bids"]}


def evaluated(where: Council, **changes: Any) -> StoredTender:
    """The worked example with everything that a decision needs: agreed marks and the marks for quality."""
    tender = opened(where, **changes)
    ids = bid_ids(where, tender)
    name_evaluators(where, tender, "lead", "second")
    for name in ("lead", "second"):
        mark_all(where, tender, name, AGREED)
        with where.database.writing() as session:
            evaluation.submit_marks(session, tender.id, where.person(name), **where.by(name))
    for bid in WORKED["bids"]:
        with where.database.writing() as session:
            evaluation.agree(
                session,
                tender.id,
                bid_id=ids[bid["bidder"]],
                question="answer",
                mark=bid["qualitative"],
                reason="Agreed in moderation.",
                **where.by("lead"),
            )
            evaluation.give_other_marks(
                session, tender.id, bid_id=ids[bid["bidder"]], marks=bid["other_marks"], **where.by("officer")
            )
    return tender
