"""The record as JSON: the same read models as its pages, with all that a hash is taken over."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from svtracker.audit import service
from svtracker.audit.answer import Answer, part_answer, told_answer
from svtracker.web.api.responses import CLOSED, NOT_FOUND, Error, Responses
from svtracker.web.dependencies import Reading
from svtracker.web.routes.audit import Asking, Before, Scoped, keep_nowhere, read_on, refused

router = APIRouter(prefix="/api/v1", tags=["the record"])

UNREADABLE: Responses = {422: {"model": Error, "description": "Something in the address cannot be read"}}


class _Body(BaseModel):
    """Times are in UTC to the microsecond; a field was `old` and is `new`, null where it was not there."""

    model_config = ConfigDict(extra="forbid")


class Event(_Body):
    """An event with its link and hash; `changes` is the text that the hash is taken over, `fields` the same read."""

    organisation: int | None
    sequence: int
    at: str
    actor_kind: str
    actor_id: int | None
    actor: str
    role: str
    what: str
    object_kind: str
    object_id: str
    changes: str
    fields: dict[str, Any]
    reason: str
    previous: str
    hash: str


class Log(_Body):
    """A part of the log, newest first; `recorded` counts all events, `next` is the address of the part after it."""

    form: int
    events: list[Event]
    recorded: int
    next: str | None


class Place(_Body):
    """Which event: its chain, its number in it, and when it was recorded."""

    organisation: int | None
    sequence: int
    at: str


class FieldState(_Body):
    """What a field is, and the event that said so last."""

    value: Any
    told_by: Place


class Contradiction(_Body):
    """An event that says a field was something else before than the events before it say."""

    field: str
    told_by: Place
    said: Any
    known: Any


class Known(_Body):
    """The state of an object by its events up to the end of a day (UTC), or by all of them where `on` is null."""

    on: str | None
    events: int
    last: Place | None
    fields: dict[str, FieldState]
    contradictions: list[Contradiction]


class History(_Body):
    """One object: its events from first to last, and its state."""

    form: int
    object_kind: str
    object_id: str
    known: Known
    events: list[Event] = Field(description="All events, also those after the day that was asked for")


@router.get(
    "/audit", response_model=Log, responses={**CLOSED, **NOT_FOUND, **UNREADABLE}, summary="The record, newest first"
)
def log(
    *,
    request: Request,
    response: Response,
    session: Reading,
    scope: Scoped,
    asked: Asking,
    before: Before = None,
) -> Answer | Response:
    """Fifty events at a time; follow `next` until it is null."""
    keep_nowhere(response)
    known, _ = service.choices(session, scope=scope)
    filters, faults = asked.read(known)
    if faults:
        return refused(request, faults)
    part = service.search(session, scope=scope, filters=filters, before=before or None)
    older = None if part.following is None else f"?{urlencode({**asked.typed(), 'before': part.following})}"
    return part_answer(part, following=None if older is None else f"{request.url.path}{older}")


@router.get(
    "/audit/{object_kind}/{object_id:path}",
    response_model=History,
    responses={**CLOSED, **NOT_FOUND, **UNREADABLE},
    summary="The history of one object, and its state as known on a day",
)
def told(
    *,
    request: Request,
    response: Response,
    session: Reading,
    scope: Scoped,
    object_kind: str,
    object_id: str,
    on: Annotated[str, Query(max_length=40, description="The day, as 2026-11-22; all events without it")] = "",
) -> Answer | Response:
    """The same object as `svtracker audit show --json`."""
    keep_nowhere(response)
    day, faults = read_on(on)
    if faults:
        return refused(request, faults)
    return told_answer(service.tell(session, scope=scope, object_kind=object_kind, object_id=object_id, on=day))
