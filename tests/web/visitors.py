"""Everybody who can knock: signed out, each role, somebody by a personal link, people of another organisation."""

from dataclasses import dataclass

from fastapi import FastAPI
from sqlalchemy import text
from starlette.testclient import TestClient

from svtracker.audit.rules.events import COMMAND_LINE
from svtracker.identity import service
from svtracker.identity.rules.links import Purpose, Task
from svtracker.identity.rules.roles import Role
from svtracker.identity.rules.sessions import How
from svtracker.identity.service import links
from svtracker.identity.service.demo import address_of
from svtracker.identity.store import Link
from svtracker.registers import service as registers
from svtracker.registers.store import add_organisation
from svtracker.storage.engines import Database
from svtracker.tenders.service import evaluation, invitations
from svtracker.web.cookies import PLAIN
from svtracker.web.guard import CSRF_HEADER
from tests.tenders import stored

SIGNED_OUT, BY_LINK = "signed out", "by a personal link"
BY_BID_LINK = "a bidder by a personal link"
ELSEWHERE = "administrator of another organisation"


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """A client, and what somebody who is signed in puts into the forms they send."""

    client: TestClient
    form_token: str = ""

    @property
    def own_form(self) -> dict[str, str]:
        return {CSRF_HEADER: self.form_token} if self.form_token else {}


def add_somebody(database: Database) -> int:
    """A person of the demo's council with a role, to whom a link was sent: so there is one of each kind of thing."""
    with database.writing() as session:
        person = service.add_user(
            session,
            organisation_id=1,
            name="Nils Rook",
            email="nils.rook@calderbrook.example",
            roles=[Role.VIEWER],
            actor=COMMAND_LINE,
        )
        links.send_password_link(session, person_id=person.person_id, organisation_id=1, actor=COMMAND_LINE)
        return person.person_id


# The tender of the demo that is being marked, the one that is open for bids, and the one that is being set up.
MARKED, OPEN, DRAFT = 8, 9, 10
# The one that `add_moderated` adds.
MODERATED = 11


def give_every_role(database: Database) -> None:
    """Lets the demo's administrator into everything, named for the tenders in evaluation: the rest is test_roles."""
    by = {"organisation_id": 1, "actor": COMMAND_LINE}
    with database.writing() as session:
        person = next(
            one for one in service.list_users(session, organisation_id=1) if one.email == address_of(Role.ADMINISTRATOR)
        ).person_id
        held = {Role.PROCUREMENT_OFFICER, Role.LEAD_EVALUATOR, Role.EVALUATOR, Role.POLICY_LEAD, Role.APPROVER}
        held |= {Role.CONTRACT_MANAGER}
        for role in Role:
            if role in held:
                service.grant_role(session, person, role, **by)
        for tender in (1, MARKED):
            evaluation.add_evaluator(session, tender, person, is_lead=False, **by)
        evaluation.declare(session, MARKED, person, has_conflict=False, conflict="", **by)


def take_contract_back(database: Database) -> None:
    """Takes the last contract of the demo away, so that its award waits for one."""
    with database.writing() as session:
        for table, column in (("claim", "contract_id"), ("contract_commitment", "contract_id"), ("contract", "id")):
            session.execute(text(f"DELETE FROM {table} WHERE {column} = 5"))


def add_moderated(database: Database) -> int:
    """A tender more, whose evaluators have marked: the demo's administrator leads, and agreed one of the marks."""
    with database.reading() as session:
        people = {one.email: one.person_id for one in service.list_users(session, organisation_id=1)}
    known = {
        "officer": people[address_of(Role.PROCUREMENT_OFFICER)],
        "lead": people[address_of(Role.ADMINISTRATOR)],
        "second": people[address_of(Role.EVALUATOR)],
    }
    council = stored.Council(database=database, id=1, clock=stored.HandClock(), people=known)
    tender = stored.opened(council)
    stored.name_evaluators(council, tender, "lead", "second")
    for name, marks in (("lead", {"A": "3", "B": "4", "C": "5", "D": "0"}), ("second", {**stored.AGREED, "A": "1.5"})):
        stored.mark_all(council, tender, name, marks)
        with database.writing() as session:
            evaluation.submit_marks(session, tender.id, council.person(name), **council.by(name))
    with database.writing() as session:
        by = {"organisation_id": 1, "actor": council.by("lead")["actor"]}
        what = {"mark": "4", "reason": "Both found it good.", "feedback": "A clear plan."}
        bid = stored.bid_ids(council, tender)["B"]
        evaluation.agree(session, tender.id, bid_id=bid, question="answer", **what, **by)
    assert tender.id == MODERATED
    return bid


