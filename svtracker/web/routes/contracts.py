"""Contracts: the list, one of them with its figures, a commitment by period; an award is made a contract."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from svtracker.audit import service as audit
from svtracker.audit.answer import person_name
from svtracker.audit.store import Scope
from svtracker.delivery.rules import periods as calendar
from svtracker.delivery.rules.awarding import promised
from svtracker.delivery.rules.records import PeriodKind
from svtracker.delivery.service import contracts, managers, progress, returns
from svtracker.delivery.service.contracts import Awarded, Terms
from svtracker.kernel import numbers, uk_time, wording
from svtracker.kernel.exceptions import ContractThereError, NotFoundError, ReferenceTakenError, RefusedError
from svtracker.reports import contracts as reports
from svtracker.tenders.service import results, setup
from svtracker.web.access import BID_READERS, CONTRACT_MAKERS, RECORD_READERS, RULES
from svtracker.web.contract_desk import (
    ContractNumber,
    comes_to_all,
    contract_for,
    contracts_for,
    deputies_of,
    today_of,
)
from svtracker.web.dependencies import LARGEST, Reading, Signed
from svtracker.web.desk import acting, has
from svtracker.web.downloads import attachment
from svtracker.web.guard import Viewer
from svtracker.web.pages import contracts as pages
from svtracker.web.pages.contract_add import add_contract_page
from svtracker.web.pages.frame import render

router = APIRouter()

Short = Annotated[str, Form(max_length=1_000)]
Number = Annotated[int, Query(ge=1, le=LARGEST)]
LONGEST = 300


@router.get("/contracts")
def list_contracts(request: Request, session: Reading, me: Signed) -> Response:
    """What was promised under the contracts that the reader may come to, and what came of it."""
    day = today_of(request)
    found = progress.standings_of(session, contracts_for(session, me, day), at=day)
    page = pages.contracts_page(
        found,
        waiting=contracts.waiting_awards(session, organisation_id=me.organisation.id) if comes_to_all(me, day) else (),
        names=names_of(session, me),
        organisation=me.organisation.name,
        at_day=day,
        policy=me.policy,
        may_add=has(me, CONTRACT_MAKERS),
        may_import=has(me, CONTRACT_MAKERS) and ("GET", "/contracts/import") in RULES,
    )
    return render(request, "contracts/index.html", page)


@router.get("/contracts/download.{kind}")
def contracts_download(request: Request, session: Reading, me: Signed, kind: str) -> Response:
    """The list as a file: one row a contract with its four figures in £."""
    day = today_of(request)
    found = progress.standings_of(session, contracts_for(session, me, day), at=day)
    sheets = reports.contract_sheets(found, names=names_of(session, me), at_day=day, policy=me.policy)
    return attachment(sheets, kind=kind, name="contracts", title="Contracts")


@router.get("/contracts/{contract:int}")
def show_contract(request: Request, session: Reading, me: Signed, contract: ContractNumber) -> Response:
    """One contract: is it kept, and what is to be done next?"""
    day = today_of(request)
    stored = contract_for(session, me, contract, day)
    page = pages.contract_page(
        progress.standing_of(session, stored, at=day),
        names=names_of(session, me),
        deputies=deputies_of(session, me, contract, day),
        at_day=day,
        policy=me.policy,
        may_see_record=has(me, RECORD_READERS),
        may_see_tender=has(me, BID_READERS),
    )
    return render(request, "contracts/contract.html", page)


@router.get("/contracts/{contract:int}/download.{kind}")
def contract_download(request: Request, session: Reading, me: Signed, contract: ContractNumber, kind: str) -> Response:
    """One contract as a file: its commitments with their four figures, and every claim that counts."""
    day = today_of(request)
    stored = contract_for(session, me, contract, day)
    sheets = reports.one_contract_sheets(
        progress.standing_of(session, stored, at=day), names=names_of(session, me), at_day=day, policy=me.policy
    )
    return attachment(sheets, kind=kind, name=f"contract-{contract}", title=stored.contract.title)


@router.get("/contracts/{contract:int}/commitments/{commitment:int}")
def show_commitment(
    *,
    request: Request,
    session: Reading,
    me: Signed,
    contract: ContractNumber,
    commitment: Annotated[int, Path(ge=1, le=LARGEST)],
) -> Response:
    """One commitment, period by period: what its figures are made of."""
    day = today_of(request)
    stored = contract_for(session, me, contract, day)
    if commitment not in stored.words:
        raise NotFoundError(what="commitment", name=str(commitment), do="Choose one from the page of the contract.")
    page = pages.commitment_page(
        progress.standing_of(session, stored, at=day),
        commitment,
        returns.claims_of(session, contract, organisation_id=me.organisation.id, only_latest=False),
        names=names_of(session, me),
        at_day=day,
        policy=me.policy,
    )
    return render(request, "contracts/commitment.html", page)


@router.get("/contracts/add")
def add_form(request: Request, session: Reading, me: Signed, tender: Number, bid: Number) -> Response:
    """The form that makes an award a contract, filled in as far as the tender says it."""
    award = _award(session, me, tender, bid)
    if award.contract is not None:
        return RedirectResponse(f"/contracts/{award.contract.id}", status_code=303)
    found = setup.get_tender(session, tender, organisation_id=me.organisation.id)
    starts_on = calendar.months_later(award.on.replace(day=1), 1)
    values = {
        "title": award.title,
        "reference": f"{award.reference}-C",
        "periods": PeriodKind.QUARTER.value,
        "value": "" if found.contract_value is None else numbers.trimmed(found.contract_value),
        "directorate": found.directorate or "",
        **_day_fields("starts_on", starts_on),
    }
    return _form(request, session, me, award, values=values, faults={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What was typed into the form, by the names of its fields."""

    tender: int
    bid: int
    values: dict[str, str]


