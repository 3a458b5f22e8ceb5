"""Where each role goes on after signing in, and what needs it today: one table (DESIGN section 1).

The home page and signing in both read it. A page that is better than the one named here takes its place in this table.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from sqlalchemy.orm import Session

from svtracker.audit import service as audit
from svtracker.audit.rules import wording as words
from svtracker.audit.store import Filters, Scope
from svtracker.delivery.service import contracts, progress
from svtracker.frameworks import service as frameworks
from svtracker.frameworks.rules.owners import Whose
from svtracker.frameworks.rules.values import Status
from svtracker.identity.rules.accounts import AccountState
from svtracker.identity.rules.roles import Grant, Role
from svtracker.identity.service import sessions, users
from svtracker.kernel import wording
from svtracker.kernel.clock import Clock
from svtracker.messages import service as messages
from svtracker.tenders.service import waivers
from svtracker.web.guard import Viewer
from svtracker.web.pages.policy_rules import waiting_words

NO_PAGE = "/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """What needs somebody today, in one sentence, and the page on which they do it."""

    text: str
    label: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked: of which organisation, whether it is the demo, and how many tenders it has."""

    session: Session
    organisation_id: int
    is_demo: bool
    tenders: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstPage:
    """The first page of a role, and how its sentence is made."""

    href: str
    today: Callable[[Asked], Today]


def _drafts(asked: Asked) -> Today:
    loaded = frameworks.list_versions(asked.session, whose=Whose(organisation_id=asked.organisation_id))
    drafts = [one.name for one in loaded if one.status is Status.DRAFT]
    if drafts:
        text = f"{wording.counted(len(drafts), 'version is a draft', 'versions are drafts')}: {wording.listed(drafts)}."
    else:
        text = f"No version is a draft; {wording.counted(len(loaded), 'version is', 'versions are')} loaded."
    return Today(text=text, label="Measure sets", href="/frameworks")


def _tenders(asked: Asked) -> Today:
    number = asked.tenders
    text = f"{wording.counted(number, 'tender')} can be read, each with why its first bid leads and how firm that is."
    return Today(text=text if number else "There is no tender yet.", label="Tenders", href="/tenders")


def _contracts(asked: Asked) -> Today:
    own = asked.organisation_id
    number = contracts.count_contracts(asked.session, organisation_id=own)
    if not number:
        return Today(text="There is no contract yet.", label="Contracts", href="/contracts")
    waiting = progress.to_verify(asked.session, organisation_id=own)
    said = wording.counted(waiting, "claim waits", "claims wait") if waiting else "No claim waits"
    text = f"{said} to be verified, over {wording.counted(number, 'contract')}."
    return Today(text=text, label="Contracts", href="/contracts")


def _people(asked: Asked) -> Today:
    everybody = users.list_users(asked.session, organisation_id=asked.organisation_id)
    unable = [
        one
        for one in everybody
        if one.state is AccountState.ACTIVE and not one.has_password and not one.has_identity_provider
    ]
    failing = messages.count_failing(asked.session, organisation_id=asked.organisation_id)
    if failing:
        text = f"{wording.counted(failing, 'message')} could not be sent yet."
        return Today(text=text, label="Messages", href="/messages")
    if unable and not asked.is_demo:  # in a demo people come in by one press
        who = wording.counted(len(unable), "person has", "people have")
        return Today(text=f"{who} no way to sign in yet: no password was set.", label="People", href="/people")
    text = f"{wording.counted(len(everybody), 'person', 'people')} can sign in, and no message failed."
    return Today(text=text, label="People", href="/people")


def _record(asked: Asked) -> Today:
    found = audit.search(
        asked.session, scope=Scope(organisation_id=asked.organisation_id), filters=Filters(), size=1
    ).entries
    text = "Nothing was recorded yet."
    if found:
        on = wording.day(date.fromisoformat(found[0].at[:10]))
        text = f"The last event was recorded on {on}: {words.plain(found[0].what)}."
    return Today(text=text, label="Record", href="/audit")


def _waivers(asked: Asked) -> Today:
    found = waivers.list_waivers(asked.session, organisation_id=asked.organisation_id)
    return Today(text=waiting_words(found), label="Register of waivers", href="/policy/waivers")


_OF_CONTRACTS = FirstPage(href="/contracts", today=_contracts)
_OF_TENDERS = FirstPage(href="/tenders", today=_tenders)

# Who has several roles goes to the page of the first that stands here.
FIRST_PAGES: Mapping[Role, FirstPage] = MappingProxyType(
    {
        Role.POLICY_LEAD: FirstPage(href="/frameworks", today=_drafts),
        Role.PROCUREMENT_OFFICER: _OF_TENDERS,
        Role.LEAD_EVALUATOR: _OF_TENDERS,
        Role.EVALUATOR: _OF_TENDERS,
        Role.CONTRACT_MANAGER: _OF_CONTRACTS,
        Role.DEPUTY_CONTRACT_MANAGER: _OF_CONTRACTS,
        Role.APPROVER: FirstPage(href="/policy/waivers", today=_waivers),
        Role.ADMINISTRATOR: FirstPage(href="/people", today=_people),
        Role.AUDITOR: FirstPage(href="/audit", today=_record),
        Role.SUPPLIER_CONTACT: _OF_TENDERS,
        Role.VIEWER: _OF_CONTRACTS,
        Role.PARTNERSHIP_VIEWER: _OF_TENDERS,
    }
)


def roles_in(grants: Iterable[Grant], *, organisation_id: int, day: date) -> frozenset[Role]:
    """The roles of somebody in an organisation on a day, also those for one tender or contract alone."""
    return frozenset(one.role for one in grants if one.organisation_id == organisation_id and one.holds_on(day))


def first_of(roles: Iterable[Role]) -> FirstPage | None:
    """The first page of somebody with these roles; none without one."""
    held = frozenset(roles)
    return next((page for role, page in FIRST_PAGES.items() if role in held), None)


def goes_on_to(session: Session, token: str, wanted: str, *, clock: Clock) -> str:
    """Where somebody goes on whose session was just opened: to the page that was asked for, else to their first one."""
    if wanted != NO_PAGE:
        return wanted
    mine = sessions.session_of(session, token, clock=clock)
    if mine is None:
        return NO_PAGE
    page = first_of(roles_in(mine.grants, organisation_id=mine.organisation_id, day=clock().date()))
    return NO_PAGE if page is None else page.href


def today_of(viewer: Viewer | None, session: Session, *, tenders: int, day: date) -> Today | None:
    """What needs somebody today; nothing for one who is not signed in, has no role, or came for one task."""
    if viewer is None or viewer.session.link is not None:
        return None
    mine, organisation = viewer.session, viewer.organisation
    page = first_of(roles_in(mine.grants, organisation_id=organisation.id, day=day))
    asked = Asked(session=session, organisation_id=organisation.id, is_demo=organisation.is_demo, tenders=tenders)
    return None if page is None else page.today(asked)
