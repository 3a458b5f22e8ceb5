"""Pages of an administrator: people and their roles, personal links, messages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from svtracker.identity.rules.accounts import AccountState
from svtracker.identity.rules.links import LinkState, Purpose
from svtracker.identity.rules.roles import ROLE_WORDS, Grant, Role
from svtracker.identity.service.users import User
from svtracker.identity.service.users_file import UserAction, UsersPlan
from svtracker.identity.store import Link
from svtracker.kernel import wording
from svtracker.kernel.problems import Problem
from svtracker.messages.rules.outbox import MessageState
from svtracker.messages.store import Message
from svtracker.web.pages.frame import Download, FormError, Page

CRUMBS = (("People", "/people"),)
ROLE_OPTIONS = (("", "Choose a role"), *((role.value, role.value.capitalize()) for role in Role))

NO_ROLE = "no role"
STATE_WORDS = {
    AccountState.ACTIVE: "can sign in",
    AccountState.LOCKED: "locked",
    AccountState.DISABLED: "closed",
}
MESSAGE_WORDS = {
    MessageState.SENT: "sent",
    MessageState.WAITING: "waiting",
    MessageState.CANCELLED: "cancelled",
}
LINK_WORDS = {
    LinkState.OPEN: "open",
    LinkState.USED: "used",
    LinkState.SUBMITTED: "submitted",
    LinkState.REVOKED: "withdrawn",
    LinkState.OVER: "over",
}
PURPOSE_WORDS = {Purpose.SET_PASSWORD: "set a password", Purpose.TASK: "do a task"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """One person in the list."""

    href: str
    name: str
    email: str
    roles: str
    state: str
    can_sign_in: bool
    last_seen: str


@dataclass(frozen=True, kw_only=True)
class PeoplePage(Page):
    """Everybody with an account in an organisation."""

    people: tuple[PersonRow, ...]
    files: tuple[Download, ...]
    may_change: bool


@dataclass(frozen=True, kw_only=True)
class AddPage(Page):
    """The form that adds a person."""

    name: str
    email: str
    roles: tuple[tuple[str, str, str, bool], ...]
    faults: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class ImportPage(Page):
    """The form that takes a file of people, what is wrong with it, or what it would do."""

    problems: tuple[Problem, ...]
    plan: UsersPlan | None
    file_name: str
    text: str
    field_error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRow:
    """A role that a person has."""

    role: str
    does: str
    limits: str
    value: str
    object: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StateAction:
    """Something that can be done with an account, with a reason."""

    value: str
    label: str
    means: str


@dataclass(frozen=True, kw_only=True)
class PersonPage(Page):
    """One person: details, roles, account, and what an administrator can do."""

    number: int
    name: str
    facts: tuple[tuple[str, str], ...]
    grants: tuple[GrantRow, ...]
    actions: tuple[StateAction, ...]
    role_options: tuple[tuple[str, str], ...]
    version: int
    may_change: bool
    is_erased: bool
    typed: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """A personal link in the list."""

    id: int
    person: str
    what_for: str
    state: str
    is_open: bool
    made: str
    until: str


@dataclass(frozen=True, kw_only=True)
class LinksPage(Page):
    """The personal links of an organisation."""

    links: tuple[LinkRow, ...]
    may_change: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRow:
    """A message in the list."""

    href: str
    subject: str
    to: str
    state: str
    when: str
    tries: int


@dataclass(frozen=True, kw_only=True)
class MessagesPage(Page):
    """The outbox of an organisation."""

    messages: tuple[MessageRow, ...]


@dataclass(frozen=True, kw_only=True)
class MessagePage(Page):
    """One message as it was, or will be, sent; the personal link in it is nowhere to be read."""

    to: str
    body: str
    facts: tuple[tuple[str, str], ...]


def people_page(
    users: Sequence[User], *, organisation_id: int, organisation: str, may_change: bool, files: tuple[Download, ...]
) -> PeoplePage:
    """The list, by name."""
    administrators = sum(
        any(one.role is Role.ADMINISTRATOR and one.organisation_id == organisation_id for one in user.grants)
        and user.state is AccountState.ACTIVE
        for user in users
    )
    closed = sum(user.state is not AccountState.ACTIVE for user in users)
    people = "1 person has" if len(users) == 1 else f"{len(users):,} people have"
    more = f" {wording.counted(closed, 'account')} cannot be used." if closed else ""
    return PeoplePage(
        title="People",
        caption=organisation,
        answer=f"{people} an account, {wording.counted(administrators, 'administrator')} among them.{more}",
        people=tuple(
            PersonRow(
                href=f"/people/{user.person_id}",
                name=user.name or f"Person {user.person_id}, erased",
                email=user.email or "",
                roles=roles_text(user.grants, organisation_id=organisation_id),
                state=STATE_WORDS[user.state],
                can_sign_in=user.state is AccountState.ACTIVE,
                last_seen=wording.moment(user.last_seen_at) if user.last_seen_at else "never",
            )
            for user in sorted(users, key=lambda user: ((user.name or "\uffff").casefold(), user.person_id))
        ),
        files=files,
        may_change=may_change,
    )


def roles_text(grants: Sequence[Grant], *, organisation_id: int) -> str:
    """The roles of a person in an organisation, in words."""
    named = [
        grant.role.value + (f" of {grant.object_kind} {grant.object_id}" if grant.object_id else "")
        for grant in grants
        if grant.organisation_id == organisation_id
    ]
    return wording.listed(named) or NO_ROLE


def add_page(
    *, name: str = "", email: str = "", roles: Sequence[str] = (), faults: Mapping[str, str] | None = None
) -> AddPage:
    """The form, empty or with what was typed and what is wrong with it."""
    faults = faults or {}
    return AddPage(
        title="Add a person",
        crumbs=CRUMBS,
        answer="They get a mail with a link to set their password.",
        name=name,
        email=email,
        roles=tuple((role.value, role.value.capitalize(), ROLE_WORDS[role], role.value in roles) for role in Role),
        faults=faults,
        errors=tuple(FormError(text=text, href=f"#{place}") for place, text in faults.items()),
    )


def import_page(
    *,
    problems: Sequence[Problem] = (),
    plan: UsersPlan | None = None,
    file_name: str = "",
    text: str = "",
    error: str | None = None,
) -> ImportPage:
    """The form; or what is wrong with the file; or what it would do, to be confirmed."""
    if problems:
        error = f"{file_name or 'The file'} cannot be used. {wording.counted(len(problems), 'thing')} to put right."
    answer = "One row a person: name, email, and roles with a semicolon between. First you see what would happen."
    if plan is not None:
        new, given = plan.count(UserAction.ADDED), plan.count(UserAction.ROLES_GIVEN)
        same = plan.count(UserAction.UNCHANGED)
        people = wording.counted(new, "person", "people")
        answer = (
            f"{people} would be added, {given:,} would get another role, {same:,} would stay as they are. "
            "Nothing has been changed yet."
        )
    return ImportPage(
        title="Add people from a file",
        crumbs=CRUMBS,
        answer=answer,
        problems=tuple(problems),
        plan=plan,
        file_name=file_name,
        text=text,
        field_error=error,
        errors=(FormError(text=error, href="#file"),) if error else (),
    )


def person_page(
    user: User,
    *,
    organisation_id: int,
    may_change: bool,
    on: date,
    typed: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
) -> PersonPage:
    """One person; with what was typed and what is wrong with it where a form was refused."""
    name, faults = user.name or f"Person {user.person_id}", faults or {}
    grants = tuple(_grant_row(grant, on=on) for grant in user.grants if grant.organisation_id == organisation_id)
    roles = roles_text(user.grants, organisation_id=organisation_id)
    if user.email is None:
        said = "The details of this person were erased. What they did stays in the record by number."
    elif user.state is AccountState.ACTIVE:
        said = f"{name} can sign in and has {'' if roles == NO_ROLE else 'the role '}{roles}."
    else:
        because = f", because: {user.locked_because}" if user.locked_because else ""
        said = f"The account of {name} is {STATE_WORDS[user.state]}{because}."
    return PersonPage(
        title=name,
        caption="Person",
        crumbs=CRUMBS,
        answer=said,
        number=user.person_id,
        name=name,
        facts=(
            ("Email address", user.email or "erased"),
            ("Signs in by", _ways(user)),
            ("Last seen", wording.moment(user.last_seen_at) if user.last_seen_at else "never"),
            ("Account since", wording.day(user.created_at.date())),
            ("Number in the record", str(user.person_id)),
        ),
        grants=grants,
        actions=_actions(user),
        role_options=ROLE_OPTIONS,
        version=user.version,
        may_change=may_change,
        is_erased=user.email is None,
        typed=typed or {},
        faults=faults,
        errors=tuple(FormError(text=text, href=f"#{place}") for place, text in faults.items()),
    )


def links_page(links: Sequence[Link], *, names: Mapping[int, str], may_change: bool) -> LinksPage:
    """The personal links, the newest first."""
    opened = sum(link.state is LinkState.OPEN for link in links)
    return LinksPage(
        title="Personal links",
        crumbs=CRUMBS,
        answer=f"{wording.counted(opened, 'link')} can be used now. Withdrawing one also ends what was opened by it."
        if links
        else "No link has been made yet.",
        links=tuple(
            LinkRow(
                id=link.id,
                person=names.get(link.person_id, f"person {link.person_id}"),
                what_for=PURPOSE_WORDS[link.purpose] if link.task_kind is None else f"{link.task_kind} {link.task_id}",
                state=LINK_WORDS[link.state],
                is_open=link.state is LinkState.OPEN,
                made=wording.moment(link.created_at),
                until=wording.moment(link.expires_at),
            )
            for link in links
        ),
        may_change=may_change,
    )


def messages_page(messages: Sequence[Message], *, names: Mapping[int, str], can_send: bool) -> MessagesPage:
    """The outbox, the newest first."""
    waiting = sum(one.state is MessageState.WAITING for one in messages)
    answer = "No message has been written yet."
    if messages:
        answer = f"{wording.counted(waiting, 'message')} waiting." if waiting else "Every message has been sent."
    if waiting and not can_send:
        answer += " No mail server is set up, so they stay here: whoever runs this service sets SVTRACKER_MAIL."
    return MessagesPage(
        title="Messages",
        crumbs=CRUMBS,
        answer=answer,
        messages=tuple(
            MessageRow(
                href=f"/messages/{one.id}",
                subject=one.subject,
                to=names.get(one.to_person_id, f"person {one.to_person_id}"),
                state=MESSAGE_WORDS[one.state],
                when=wording.moment(one.sent_at or one.created_at),
                tries=one.tries,
            )
            for one in messages
        ),
    )


def message_page(message: Message, *, names: Mapping[int, str]) -> MessagePage:
    """One message to read."""
    to = names.get(message.to_person_id, f"person {message.to_person_id}")
    return MessagePage(
        title=message.subject,
        head_title=f"{message.subject}, message {message.id}",
        caption=f"Message to {to}",
        crumbs=(("People", "/people"), ("Messages", "/messages")),
        to=to,
        body=message.body.replace("{link}", "[the personal link stands here in the mail]"),
        facts=(
            ("State", MESSAGE_WORDS[message.state]),
            ("Written", wording.moment(message.created_at)),
            ("Sent", wording.moment(message.sent_at) if message.sent_at else "not yet"),
            ("Tries", str(message.tries)),
            ("Last fault", message.last_error or "none"),
        ),
    )


def _grant_row(grant: Grant, *, on: date) -> GrantRow:
    limits = [] if grant.object_id is None else [f"for {grant.object_kind} {grant.object_id}"]
    if grant.from_day is not None:
        limits.append(f"from {wording.day(grant.from_day)}")
    if grant.to_day is not None:
        limits.append(f"to {wording.day(grant.to_day)}")
    if not grant.holds_on(on):
        limits.append("not today")
    return GrantRow(
        role=grant.role.value.capitalize(),
        does=ROLE_WORDS[grant.role],
        limits=", ".join(limits),
        value=grant.role.value,
        object="" if grant.object_id is None else f"{grant.object_kind}:{grant.object_id}",
    )


def _ways(user: User) -> str:
    ways = [
        word
        for word, has in (("password", user.has_password), ("identity provider", user.has_identity_provider))
        if has
    ]
    return wording.listed(ways) or "nothing yet: no password is set"


def _actions(user: User) -> tuple[StateAction, ...]:
    lock = StateAction(value="lock", label="Lock", means="Nobody can sign in to it until you unlock it.")
    unlock = StateAction(value="unlock", label="Unlock", means="The person can sign in again.")
    close = StateAction(value="disable", label="Close", means="For somebody who leaves: sessions and links end.")
    opened = StateAction(value="enable", label="Open again", means="The roles hold again; sessions and links do not.")
    if user.email is None:
        return ()
    return {
        AccountState.ACTIVE: (lock, close),
        AccountState.LOCKED: (unlock, close),
        AccountState.DISABLED: (opened,),
    }[user.state]