async def sent_contract(
    *,
    tender: Annotated[int, Form(ge=0, le=LARGEST)] = 0,
    bid: Annotated[int, Form(ge=0, le=LARGEST)] = 0,
    title: Short = "",
    reference: Short = "",
    manager: Short = "",
    deputy: Short = "",
    periods: Short = "",
    value: Short = "",
    estimated_value: Short = "",
    directorate: Short = "",
    starts_day: Annotated[str, Form(alias="starts_on-day", max_length=20)] = "",
    starts_month: Annotated[str, Form(alias="starts_on-month", max_length=20)] = "",
    starts_year: Annotated[str, Form(alias="starts_on-year", max_length=20)] = "",
    ends_day: Annotated[str, Form(alias="ends_on-day", max_length=20)] = "",
    ends_month: Annotated[str, Form(alias="ends_on-month", max_length=20)] = "",
    ends_year: Annotated[str, Form(alias="ends_on-year", max_length=20)] = "",
) -> Sent:
    """The form as it was sent."""
    values = {
        "title": title,
        "reference": reference,
        "manager": manager,
        "deputy": deputy,
        "periods": periods,
        "value": value,
        "estimated_value": estimated_value,
        "directorate": directorate,
        "starts_on-day": starts_day,
        "starts_on-month": starts_month,
        "starts_on-year": starts_year,
        "ends_on-day": ends_day,
        "ends_on-month": ends_month,
        "ends_on-year": ends_year,
    }
    return Sent(tender=tender, bid=bid, values=values)


