"""Pages of people who come in: signing in, a personal link, the own account."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from svtracker.identity.rules.links import LinkState, Purpose
from svtracker.identity.rules.passwords import SHORTEST
from svtracker.identity.rules.provider import Provider
from svtracker.identity.rules.roles import ROLE_WORDS, Role
from svtracker.identity.service.demo import NAMES
from svtracker.identity.service.sessions import CurrentSession
from svtracker.identity.store import Link, StoredSession
from svtracker.kernel import wording
from svtracker.registers.store import Organisation
from svtracker.web.pages.frame import FormError, Page


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoRole:
    """A role that the demo offers at one press."""

    role: str
    name: str
    does: str


@dataclass(frozen=True, kw_only=True)
class SignInPage(Page):
    """The form to sign in; in the demo also each role."""

    email: str
    next: str
    error: str | None
    demo_roles: tuple[DemoRole, ...]
    nobody_yet: bool
    provider: str | None


@dataclass(frozen=True, kw_only=True)
class OnwardPage(Page):
    """The page that leads on to the identity provider: by itself, and by a link where a browser does not go on."""

    address: str
    host: str


@dataclass(frozen=True, kw_only=True)
class PasswordPage(Page):
    """The form that sets a password, opened by a personal link."""

    token: str
    faults: tuple[str, ...]
    shortest: int


@dataclass(frozen=True, kw_only=True)
class LinkPage(Page):
    """What a personal link is for, and the one button that begins; or why it cannot be used."""

    token: str
    is_open: bool
    can_ask: bool
    until: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """A browser that is signed in."""

    id: int
    browser: str
    how: str
    began: str
    last_seen: str
    is_this: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRow:
    """A role of one's own, and what it is for."""

    role: str
    does: str
    limits: str


@dataclass(frozen=True, kw_only=True)
class AccountPage(Page):
    """Who I am here, what I may do, and where I am signed in."""

    organisation: str
    roles: tuple[RoleRow, ...]
    sessions: tuple[SessionRow, ...]
    organisations: tuple[tuple[str, str], ...]
    password_set: str | None
    is_demo: bool


def sign_in_page(
    *,
    email: str = "",
    goes_to: str = "/",
    error: str | None = None,
    demo: bool = False,
    nobody_yet: bool = False,
    provider: Provider | None = None,
) -> SignInPage:
    """The form, empty or with what went wrong."""
    answer = "Most of this service can be read without signing in. Sign in to do your part in it."
    if demo:
        answer = "This is a demo: the council and its people are invented. Come in as any of them with one press."
    return SignInPage(
        title="Sign in",
        answer=answer,
        email=email,
        next=goes_to,
        error=error,
        errors=(FormError(text=error, href="#email"),) if error else (),
        demo_roles=tuple(
            DemoRole(role=role.value, name=NAMES[role], does=ROLE_WORDS[role]) for role in (Role if demo else ())
        ),
        nobody_yet=nobody_yet,
        provider=None if provider is None else provider.name,
    )


def onward_page(address: str, *, name: str) -> OnwardPage:
    """The page that leads on to the identity provider."""
    return OnwardPage(
        title="On the way to sign in",
        answer=f"You sign in with {name} at another website and come back here. This page leads there by itself.",
        address=address,
        host=urlsplit(address).netloc,
    )


def refusal(wait_seconds: int) -> str:
    """Why nobody was let in; the same for unknown, wrong, locked and disabled, so that nobody learns who is here."""
    if wait_seconds:
        return f"There were too many tries that failed. Wait {wording.wait(wait_seconds)}, then try again."
    return "Email address and password do not belong together, or the account cannot be used."


def password_page(token: str, *, faults: Sequence[str] = ()) -> PasswordPage:
    """The form that sets a password."""
    return PasswordPage(
        title="Set your password",
        answer=f"At least {SHORTEST} characters. Three or four words that do not belong together are good.",
        token=token,
        faults=tuple(faults),
        errors=tuple(FormError(text=fault, href="#password") for fault in faults),
        shortest=SHORTEST,
    )


_CLOSED = {
    LinkState.USED: ("This link was used", "It set a password once, and opens nothing more."),
    LinkState.SUBMITTED: ("This task is done", "What it was for has been sent in."),
    LinkState.REVOKED: ("This link was withdrawn", "Somebody who runs this service has ended it."),
    LinkState.OVER: ("This link is over", "Its last day has passed."),
}


def link_page(token: str, link: Link | None, *, what_for: str = "", error: str | None = None) -> LinkPage:
    """The page of a personal link. An unknown one looks like one that is over: nobody learns which links there are."""
    if link is None or link.state is not LinkState.OPEN:
        title, why = _CLOSED[LinkState.OVER if link is None else link.state]
        can_ask = link is None or link.state is LinkState.OVER
        more = " A new one can be sent to the address that is on file, and nowhere else." if can_ask else ""
        return LinkPage(title=title, answer=why + more, token=token, is_open=False, can_ask=can_ask, until=None)
    return LinkPage(
        title=what_for or "Your task",
        answer="This link is for you alone. It opens one task and nothing else.",
        token=token,
        is_open=link.purpose is Purpose.TASK,
        can_ask=True,
        until=wording.day(link.expires_at.date()),
        errors=(FormError(text=error, href="#main"),) if error else (),
    )


def asked_page() -> Page:
    """What is said to everybody who asks for a link, whether there is an address on file or not."""
    return Page(
        title="Look at your mail",
        answer="If there is an address on file, a link is on its way to it. It goes nowhere else.",
    )


def account_page(
    mine: CurrentSession,
    *,
    organisation: Organisation,
    organisations: Sequence[Organisation],
    sessions: Sequence[StoredSession],
    password_set_at: datetime | None,
) -> AccountPage:
    """The own account in one organisation."""
    roles = tuple(
        RoleRow(
            role=grant.role.value,
            does=ROLE_WORDS[grant.role],
            limits="" if grant.object_id is None else f"for {grant.object_kind} {grant.object_id}",
        )
        for grant in mine.grants
        if grant.organisation_id == organisation.id
    )
    others = len(sessions) - 1
    return AccountPage(
        title=mine.name,
        head_title="Your account",
        caption="Your account",
        answer=f"You work for {organisation.name}"
        + (f" as {wording.listed([one.role for one in roles])}." if roles else ", so far without a role.")
        + (f" {wording.counted(others, 'other browser')} of yours signed in too." if others > 0 else ""),
        organisation=organisation.name,
        roles=roles,
        sessions=tuple(
            SessionRow(
                id=one.id,
                browser=one.browser,
                how=one.how.value,
                began=wording.moment(one.created_at),
                last_seen=wording.moment(one.last_seen_at),
                is_this=one.id == mine.id,
            )
            for one in sessions
        ),
        organisations=tuple((str(one.id), one.name) for one in organisations if one.id != organisation.id),
        password_set=None if password_set_at is None else wording.moment(password_set_at),
        is_demo=organisation.is_demo,
    )
