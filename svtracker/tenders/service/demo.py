"""The demo: its council and people, the tenders of the files that come along, and three that are under way."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from svtracker.audit.rules.events import Actor
from svtracker.files.yaml_reader import read_document
from svtracker.identity.rules.roles import Role
from svtracker.identity.service.common import person_acting
from svtracker.identity.service.demo import load_demo_people
from svtracker.kernel import numbers
from svtracker.kernel.clock import Clock, system_clock
from svtracker.registers import service as registers
from svtracker.registers.rules.figures import MinimumWage
from svtracker.tenders.rules.policy_rules import PolicyRule, RuleKind
from svtracker.tenders.rules.records import Source, StoredTender
from svtracker.tenders.rules.settings import DEFAULT_DESCRIPTORS, DESCRIPTORS
from svtracker.tenders.rules.values import Commitment
from svtracker.tenders.service import bids, evaluation, policy_rules, setup, waivers
from svtracker.tenders.service.bids import BidIn, LineIn
from svtracker.tenders.service.files import tender_files
from svtracker.tenders.service.taking_over import take_over

# The worked example of the rules is an example of a file; its bids also serve the tender that is being marked.
WORKED = "worked"

# The tender that is being set up: it still lacks a good deal, and two of the council's policy rules are not met.
DRAFT = {
    "category": "45233222",
    "contract_value": "420000",
    "duration_months": 36,
    "framework": "open-toms@2026.1",
    "list": "main",
}

RULES = (
    PolicyRule(kind=RuleKind.LEAST_WEIGHT, figure=Decimal(20), value_from=Decimal(100_000)),
    PolicyRule(kind=RuleKind.MOST_MEASURES, figure=Decimal(25), value_below=Decimal(500_000)),
    PolicyRule(kind=RuleKind.THEME_LEAST, figure=Decimal(1), theme="Stronger communities"),
)
BASIS = "Social value policy, section 4"

ANSWERS = (
    "We name a social value lead from the first day, recruit with the borough’s job brokerage and report each quarter.",
    "Two local charities help us to recruit. Every apprentice has a mentor, and our ledger shows local spend.",
    "We train our own people to give time to schools near the sites, and publish what we did once a year.",
    "We shall agree social value with the council after award.",
)


def load_demo(
    session: Session,
    folder: Path,
    *,
    minimum_wage: MinimumWage | None,
    actor: Actor,
    clock: Clock = system_clock,
) -> tuple[int, Mapping[Role, int]]:
    """Adds the demo's council, its people and its tenders where they are not there; a second run changes nothing.

    Answers the number of the council, and those of its people by role.
    """
    council = registers.load_demo_council(session, actor=actor, clock=clock)
    people = load_demo_people(session, organisation_id=council.id, actor=actor, clock=clock)
    added = load_demo_tenders(
        session,
        folder,
        organisation_id=council.id,
        evaluators=[people[Role.LEAD_EVALUATOR], people[Role.EVALUATOR]],
        minimum_wage=minimum_wage,
        actor=actor,
        clock=clock,
    )
    if added:
        _keep_policy(session, people, number=added[0].id, organisation_id=council.id, now=clock())
    return council.id, people


def load_demo_tenders(
    session: Session,
    folder: Path,
    *,
    organisation_id: int,
    evaluators: Sequence[int],
    minimum_wage: MinimumWage | None,
    actor: Actor,
    clock: Clock = system_clock,
) -> tuple[StoredTender, ...]:
    """Adds the tenders of the demo where the council has none yet; a second run changes nothing.

    The first of `evaluators` leads. Everything is invented, and says so.
    """
    if setup.list_tenders(session, organisation_id=organisation_id):
        return ()
    common: dict[str, Any] = {"organisation_id": organisation_id, "actor": actor}
    for file in tender_files(folder):
        if file.stem != WORKED:
            data = file.read_bytes()
            take_over(session, name=file.name, data=data, minimum_wage=minimum_wage, clock=clock, **common)
    worked: Any = read_document(name="worked.yaml", data=(folder / f"{WORKED}.yaml").read_bytes()).value
    now = clock()
    _being_marked(session, worked, evaluators=evaluators, now=now, common=common)
    _open_for_bids(session, worked, now=now, common=common)
    setup.create_tender(
        session,
        reference="CB-2026-031",
        title="Repairs of footpaths",
        settings={"tender": {**DRAFT, "scoring": {"method": "target", "quantitative": "10", "qualitative": "5"}}},
        directorate="Places",
        is_invented=True,
        clock=clock,
        **common,
    )
    return setup.list_tenders(session, organisation_id=organisation_id)


def _keep_policy(
    session: Session, people: Mapping[Role, int], *, number: int, organisation_id: int, now: datetime
) -> None:
    """The council's policy rules, and two waivers for the tender that is being set up: one approved, one refused."""

    def by(role: Role, days_ago: int) -> dict[str, Any]:
        actor = person_acting(people[role], role=role.value)
        return {"organisation_id": organisation_id, "actor": actor, "clock": lambda: now - timedelta(days=days_ago)}

    began = (now - timedelta(days=60)).date()
    kept = [
        policy_rules.add_rule(session, one, basis=BASIS, from_day=began, **by(Role.POLICY_LEAD, 61)) for one in RULES
    ]
    for rule, asked, reason, is_approved, because in (
        (
            kept[0],
            Decimal(15),
            "The contract is small works by a gang of three. The market said at the supplier day that 20% would keep "
            "the small firms away.",
            True,
            "Agreed for this contract alone: the supplier day is on file, and 15% stays above what was usual before.",
        ),
        (
            kept[1],
            Decimal(34),
            "We would like to offer the whole main list, so that every firm finds what suits it.",
            False,
            "A small firm cannot read 34 measures. Leave out those that do not fit footpaths, or use the lite list.",
        ),
    ):
        waiver, _ = waivers.ask_waiver(
            session, number, rule.id, asked=asked, reason=reason, **by(Role.PROCUREMENT_OFFICER, 5)
        )
        waivers.decide_waiver(
            session, number, waiver.id, is_approved=is_approved, reason=because, **by(Role.APPROVER, 3)
        )


