"""Pages of the record, for auditors: the log, the history of one object, a sample drawn as one pack."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from svtracker.audit import service
from svtracker.audit.rules.days import day_bounds
from svtracker.audit.rules.events import is_keepable
from svtracker.audit.rules.sampling import LARGEST_SAMPLE, LONGEST_SEED
from svtracker.audit.store import Choices, Filters, Scope
from svtracker.kernel.clock import parse_day
from svtracker.registers import service as registers
from svtracker.reports import audit as reports
from svtracker.web import errors
from svtracker.web.access import RULES
from svtracker.web.dependencies import Reading, Signed
from svtracker.web.downloads import ZIP, attachment
from svtracker.web.guard import viewer_of
from svtracker.web.pages import audit as pages
from svtracker.web.pages.frame import FormError, render

router = APIRouter()

DAY_WANTED = "a day as year, month and day, as in 2026-11-22"


def scope_of(me: Signed) -> Scope:
    """Whose events the person who asks may see: those of their organisation, and of what all share."""
    return Scope(organisation_id=me.organisation.id)


def sees_record(request: Request) -> bool:
    """Whether other pages lead the person who asks to the record."""
    viewer = viewer_of(request)
    return viewer is not None and RULES["GET", "/audit"].lets_in(viewer.session.roles)


Scoped = Annotated[Scope, Depends(scope_of)]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks of the log, as it was typed."""

    first: Annotated[str, Query(alias="from", max_length=40, description="The first day (UTC), as 2026-04-01")] = ""
    last: Annotated[str, Query(alias="to", max_length=40, description="The last day (UTC), as 2027-03-31")] = ""
    what: Annotated[str, Query(max_length=200, description="What was done, as version_loaded")] = ""
    object_kind: Annotated[str, Query(alias="kind", max_length=200, description="Kind of object, as version")] = ""
    object_id: Annotated[str, Query(alias="object", max_length=500, description="Which object, in full")] = ""
    person: Annotated[str, Query(max_length=40, description="The number of the person who acted")] = ""
    find: Annotated[str, Query(max_length=200, description="Words that all stand in reason or fields")] = ""

    def read(self, known: Choices) -> tuple[Filters, tuple[FormError, ...]]:
        """The same as filters, with what cannot be read; that is left out of the filters."""
        faults: list[FormError] = []
        first, last = read_days(self.first, self.last, faults)
        for value, choices, name, word in (
            (self.what, known.whats, "what", "that anything was done by this name"),
            (self.object_kind, known.kinds, "kind", "of this kind of object"),
            (self.person, {str(one) for one in known.actors}, "person", "of this person"),
        ):
            if value.strip() and value.strip() not in choices:
                faults.append(FormError(text=f"Choose from the list: no event tells {word}", href=f"#{name}"))
        if faults:
            return Filters(), tuple(faults)
        since, before = day_bounds(first, last)
        return Filters(
            object_kind=self.object_kind.strip() or None,
            object_id=self.object_id.strip() or None,
            since=since,
            before=before,
            what=self.what.strip() or None,
            actor_id=int(self.person) if self.person.strip() else None,
            find=tuple(self.find.split()),
        ), ()

    def typed(self) -> dict[str, str]:
        """What was asked, by the names of the address; what was left out is not there."""
        named = {
            "from": self.first,
            "to": self.last,
            "what": self.what,
            "kind": self.object_kind,
            "object": self.object_id,
            "person": self.person,
            "find": self.find,
        }
        return {name: value.strip() for name, value in named.items() if value.strip()}


Asking = Annotated[Asked, Depends()]
Before = Annotated[str | None, Query(max_length=40, description="Only events recorded before this one, as 1.204")]


@dataclass(frozen=True, slots=True)
class SampleAsked:
    """What the address asks of a sample, as it was typed."""

    seed: Annotated[str | None, Query()] = None
    size: Annotated[str | None, Query(max_length=40)] = None
    first: Annotated[str, Query(alias="from", max_length=40)] = ""
    last: Annotated[str, Query(alias="to", max_length=40)] = ""

    @property
    def is_asked(self) -> bool:
        """Whether the form was sent."""
        return self.seed is not None or self.size is not None

    def read(self) -> tuple[str, int, Filters, tuple[FormError, ...]]:
        """Seed, size and days, with what cannot be read."""
        faults: list[FormError] = []
        seed, size = (self.seed or "").strip(), (self.size or "").strip()
        if not seed:
            faults.append(FormError(text="Enter a seed: any words or figures that you write down", href="#seed"))
        elif len(seed) > LONGEST_SEED or not is_keepable(seed):
            faults.append(FormError(text=f"The seed must be a text of at most {LONGEST_SEED} characters", href="#seed"))
        readable = size.isascii() and size.isdigit() and len(size) < 10
        if not readable or not 1 <= int(size) <= LARGEST_SAMPLE:
            faults.append(FormError(text=f"How many events must be from 1 to {LARGEST_SAMPLE:,}", href="#size"))
        first, last = read_days(self.first, self.last, faults)
        if faults:
            return seed, 0, Filters(), tuple(faults)
        since, before = day_bounds(first, last)
        return seed, int(size), Filters(since=since, before=before), ()

    def typed(self) -> pages.SampleForm:
        """What was asked, as the form shows it again."""
        return pages.SampleForm(
            seed=(self.seed or "").strip(),
            size=(self.size or "").strip(),
            first=self.first.strip(),
            last=self.last.strip(),
        )


