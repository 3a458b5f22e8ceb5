"""The own account, people, personal links and messages as JSON, from the same values as the pages."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request

from svtracker.identity.rules.roles import Grant
from svtracker.identity.service import links, users
from svtracker.identity.service.users import User
from svtracker.kernel import numbers
from svtracker.messages import service as messages
from svtracker.registers import service as registers
from svtracker.registers.rules.policy import FIGURES
from svtracker.web.api.responses import CLOSED, NOT_FOUND
from svtracker.web.dependencies import Number, Reading, Signed

router = APIRouter(prefix="/api/v1", tags=["people"])


@router.get("/account", summary="Who is signed in", responses=CLOSED)
def account(me: Signed) -> dict[str, Any]:
    """The person, the organisation they work for now, and their roles in it today."""
    return {
        "person": me.session.person_id,
        "name": me.session.name,
        "organisation": me.organisation.slug,
        "roles": sorted(role.value for role in me.session.roles),
        "signed_in_by": me.session.how.value,
        "since": _moment(me.session.created_at),
    }


@router.get("/organisation", summary="What the organisation has set for itself", responses=CLOSED)
def organisation(session: Reading, me: Signed) -> dict[str, Any]:
    """Names, colour, limits of warnings (RULES 3.8) and status bands (RULES 6.6), and how often they were changed."""
    stored = registers.get_policy(session, me.organisation.id)
    return {
        "slug": me.organisation.slug,
        "name": me.organisation.name,
        "short_name": me.organisation.short_name,
        "brand_colour": stored.policy.brand_colour,
        **{name: numbers.plain(getattr(stored.policy, name)) for name in FIGURES},
        "version": stored.version,
    }


@router.get("/people", summary="Everybody with an account in the organisation", responses=CLOSED)
def people(session: Reading, me: Signed) -> list[dict[str, Any]]:
    """Each person with address, state and roles, in the order in which they were added."""
    return [
        _person(user, organisation_id=me.organisation.id)
        for user in users.list_users(session, organisation_id=me.organisation.id)
    ]


@router.get("/people/{number}", summary="One person", responses={**CLOSED, **NOT_FOUND})
def person(session: Reading, me: Signed, number: Number) -> dict[str, Any]:
    """One person of the organisation."""
    user = users.get_user(session, number, organisation_id=me.organisation.id)
    return _person(user, organisation_id=me.organisation.id)


@router.get("/personal-links", summary="The personal links of the organisation", responses=CLOSED)
def personal_links(request: Request, session: Reading, me: Signed) -> list[dict[str, Any]]:
    """Each link with what it is for and what has become of it, newest first; never the text that opens it."""
    return [
        {
            "id": link.id,
            "person": link.person_id,
            "purpose": link.purpose.value,
            "task": None if link.task_kind is None else {"kind": link.task_kind, "id": link.task_id},
            "state": link.state.value,
            "made": _moment(link.created_at),
            "over": _moment(link.expires_at),
        }
        for link in links.list_links(session, organisation_id=me.organisation.id, clock=request.app.state.clock)
    ]


@router.get("/messages", summary="The outbox of the organisation", responses=CLOSED)
def outbox(session: Reading, me: Signed) -> list[dict[str, Any]]:
    """Each message, newest first; where a personal link goes, the body says `{link}`."""
    return [
        {
            "id": one.id,
            "to": one.to_person_id,
            "subject": one.subject,
            "body": one.body,
            "state": one.state.value,
            "written": _moment(one.created_at),
            "sent": _moment(one.sent_at),
            "tries": one.tries,
            "last_error": one.last_error,
        }
        for one in messages.list_messages(session, organisation_id=me.organisation.id)
    ]


def _person(user: User, *, organisation_id: int) -> dict[str, Any]:
    return {
        "id": user.person_id,
        "name": user.name,
        "email": user.email,
        "state": user.state.value,
        "roles": [_grant(grant) for grant in user.grants if grant.organisation_id == organisation_id],
        "last_seen": _moment(user.last_seen_at),
        "has_password": user.has_password,
    }


def _grant(grant: Grant) -> dict[str, Any]:
    return {
        "role": grant.role.value,
        "of": None if grant.object_kind is None else {"kind": grant.object_kind, "id": grant.object_id},
        "from": None if grant.from_day is None else grant.from_day.isoformat(),
        "to": None if grant.to_day is None else grant.to_day.isoformat(),
    }


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()