def _being_marked(session: Session, worked: Any, *, evaluators: Sequence[int], now: datetime, common: Any) -> None:
    opened = now - timedelta(days=2)
    number = _published(
        session,
        worked,
        reference="CB-2026-014",
        title="Grounds maintenance of parks",
        closes_at=opened - timedelta(hours=2),
        published_at=opened - timedelta(days=30),
        common=common,
    )
    received = opened - timedelta(days=1)
    for place in range(len(worked["bids"])):
        bids.receive(session, number, _bid(worked, place), clock=lambda: received, **common)
    version = setup.get_tender(session, number, organisation_id=common["organisation_id"]).version
    bids.open_bids(session, number, version=version, clock=lambda: opened, **common)
    for place, person_id in enumerate(evaluators):
        evaluation.add_evaluator(session, number, person_id, is_lead=place == 0, clock=lambda: opened, **common)


def _open_for_bids(session: Session, worked: Any, *, now: datetime, common: Any) -> None:
    number = _published(
        session,
        worked,
        reference="CB-2026-022",
        title="Tree planting and care",
        closes_at=(now + timedelta(days=14)).replace(hour=12, minute=0, second=0, microsecond=0),
        published_at=now - timedelta(days=10),
        common=common,
    )
    received = now - timedelta(days=1)
    for place in (1, 2):
        bids.receive(session, number, _bid(worked, place), clock=lambda: received, **common)


def _published(
    session: Session,
    worked: Any,
    *,
    reference: str,
    title: str,
    closes_at: datetime,
    published_at: datetime,
    common: Any,
) -> int:
    part = {key: value for key, value in worked["tender"].items() if key not in {"opened", "invented"}}
    added = setup.create_tender(
        session,
        reference=reference,
        title=title,
        settings={"tender": part, DESCRIPTORS: dict(DEFAULT_DESCRIPTORS)},
        directorate="Places",
        closes_at=closes_at,
        is_invented=True,
        clock=lambda: published_at,
        **common,
    )
    setup.publish(session, added.id, version=added.version, clock=lambda: published_at, **common)
    return added.id


def _bid(worked: Any, place: int) -> BidIn:
    given = worked["bids"][place]
    return BidIn(
        bidder=given["bidder"],
        price=numbers.parse_decimal(given["price"]),
        answers={"answer": ANSWERS[place]},
        lines=[
            LineIn(
                commitment=Commitment(
                    measure=ref,
                    offered=numbers.parse_decimal(quantity),
                    accepted=numbers.parse_decimal(quantity),
                    statement=f"Measured each quarter and shown by our records of {ref}.",
                    detailed=True,
                )
            )
            for ref, quantity in given["commitments"].items()
        ],
        source=Source.TYPED,
    )