SampleAsking = Annotated[SampleAsked, Depends()]


@router.get("/audit")
def log(request: Request, session: Reading, scope: Scoped, asked: Asking, before: Before = None) -> Response:
    """Every event that fits, newest first, a part at a time."""
    known, people = service.choices(session, scope=scope)
    filters, faults = asked.read(known)
    part = None if faults else service.search(session, scope=scope, filters=filters, before=before or None)
    page = pages.log_page(
        part,
        typed=asked.typed(),
        known=known,
        people=people,
        organisations=_names(session),
        before=before,
        errors=faults,
    )
    return keep_nowhere(render(request, "audit/log.html", page, status=422 if faults else 200))


@router.get("/audit/download.{kind}")
def log_download(request: Request, session: Reading, scope: Scoped, asked: Asking, kind: str) -> Response:
    """Every event that fits as a file, first recorded first."""
    known, people = service.choices(session, scope=scope)
    filters, faults = asked.read(known)
    if faults:
        return refused(request, faults)
    entries, named = service.all_that_fit(session, scope=scope, filters=filters)
    chosen = pages.chosen_words(asked.typed(), people)
    about = [f"Only: {chosen}"] if chosen else []
    sheet = reports.log_sheet(entries, people=named, organisations=_names(session), about=about)
    return keep_nowhere(attachment([sheet], kind=kind, name="record", title="The record"))


@router.get("/audit/sample")
def sample(request: Request, session: Reading, scope: Scoped, asked: SampleAsking) -> Response:
    """The form that draws a sample, and the sample that was drawn."""
    if not asked.is_asked:
        return _sample_form(request, asked)
    seed, size, filters, faults = asked.read()
    if faults:
        return _sample_form(request, asked, faults)
    drawn = service.draw(session, scope=scope, filters=filters, size=size, seed=seed)
    page = pages.sample_page(drawn, form=asked.typed(), organisations=_names(session))
    return keep_nowhere(render(request, "audit/sample.html", page))


@router.get("/audit/sample/pack.zip")
def sample_pack(request: Request, session: Reading, scope: Scoped, asked: SampleAsking) -> Response:
    """A sample as one pack; the form again where it cannot be drawn."""
    seed, size, filters, faults = asked.read()
    if faults:
        return _sample_form(request, asked, faults)
    drawn = service.draw(session, scope=scope, filters=filters, size=size, seed=seed)
    pack = reports.sample_pack(drawn, organisations=_names(session))
    return keep_nowhere(attachment(pack, kind=ZIP, name=f"sample-{seed}-{size}", title="Sample"))


@router.get("/audit/{object_kind}/{object_id:path}")
def told(
    *,
    request: Request,
    session: Reading,
    scope: Scoped,
    object_kind: str,
    object_id: str,
    on: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """What happened to one object, and its state as known on a day."""
    day, faults = read_on(on)
    found = service.tell(session, scope=scope, object_kind=object_kind, object_id=object_id, on=day)
    page = pages.told_page(found, on=on.strip(), organisations=_names(session), errors=faults)
    return keep_nowhere(render(request, "audit/told.html", page, status=422 if faults else 200))


def read_days(first: str, last: str, faults: list[FormError]) -> tuple[date | None, date | None]:
    """The first and the last day, each none where it is left out; what cannot be read is added to the faults."""
    days = []
    for text, name, label in ((first, "from", "first"), (last, "to", "last")):
        day = parse_day(text.strip())
        if text.strip() and day is None:
            faults.append(FormError(text=f"The {label} day must be {DAY_WANTED}", href=f"#{name}"))
        days.append(day)
    start, end = days
    if start is not None and end is not None and end < start:
        faults.append(FormError(text="The last day must not be before the first", href="#to"))
    return start, end


def read_on(text: str) -> tuple[date | None, tuple[FormError, ...]]:
    """The day on which a state is asked for, none where it is left out."""
    day = parse_day(text.strip())
    if text.strip() and day is None:
        return None, (FormError(text=f"The day must be {DAY_WANTED}", href="#on"),)
    return day, ()


def keep_nowhere(response: Response) -> Response:
    """The answer, kept by no browser: it holds names, and who may read it may change."""
    response.headers["Cache-Control"] = "no-store"
    return response


def refused(request: Request, faults: tuple[FormError, ...]) -> Response:
    """The answer where there is no form to show again: everything that cannot be read."""
    return errors.answer(
        request,
        status=422,
        title="Something in the address does not fit",
        what=f"{'; '.join(fault.text for fault in faults)}.",
        why=f"The log is searched only for what is clear. {errors.NOTHING_CHANGED}",
        do="Start from the page of the record, which offers what there is.",
    )


def _sample_form(request: Request, asked: SampleAsked, faults: tuple[FormError, ...] = ()) -> Response:
    page = pages.sample_page(None, form=asked.typed(), organisations={}, errors=faults)
    return keep_nowhere(render(request, "audit/sample.html", page, status=422 if faults else 200))


def _names(session: Reading) -> dict[int, str]:
    return {one.id: one.name for one in registers.list_organisations(session)}
