"""Policy rules and waivers on pages: kept by the policy lead, asked for by the officer, decided by an approver."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from svtracker.identity.service import users
from svtracker.kernel import numbers, uk_time
from svtracker.kernel.exceptions import (
    ChangedMeanwhileError,
    NotFoundError,
    NotYetError,
    ReasonMissingError,
    RefusedError,
    SecondPersonNeededError,
)
from svtracker.kernel.problems import Problem, shown
from svtracker.reports.waivers import waivers_sheet
from svtracker.tenders.rules.policy_rules import OF_A_THEME, Bought, PolicyRule
from svtracker.tenders.service import policy_rules, waivers
from svtracker.web.access import APPROVER, OFFICER, OWN_SETTERS, RECORD_READERS, WAIVER_READERS
from svtracker.web.dependencies import LARGEST, Number, Reading, Signed
from svtracker.web.desk import TenderNumber, acting, has, tender_for
from svtracker.web.downloads import CSV, XLSX, attachment
from svtracker.web.guard import Viewer
from svtracker.web.pages import policy_rules as pages
from svtracker.web.pages.frame import downloads, render
from svtracker.web.setup_form import figure as bare_figure
from svtracker.web.setup_form import line

router = APIRouter()

LIST, ONE = "policy/rules.html", "policy/rule.html"
REGISTER, OF_TENDER = "policy/register.html", "tenders/waivers.html"
FILES = (("CSV", CSV), ("XLSX", XLSX))
APPROVE, REFUSE = "approve", "refuse"
Short = Annotated[str, Form(max_length=1_000)]
Long = Annotated[str, Form(max_length=20_000)]
FormNumber = Annotated[int, Form(ge=0, le=LARGEST)]


@dataclass(frozen=True, kw_only=True)
class RuleForm:
    """What was sent of a rule."""

    kind: Short = ""
    figure: Short = ""
    theme: Short = ""
    value_from: Short = ""
    value_below: Short = ""
    category: Short = ""
    cpv: Short = ""
    basis: Short = ""
    from_day: Short = ""

    @property
    def typed(self) -> dict[str, str]:
        """The fields as they were typed, on one line each."""
        return {name: line(getattr(self, name)) for name in pages.FIELDS}


Sent = Annotated[RuleForm, Depends()]


@router.get("/policy")
def all_rules(request: Request, session: Reading, me: Signed) -> Response:
    """The rules of the organisation; with the form that adds one, for who keeps them."""
    return _list(request, session, me)


@router.post("/policy")
def add(request: Request, me: Signed, form: Sent) -> Response:
    """Adds a rule, or shows the form with what is wrong."""
    state = request.app.state
    read, problems = _read(form)
    if read is not None:
        rule, from_day = read
        try:
            with state.database.writing() as session:
                policy_rules.add_rule(session, rule, basis=line(form.basis), from_day=from_day, **_by(request, me))
        except RefusedError as refused:
            problems = list(refused.problems)
        else:
            return RedirectResponse("/policy", status_code=303)
    with state.database.reading() as session:
        return _list(request, session, me, typed=form.typed, problems=problems)


@router.get("/policy/waivers")
def register(request: Request, session: Reading, me: Signed) -> Response:
    """The register of waivers."""
    page = pages.register_page(
        waivers.list_waivers(session, organisation_id=me.organisation.id),
        organisation=me.organisation.name,
        names=users.names(session),
        roles=me.session.roles,
        files=downloads("/policy/waivers/download", FILES),
    )
    return render(request, REGISTER, page)


@router.get("/policy/waivers/download.{kind}")
def download(session: Reading, me: Signed, kind: str) -> Response:
    """The register as a file."""
    found = waivers.list_waivers(session, organisation_id=me.organisation.id)
    sheet = waivers_sheet(found, names=users.names(session), organisation=me.organisation.name)
    return attachment([sheet], kind=kind, name=f"{me.organisation.slug}-waivers", title="Register of waivers")


@router.get("/policy/rules/{number}")
def one_rule(request: Request, session: Reading, me: Signed, number: Number) -> Response:
    """One rule, with the forms that change and end it for who keeps the rules."""
    return _one(request, session, me, number)


@router.post("/policy/rules/{number}")
def change(request: Request, me: Signed, number: Number, form: Sent, version: FormNumber = 0) -> Response:
    """Puts another rule in the place of one from a day on."""
    state = request.app.state
    read, problems = _read(form)
    meanwhile = False
    if read is not None:
        rule, from_day = read
        try:
            with state.database.writing() as session:
                made = policy_rules.change_rule(
                    session,
                    number,
                    rule,
                    basis=line(form.basis),
                    from_day=from_day,
                    version=version,
                    **_by(request, me),
                )
        except RefusedError as refused:
            problems = list(refused.problems)
        except ChangedMeanwhileError:
            meanwhile = True
        else:
            return RedirectResponse(f"/policy/rules/{made.id}", status_code=303)
    with state.database.reading() as session:
        return _one(request, session, me, number, typed=form.typed, problems=problems, meanwhile=meanwhile)


@router.post("/policy/rules/{number}/end")
def end(
    *,
    request: Request,
    me: Signed,
    number: Number,
    version: FormNumber = 0,
    off_day: Short = "",
    reason: Short = "",
) -> Response:
    """Ends a rule from a day on, with a reason."""
    state = request.app.state
    day = _day(off_day)
    problems = [] if day is not None else [_no_day("off_day", off_day)]
    meanwhile = False
    if day is not None:
        try:
            with state.database.writing() as session:
                policy_rules.end_rule(
                    session, number, off_day=day, reason=line(reason), version=version, **_by(request, me)
                )
        except RefusedError as refused:
            problems = list(refused.problems)
        except ReasonMissingError:
            problems = [Problem(file="rule", path="reason", seen="nothing", wanted="the reason why it ends")]
        except ChangedMeanwhileError:
            meanwhile = True
        else:
            return RedirectResponse(f"/policy/rules/{number}", status_code=303)
    typed = {"off_day": off_day.strip(), "reason": line(reason)}
    with state.database.reading() as session:
        return _one(request, session, me, number, ending=typed, end_problems=problems, meanwhile=meanwhile)


@router.get("/tenders/{tender:int}/waivers")
def of_tender(
    *,
    request: Request,
    session: Reading,
    me: Signed,
    tender: TenderNumber,
    rule: Annotated[str, Query(max_length=30)] = "",
    figure: Annotated[str, Query(max_length=30)] = "",
) -> Response:
    """How a tender stands to each rule, and its waivers; the form is filled in for the rule that was followed here."""
    return _of_tender(request, session, me, tender, values={"rule": rule, "figure": figure, "reason": ""})


@router.post("/tenders/{tender:int}/waivers")
def ask(
    *,
    request: Request,
    me: Signed,
    tender: TenderNumber,
    rule: Short = "",
    figure: Short = "",
    reason: Long = "",
) -> Response:
    """Asks for a waiver with a reason; approvers get a message."""
    state = request.app.state
    asked = numbers.parse_decimal(bare_figure(figure))
    faults: dict[str, str] = {}
    if not (rule.isascii() and rule.isdigit() and len(rule) < 10):
        faults["rule"] = "Choose the rule that the tender cannot meet."
    if asked is None:
        faults["figure"] = "Enter the figure that you ask for, as in 15."
    if not reason.strip():
        faults["reason"] = "Say why the tender cannot meet the rule: an approver reads it."
    if not faults and asked is not None:
        try:
            with state.database.writing() as session:
                tender_for(session, me, tender)
                waivers.ask_waiver(
                    session, tender, int(rule), asked=asked, reason=reason, **_acting(request, me, OFFICER)
                )
        except RefusedError as refused:
            faults = {one.path: f"Saw {one.seen}; wanted {one.wanted}." for one in refused.problems}
        except (NotYetError, NotFoundError) as refused:
            faults = {"rule": str(refused)}
        else:
            return RedirectResponse(f"/tenders/{tender}/waivers", status_code=303)
    values = {"rule": rule, "figure": figure.strip(), "reason": reason}
    with state.database.reading() as session:
        return _of_tender(request, session, me, tender, values=values, faults=faults)


@router.post("/tenders/{tender:int}/waivers/{waiver:int}")
def decide(
    *,
    request: Request,
    me: Signed,
    tender: TenderNumber,
    waiver: TenderNumber,
    decision: Short = "",
    reason: Long = "",
) -> Response:
    """Approves or refuses a waiver with a reason; who asked for it gets a message."""
    state = request.app.state
    at, fault = "", ""
    if decision not in {APPROVE, REFUSE}:
        at, fault = "decision", "Choose whether you approve or refuse."
    elif not reason.strip():
        at, fault = "because", "Say why: the reason is kept and sent to who asked."
    else:
        try:
            with state.database.writing() as session:
                tender_for(session, me, tender)
                waivers.decide_waiver(
                    session,
                    tender,
                    waiver,
                    is_approved=decision == APPROVE,
                    reason=reason,
                    **_acting(request, me, APPROVER),
                )
        except RefusedError as refused:
            at, fault = "because", " ".join(f"Wanted {one.wanted}." for one in refused.problems)
        except (ChangedMeanwhileError, SecondPersonNeededError) as refused:
            at, fault = "waiver", str(refused)
        else:
            return RedirectResponse(f"/tenders/{tender}/waivers#waiver-{waiver}", status_code=303)
    typed = {waiver: {"decision": decision, "reason": reason, "error": fault, "at": at}}
    with state.database.reading() as session:
        return _of_tender(request, session, me, tender, values=_NOTHING, decisions=typed)


_NOTHING = {"rule": "", "figure": "", "reason": ""}


def _list(
    request: Request,
    session: Session,
    me: Viewer,
    *,
    typed: Mapping[str, str] | None = None,
    problems: Sequence[Problem] = (),
) -> Response:
    page = pages.rules_page(
        policy_rules.list_rules(session, organisation_id=me.organisation.id),
        today=_today(request),
        organisation=me.organisation.name,
        themes=policy_rules.list_themes(session, organisation_id=me.organisation.id),
        may_change=has(me, OWN_SETTERS),
        may_see_waivers=has(me, WAIVER_READERS),
        typed=typed,
        problems=problems,
    )
    return render(request, LIST, page, status=422 if problems else 200)


def _one(
    request: Request, session: Session, me: Viewer, number: int, *, meanwhile: bool = False, **more: Any
) -> Response:
    page = pages.rule_page(
        policy_rules.get_rule(session, number, organisation_id=me.organisation.id),
        today=_today(request),
        themes=policy_rules.list_themes(session, organisation_id=me.organisation.id),
        may_change=has(me, OWN_SETTERS),
        may_see_record=has(me, RECORD_READERS),
        meanwhile=meanwhile,
        **more,
    )
    return render(request, ONE, page, status=409 if meanwhile else 422 if page.errors else 200)


def _of_tender(
    request: Request,
    session: Session,
    me: Viewer,
    number: int,
    *,
    values: Mapping[str, str],
    faults: Mapping[str, str] | None = None,
    decisions: Mapping[int, Mapping[str, str]] | None = None,
) -> Response:
    found = tender_for(session, me, number)
    known = waivers.list_waivers(session, organisation_id=me.organisation.id, tender_id=number)
    missing = [one for one in decisions or {} if one not in {line.waiver.id for line in known}]
    if missing:
        raise NotFoundError(what="waiver", name=str(missing[0]), do="Choose one of the waivers of the tender.")
    page = pages.tender_waivers_page(
        found,
        roles=me.session.roles,
        me=me.session.person_id,
        checks=policy_rules.checks_of(session, found, clock=request.app.state.clock),
        waivers=known,
        names=users.names(session),
        values=values,
        faults=faults,
        decisions=decisions,
    )
    return render(request, OF_TENDER, page, status=422 if page.errors else 200)


def _read(form: RuleForm) -> tuple[tuple[PolicyRule, date] | None, list[Problem]]:
    """The rule and its first day from what was typed, or what is no rule about it; the rest the rules say."""
    typed = form.typed
    kind = pages.kind_of(typed["kind"])
    figures: dict[str, Decimal | None] = {}
    problems = []
    if kind is None:
        problems.append(Problem(file="rule", path="kind", seen="nothing", wanted="what the rule says"))
    for name in ("figure", "value_from", "value_below"):
        text = bare_figure(typed[name])
        figures[name] = numbers.parse_decimal(text) if text else None
        if figures[name] is None and (text or name == "figure"):
            seen = shown(typed[name]) if text else "nothing"
            problems.append(Problem(file="rule", path=name, seen=seen, wanted="a plain figure, as in 20 or 100000"))
    category = typed["category"]
    if category == pages.BY_CPV or (not category and typed["cpv"]):
        category = typed["cpv"]
        if not category or category in set(Bought):
            wanted = "the first 2 to 8 digits of a CPV category"
            problems.append(Problem(file="rule", path="cpv", seen=shown(category or None), wanted=wanted))
    day = _day(typed["from_day"])
    if day is None:
        problems.append(_no_day("from_day", typed["from_day"]))
    amount = figures["figure"]
    if problems or kind is None or amount is None or day is None:
        return None, problems
    rule = PolicyRule(
        kind=kind,
        figure=amount,
        theme=typed["theme"] or None if kind in OF_A_THEME else None,
        value_from=figures["value_from"],
        value_below=figures["value_below"],
        category=category or None,
    )
    return (rule, day), []


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _no_day(place: str, text: str) -> Problem:
    seen = shown(text.strip()) if text.strip() else "nothing"
    return Problem(file="rule", path=place, seen=seen, wanted="a day, as in 2026-12-01")


def _today(request: Request) -> date:
    return uk_time.local(request.app.state.clock()).date()


def _by(request: Request, me: Viewer) -> dict[str, Any]:
    return _acting(request, me, OWN_SETTERS)


def _acting(request: Request, me: Viewer, roles: Any) -> dict[str, Any]:
    return {
        "organisation_id": me.organisation.id,
        "actor": acting(me, roles),
        "clock": request.app.state.clock,
    }