def password_token(client: TestClient) -> str:
    """The text of a new link with which the person of `add_somebody` sets a password."""
    with client.app.state.database.writing() as session:  # type: ignore[attr-defined]  # the application is known here
        sent = [one for one in service.list_links(session, organisation_id=1) if one.purpose is Purpose.SET_PASSWORD]
        return service.new_token(session, sent[0].id)


def add_elsewhere(database: Database) -> int:
    """Another organisation beside the demo's, put in past the service, which keeps the two apart; with one person."""
    with database.writing() as session:
        other = add_organisation(
            session,
            slug="elsewhere",
            name="Elsewhere Council",
            short_name="Elsewhere",
            is_demo=True,
            created_at=registers.list_organisations(session)[0].created_at,
        )
        service.add_user(
            session,
            organisation_id=other.id,
            name="Ada Birch",
            email="ada.birch@elsewhere.example",
            roles=[Role.ADMINISTRATOR],
            actor=COMMAND_LINE,
        )
        return other.id


def bidding_link(database: Database, bidder: str = "Invited Elks") -> Link:
    """The link of a bidder who is invited to the tender of the demo that is open for bids."""
    by = {"organisation_id": 1, "actor": COMMAND_LINE}
    with database.writing() as session:
        known = {one.bidder: one.number for one in invitations.list_invited(session, OPEN, organisation_id=1)}
        if bidder not in known:
            email = "elks@firms.example"
            made = invitations.invite(session, OPEN, bidder=bidder, name="Elsie Elk", email=email, **by)
            known[bidder] = made.id
        return links.links_to(session, Task.BID, [known[bidder]], organisation_id=1)[known[bidder]][0]


def bidder(app: FastAPI, client: TestClient, name: str = "Invited Elks") -> Visitor:
    """A bidder who has just come in by their link."""
    client.cookies.clear()
    database = app.state.database
    link = bidding_link(database, name)
    with database.writing() as session:
        opened = service.enter_by_link(session, service.new_token(session, link.id), user_agent="")
    client.cookies.set(PLAIN, opened.token)
    return Visitor(client=client, form_token=opened.csrf)


def visitor(app: FastAPI, client: TestClient, who: str | Role) -> Visitor:
    """Somebody new each time, so that what one request ends does not matter to the next."""
    client.cookies.clear()
    if who == SIGNED_OUT:
        return Visitor(client=client)
    if who == BY_BID_LINK:
        return bidder(app, client)
    database = app.state.database
    with database.writing() as session:
        email = (
            "ada.birch@elsewhere.example"
            if who == ELSEWHERE
            else address_of(Role(who if who in set(Role) else Role.SUPPLIER_CONTACT))
        )
        person = service.find_user(session, email)
        assert person is not None
        link = None
        if who == BY_LINK:
            link = service.make_link(
                session,
                organisation_id=person.organisation_id,
                person_id=person.person_id,
                purpose=Purpose.TASK,
                task_kind="return",
                task_id="1",
                actor=COMMAND_LINE,
            ).id
        opened = service.open_session(
            session,
            person_id=person.person_id,
            organisation_id=person.organisation_id,
            how=How.LINK if link else How.DEMO,
            user_agent="",
            task_link_id=link,
        )
    client.cookies.set(PLAIN, opened.token)
    return Visitor(client=client, form_token=opened.csrf)
