"""What was published of a tender as JSON: every setting, the measures that are asked, an example, all editions."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request

from svtracker.audit.rules.events import at_text
from svtracker.frameworks.rules.values import Kind, Measure
from svtracker.kernel import numbers
from svtracker.kernel.problems import Problem
from svtracker.tenders.rules.settings import descriptors_of, published_of, reasons_of, tender_part
from svtracker.tenders.rules.stages import Stage
from svtracker.tenders.rules.values import Tender
from svtracker.tenders.rules.valuing import ONE, counted_kind
from svtracker.tenders.service import explaining, policy_rules, setup
from svtracker.web.api.policy_rules import check_json
from svtracker.web.api.responses import NOT_FOUND
from svtracker.web.dependencies import Reading, Signed
from svtracker.web.desk import TenderNumber, tender_for
from svtracker.web.errors import problem_json
from svtracker.web.pages.tender_how import offered

router = APIRouter(prefix="/api/v1", tags=["tenders"])


@router.get("/tenders/{tender:int}/settings", summary="How social value will be evaluated", responses=NOT_FOUND)
def settings(request: Request, session: Reading, me: Signed, tender: TenderNumber) -> dict[str, Any]:
    """The settings with reasons and scale, the measures that may be offered, three invented bids, every edition."""
    found = tender_for(session, me, tender)
    settled = setup.settled(session, found)
    editions = setup.list_editions(session, tender, organisation_id=me.organisation.id)
    example = explaining.illustration_of(session, found.settings, organisation_id=me.organisation.id)
    clock = request.app.state.clock
    is_draft = found.stage is Stage.DRAFT
    problems: tuple[Problem, ...] = setup.problems_of(session, found, clock=clock) if is_draft or not settled else ()
    of, version = settled or (None, None)
    return {
        "number": found.id,
        "reference": found.reference,
        "title": found.title,
        "closes_at": _moment(found.closes_at),
        "edition": editions[-1].number if editions else None,
        "sha256": editions[-1].sha256 if editions else None,
        "framework": None
        if version is None
        else {"id": version.set_id, "version": version.version, "sha256": version.sha256},
        "tender": dict(tender_part(found.settings)),
        "reasons": dict(reasons_of(found.settings)),
        "scale": dict(descriptors_of(found.settings)),
        "measures": []
        if of is None or version is None
        else [_measure(one, of) for _, inside in offered(of, version) for one in inside],
        "example": []
        if example is None
        else [
            {
                "bid": bid.name,
                "percent": numbers.plain(bid.percent),
                "value": numbers.plain(numbers.round_half_up(bid.value, 2)),
                "mark": None if bid.mark is None else numbers.plain(bid.mark),
            }
            for bid in example.bids
        ],
        "policy_rules": [check_json(one) for one in policy_rules.checks_of(session, found, clock=clock)],
        "problems": [problem_json(problem) for problem in problems],
        "editions": [
            {
                "number": edition.number,
                "published_at": at_text(edition.published_at),
                "reason": edition.reason or None,
                "sha256": edition.sha256,
                "settings": published_of(edition.settings)[0],
                "closes_at": _moment(published_of(edition.settings)[1]),
            }
            for edition in editions
        ],
    }


def _measure(measure: Measure, tender: Tender) -> dict[str, Any]:
    kind = counted_kind(measure, tender)
    is_valued = kind is Kind.VALUED and measure.unit_value is not None
    return {
        "ref": measure.ref,
        "title": measure.title,
        "counts": measure.counts,
        "evidence": measure.evidence,
        "unit": measure.unit.value,
        "kind": kind.value,
        "unit_value": numbers.plain(measure.unit_value) if is_valued and measure.unit_value is not None else None,
        "mandatory": measure.ref in tender.mandatory,
        "weight": numbers.plain(tender.measure_weights.get(measure.ref, ONE)),
    }


def _moment(value: datetime | None) -> str | None:
    return None if value is None else at_text(value)
