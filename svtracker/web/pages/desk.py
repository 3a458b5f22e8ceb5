"""A stored tender on pages: the list of an organisation's tenders, and what stands at each stage and comes next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from svtracker.identity.rules.roles import Role
from svtracker.kernel import uk_time, wording
from svtracker.kernel.problems import Problem
from svtracker.tenders.rules.cpv import with_division
from svtracker.tenders.rules.records import BidResult, Edition, StoredTender
from svtracker.tenders.rules.stages import STAGE_WORDS, Stage
from svtracker.tenders.rules.values import OutcomeStatus
from svtracker.tenders.service.importing import ShownAward
from svtracker.web.access import OFFICER, PANEL, RULES
from svtracker.web.pages.frame import Download, FormError, Link, Page
from svtracker.web.pages.frameworks import Fact
from svtracker.web.pages.tender_words import OUTCOME_TAGS, OUTCOME_WORDS, money_short

STAGE_TAGS = {
    Stage.DRAFT: "govuk-tag--grey",
    Stage.PUBLISHED: "govuk-tag--blue",
    Stage.OPENED: "govuk-tag--yellow",
    Stage.DECIDED: "govuk-tag--green",
}

# The rooms of a tender: label, last part of the address, and whether there is anything in it before the opening.
ROOMS: tuple[tuple[str, str, bool], ...] = (
    ("Overview", "", True),
    ("Set-up", "/setup", True),
    ("Bids", "/bids", True),
    ("Evaluators", "/evaluators", True),
    ("Compare", "/evaluation", False),
    ("Marks", "/marks", False),
    ("Moderation", "/moderation", False),
    ("Decision", "/decision", True),
    ("Report", "/report", False),
)


@dataclass(frozen=True, kw_only=True)
class TenderPage(Page):
    """What every page of one tender has: where it stands, and the way to its other pages."""

    stage: str
    tag: str
    is_invented: bool
    is_training: bool
    rooms: tuple[Link, ...]


def frame_of(tender: StoredTender, *, roles: frozenset[Role], here: str, title: str | None = None) -> dict[str, object]:
    """The values that every page of a tender is made with; `here` is the last part of its address."""
    return {
        "title": title or tender.title,
        "caption": caption_of(tender),
        "crumbs": (("Tenders", "/tenders"), *(((tender.title, f"/tenders/{tender.id}"),) if here else ())),
        "stage": stage_words(tender),
        "tag": stage_tag(tender),
        "is_invented": tender.is_invented,
        "is_training": tender.is_training,
        "rooms": rooms_of(tender, roles=roles, here=here),
    }


def caption_of(tender: StoredTender) -> str:
    """What stands above the title: the reference, the lot, the value."""
    said = [tender.reference]
    if tender.lot is not None:
        said.append(f"lot {tender.lot}")
    if tender.contract_value is not None:
        said.append(f"contract value {money_short(tender.contract_value)}")
    return ", ".join(said)


def rooms_of(tender: StoredTender, *, roles: frozenset[Role], here: str) -> tuple[Link, ...]:
    """The pages of a tender that the reader may open and that hold something at its stage."""
    return tuple(
        Link(label=label, href=f"/tenders/{tender.id}{part}", current=part == here)
        for label, part, always in ROOMS
        if (always or tender.opened_at is not None) and _may_open(part, roles)
    )


def _may_open(part: str, roles: frozenset[Role]) -> bool:
    rule = RULES.get(("GET", f"/tenders/{{tender:int}}{part}"))
    return rule is not None and rule.lets_in(roles)


def stage_words(tender: StoredTender) -> str:
    """Where a tender stands, in words; a decided one by how it ended."""
    return OUTCOME_WORDS[tender.outcome] if tender.stage is Stage.DECIDED else STAGE_WORDS[tender.stage]


def stage_tag(tender: StoredTender) -> str:
    """The colour of the tag that says it."""
    return OUTCOME_TAGS[tender.outcome] if tender.stage is Stage.DECIDED else STAGE_TAGS[tender.stage]


@dataclass(frozen=True, slots=True, kw_only=True)
class TenderLine:
    """A tender in the list of an organisation."""

    href: str
    title: str
    note: str
    stage: str
    tag: str
    bids: str
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TenderGroup:
    """The tenders at one stage."""

    id: str
    title: str
    lines: tuple[TenderLine, ...]


@dataclass(frozen=True, kw_only=True)
class OwnTendersPage(Page):
    """The tenders of an organisation by stage, the stage that waits for somebody first."""

    groups: tuple[TenderGroup, ...]
    may_add: bool
    may_import: bool
    files: tuple[Download, ...]


GROUPS = (
    (Stage.OPENED, "In evaluation"),
    (Stage.PUBLISHED, "Bids are coming in"),
    (Stage.DRAFT, "Being set up"),
    (Stage.DECIDED, "Decided"),
)


def own_tenders_page(
    tenders: Sequence[StoredTender],
    *,
    organisation: str,
    bids: Mapping[int, int],
    results: Mapping[int, Sequence[BidResult]],
    may_add: bool,
    files: tuple[Download, ...] = (),
) -> OwnTendersPage:
    """The list, with what comes next at each."""
    return OwnTendersPage(
        title="Tenders",
        caption=organisation,
        answer=_answer(tenders),
        groups=tuple(
            TenderGroup(
                id=stage.value,
                title=title,
                lines=tuple(_line(one, bids=bids, results=results) for one in tenders if one.stage is stage),
            )
            for stage, title in GROUPS
            if any(one.stage is stage for one in tenders)
        ),
        may_add=may_add,
        may_import=may_add and ("GET", "/tenders/import") in RULES,
        files=files,
    )


def _answer(tenders: Sequence[StoredTender]) -> str:
    if not tenders:
        return "No tender is here yet."
    by_stage = [(stage, sum(one.stage is stage for one in tenders)) for stage, _ in GROUPS]
    words = {
        Stage.OPENED: "in evaluation",
        Stage.PUBLISHED: "open for bids",
        Stage.DRAFT: "being set up",
        Stage.DECIDED: "decided",
    }
    return f"{wording.listed([f'{number} {words[stage]}' for stage, number in by_stage if number])}.".capitalize()


def _line(tender: StoredTender, *, bids: Mapping[int, int], results: Mapping[int, Sequence[BidResult]]) -> TenderLine:
    return TenderLine(
        href=f"/tenders/{tender.id}",
        title=tender.title,
        note=_note(tender),
        stage=stage_words(tender),
        tag=stage_tag(tender),
        bids=str(bids.get(tender.id, 0)),
        next=_next_words(tender, results=results.get(tender.id, ())),
    )


def _note(tender: StoredTender) -> str:
    said = [caption_of(tender)]
    if tender.is_training:
        said.append("for training")
    return "; ".join(said)


def _next_words(tender: StoredTender, *, results: Sequence[BidResult]) -> str:
    """What comes next, or how it ended, in a few words."""
    match tender.stage:
        case Stage.DRAFT:
            return "Finish the set-up and publish"
        case Stage.PUBLISHED if tender.closes_at is not None:
            return f"Bids until {uk_time.said(tender.closes_at)}"
        case Stage.OPENED:
            return "Marks and moderation"
        case _:
            first = next((one for one in results if one.is_winner), None)
            if tender.outcome is OutcomeStatus.AWARDED and first is not None and first.percent is not None:
                return f"First bid {wording.percent(first.percent, places=1)} of contract value"
            return "" if tender.decided_at is None else wording.day(tender.decided_at.date())


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """One step of a tender: done, now, or still to come."""

    label: str
    note: str
    href: str | None
    is_done: bool
    is_now: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardShown:
    """A published award: who got it, its value, its day and what its notice says of it."""

    supplier: str
    value: str | None
    on: str | None
    status: str


@dataclass(frozen=True, kw_only=True)
class OverviewPage(TenderPage):
    """One tender: where it stands, what comes next, what was set and published."""

    steps: tuple[StepLine, ...]
    facts: tuple[Fact, ...]
    problems: tuple[Problem, ...]
    editions: tuple[Fact, ...]
    awards: tuple[AwardShown, ...]
    category: str
    lots: tuple[Link, ...]
    parent: Link | None
    ways: tuple[Link, ...]
    next_label: str | None
    next_href: str | None


def overview_page(
    tender: StoredTender,
    *,
    roles: frozenset[Role],
    bids: int,
    problems: Sequence[Problem],
    facts: Sequence[Fact],
    editions: Sequence[Edition],
    lots: Sequence[StoredTender],
    awards: Sequence[ShownAward] = (),
    parent: StoredTender | None = None,
) -> OverviewPage:
    """The page on which everybody starts who comes to a tender."""
    here = f"/tenders/{tender.id}"
    label, part = _next_step(tender, problems=problems)
    if tender.stage is Stage.OPENED and roles & PANEL and not roles & OFFICER:
        label, part = "Mark the bids", "/marks"
    allowed = part is not None and _may_open(part, roles)
    frame = frame_of(tender, roles=roles, here="")
    return OverviewPage(
        **frame,  # type: ignore[arg-type]  # the frame's own keywords
        answer=_where_it_stands(tender, bids=bids, problems=problems),
        steps=_steps(tender, bids=bids, roles=roles),
        facts=tuple(facts),
        problems=tuple(problems),
        editions=tuple(
            Fact(
                label="Published" if edition.number == 1 else f"Amendment {edition.number - 1}",
                text=f"{uk_time.said(edition.published_at)}. {edition.reason}".strip(),
            )
            for edition in editions
        ),
        awards=tuple(_award(one, following) for one, following in zip_longest(awards, awards[1:])),
        category=with_division(tender.category or ""),
        lots=tuple(Link(label=f"Lot {lot.lot}: {lot.title}", href=f"/tenders/{lot.id}") for lot in lots),
        parent=None if parent is None else Link(label=parent.title, href=f"/tenders/{parent.id}"),
        ways=_ways(tender, roles=roles),
        next_label=label if allowed else None,
        next_href=f"{here}{part}" if allowed else None,
    )


def _award(award: ShownAward, following: ShownAward | None) -> AwardShown:
    """One row; an award that several share has one of its own before theirs."""
    is_shared = following is not None and following.supplier is not None and following.value is None
    nobody = "Several suppliers together" if is_shared else "No supplier named"
    return AwardShown(
        supplier=award.supplier or nobody,
        value=None if award.value is None else wording.pounds(award.value),
        on=None if award.on is None else wording.day(award.on),
        status="" if award.status == "active" else award.status,
    )


def _ways(tender: StoredTender, *, roles: frozenset[Role]) -> tuple[Link, ...]:
    """What else can be done with a tender, and the pages about it that are no room of their own."""
    may_have_lots = tender.parent_id is None and tender.decided_at is None
    ways = (
        ("How social value will be evaluated", "/how", True),
        ("Note before the procurement", "/note", True),
        ("Policy rules and waivers", "/waivers", True),
        ("Add a lot", "/lots/add", may_have_lots),
        ("Copy this tender", "/copy", True),
    )
    return tuple(
        Link(label=label, href=f"/tenders/{tender.id}{part}")
        for label, part, is_there in ways
        if is_there and _may_open(part, roles)
    )


def _next_step(tender: StoredTender, *, problems: Sequence[Problem]) -> tuple[str | None, str | None]:
    match tender.stage:
        case Stage.DRAFT:
            return ("Go on with the set-up" if problems else "Look through and publish"), "/setup"
        case Stage.PUBLISHED:
            return "See the bids that came in", "/bids"
        case Stage.OPENED:
            return "Compare the bids", "/evaluation"
        case _:
            return ("See the result", "/evaluation") if tender.opened_at is not None else (None, None)


def _where_it_stands(tender: StoredTender, *, bids: int, problems: Sequence[Problem]) -> str:
    match tender.stage:
        case Stage.DRAFT if problems:
            return f"{wording.counted(len(problems), 'point').capitalize()} before it can be published."
        case Stage.DRAFT:
            return "Everything that is needed is set. It can be published."
        case Stage.PUBLISHED:
            until = "" if tender.closes_at is None else f" Bids may come in until {uk_time.said(tender.closes_at)}."
            return f"{wording.counted(bids, 'bid')} received.{until}"
        case Stage.OPENED:
            return f"{wording.counted(bids, 'bid')} in evaluation."
        case _:
            when = "" if tender.decided_at is None else f" on {wording.day(tender.decided_at.date())}"
            return f"{OUTCOME_WORDS[tender.outcome]}{when}."


def _steps(tender: StoredTender, *, bids: int, roles: frozenset[Role]) -> tuple[StepLine, ...]:
    order = (Stage.DRAFT, Stage.PUBLISHED, Stage.OPENED, Stage.DECIDED)
    at = order.index(tender.stage)
    times = (tender.created_at, tender.published_at, tender.opened_at, tender.decided_at)
    labels = ("Set up", "Published", "Bids opened", OUTCOME_WORDS[tender.outcome] if at == 3 else "Decided")
    parts = ("/setup", "/bids", "/evaluation", "/decision")
    return tuple(
        StepLine(
            label=label,
            note="" if moment is None else wording.day(moment.date()),
            href=f"/tenders/{tender.id}{part}" if place <= at and _may_open(part, roles) else None,
            is_done=place < at or tender.stage is Stage.DECIDED,
            is_now=place == at and tender.stage is not Stage.DECIDED,
        )
        for place, (label, moment, part) in enumerate(zip(labels, times, parts, strict=True))
        if bids or place < len(labels)
    )


@dataclass(frozen=True, kw_only=True)
class AddTenderPage(Page):
    """The form that begins a tender."""

    values: Mapping[str, str]
    faults: Mapping[str, str]
    copies: tuple[tuple[str, str], ...]


def add_tender_page(
    tenders: Sequence[StoredTender],
    *,
    values: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
) -> AddTenderPage:
    """A title and a reference are enough; the rest can be copied from another tender."""
    found = faults or {}
    return AddTenderPage(
        title="Add a tender",
        answer="A title and your reference are enough to begin. Nothing is published until you say so.",
        crumbs=(("Tenders", "/tenders"),),
        values=values or {},
        faults=found,
        copies=(
            ("", "Nothing: start with an empty form"),
            *((str(one.id), f"{one.title} ({one.reference})") for one in tenders),
        ),
        errors=tuple(FormError(text=text, href=f"#{name}") for name, text in found.items()),
    )