@router.post("/contracts/add")
def add(request: Request, me: Signed, sent: Annotated[Sent, Depends(sent_contract)]) -> Response:
    """Makes an award a contract; what is wrong stands at its field, and nothing is saved."""
    state = request.app.state
    terms, faults = _terms(sent.values)
    if terms is not None:
        try:
            with state.database.writing() as session:
                award = _award(session, me, sent.tender, sent.bid)
                made = contracts.make_contract(
                    session,
                    sent.tender,
                    bidder=award.bidder,
                    terms=terms,
                    organisation_id=me.organisation.id,
                    actor=acting(me, CONTRACT_MAKERS),
                    clock=state.clock,
                )
        except RefusedError as refused:
            faults = {one.path.partition(".")[0]: f"Enter {one.wanted}." for one in refused.problems}
        except (ReferenceTakenError, ContractThereError) as taken:
            faults = {"reference": str(taken)}
        else:
            return RedirectResponse(f"/contracts/{made.id}", status_code=303)
    with state.database.reading() as session:
        return _form(
            request, session, me, _award(session, me, sent.tender, sent.bid), values=sent.values, faults=faults
        )


def names_of(session: Session, me: Viewer) -> dict[int, str]:
    """The people of the reader's organisation by number, as pages name them."""
    people = {one.id: one for one in audit.list_people(session, scope=Scope(organisation_id=me.organisation.id))}
    return {number: person_name(number, people) for number in people}


def _award(session: Session, me: Viewer, tender: int, bid: int) -> Awarded:
    for one in contracts.awarded_bids(session, tender, organisation_id=me.organisation.id):
        if one.bid_id == bid:
            return one
    raise NotFoundError(what="award", name=f"{tender}, bid {bid}", do="Choose an award from the list of contracts.")


def _form(
    request: Request,
    session: Session,
    me: Viewer,
    award: Awarded,
    *,
    values: dict[str, str],
    faults: dict[str, str],
) -> Response:
    scored = results.score_tender(
        session,
        award.tender_id,
        organisation_id=me.organisation.id,
        minimum_wage=request.app.state.reference.minimum_wage,
    )
    page = add_contract_page(
        award,
        candidates=managers.list_candidates(session, organisation_id=me.organisation.id, day=today_of(request)),
        owed=promised(scored.result, award.bidder),
        values=values,
        faults=faults,
    )
    return render(request, "contracts/add.html", page, status=422 if faults else 200)


def _terms(values: dict[str, str]) -> tuple[Terms | None, dict[str, str]]:
    """What was typed, read; or what is wrong with it, by the field."""
    faults: dict[str, str] = {}
    days: dict[str, date] = {}
    for name, what in (("starts_on", "first"), ("ends_on", "last")):
        found = uk_time.day_from(**{part: values[f"{name}-{part}"] for part in ("day", "month", "year")})
        if found is None:
            faults[name] = f"Enter the {what} day as day, month and year, as in 1 4 2027."
        else:
            days[name] = found
    figures = {name: _pounds(values[name], name, faults) for name in ("value", "estimated_value")}
    for name in ("title", "reference"):
        if len(values[name].strip()) > LONGEST:
            faults[name] = f"Enter at most {LONGEST} characters."
    if not values["manager"].isdecimal():
        faults["manager"] = "Choose who follows this contract."
    if values["periods"] not in set(PeriodKind):
        faults["periods"] = f"Choose {wording.listed([one.value for one in PeriodKind])}."
    if faults:
        return None, faults
    more: dict[str, Any] = {**days, **figures}
    deputy = values["deputy"]
    return Terms(
        reference=values["reference"],
        title=values["title"],
        manager_id=int(values["manager"][:15]),
        deputy_id=int(deputy[:15]) if deputy.isdecimal() else None,
        periods=PeriodKind(values["periods"]),
        directorate=values["directorate"].strip()[:LONGEST] or None,
        **more,
    ), {}


def _pounds(text: str, name: str, faults: dict[str, str]) -> Decimal | None:
    typed = text.strip().removeprefix("£").replace(",", "")
    if not typed:
        return None
    found = numbers.parse_decimal(typed)
    if found is None or found < 0 or found >= 10**10 or numbers.decimal_places(found) > 2:
        faults[name] = "Enter pounds as a figure, as in 750000."
        return None
    return found


def _day_fields(name: str, day: date) -> dict[str, str]:
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}
