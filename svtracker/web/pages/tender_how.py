"""How social value will be evaluated: what was published of a tender in plain words, for bidders and for the record."""

from collections.abc import Sequence
from dataclasses import dataclass

from svtracker.frameworks.rules.values import Version
from svtracker.identity.rules.roles import Role
from svtracker.kernel import numbers, uk_time, wording
from svtracker.tenders.rules.illustration import Illustration
from svtracker.tenders.rules.records import Edition, StoredTender
from svtracker.tenders.rules.settings import Settings, descriptors_of, published_of, reasons_of
from svtracker.tenders.rules.values import Tender
from svtracker.web.pages.desk import TenderPage, frame_of
from svtracker.web.pages.frameworks import Fact
from svtracker.web.pages.tender_setup import Differing, Example, differences, example_of
from svtracker.web.pages.tender_words import settings_facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """A measure that the tender sets apart, and why."""

    ref: str
    title: str
    what: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionLine:
    """What was published at one time: its number, when, why, its hash, and what it changed."""

    title: str
    at: str
    reason: str
    sha256: str
    differs: tuple[Differing, ...]


@dataclass(frozen=True, kw_only=True)
class PublishedPage(TenderPage):
    """The settings to be read, with everything that was published, the last first."""

    facts: tuple[Fact, ...]
    apart: tuple[Apart, ...]
    questions: tuple[tuple[str, str], ...]
    scale: tuple[tuple[str, str], ...]
    example: Example
    editions: tuple[EditionLine, ...]
    amend_href: str | None
    how_href: str


def published_page(
    tender: StoredTender,
    *,
    roles: frozenset[Role],
    settled: tuple[Tender, Version] | None,
    illustration: Illustration | None,
    editions: Sequence[Edition],
    may_amend: bool,
) -> PublishedPage:
    """What is set, read-only: locked since it was published, or not published yet."""
    here = f"/tenders/{tender.id}"
    last = editions[-1] if editions else None
    answer = "It is still being set up; nothing is published yet."
    if last is not None:
        amended = "" if last.number == 1 else f", amended {wording.counted(last.number - 1, 'time')}"
        answer = f"Published{amended}. The settings are locked: a change needs a reason and is published beside them."
    return PublishedPage(
        **frame_of(tender, roles=roles, here="/setup", title="How it is set up"),  # type: ignore[arg-type]
        answer=answer,
        head_title=f"Set-up: {tender.title}",
        facts=_facts(tender, settled),
        apart=_apart(tender.settings, settled),
        questions=_questions(settled),
        scale=_scale(tender.settings),
        example=example_of(illustration),
        editions=tuple(reversed(_editions(tender, editions))),
        amend_href=f"{here}/amend" if may_amend else None,
        how_href=f"{here}/how",
    )


def _facts(tender: StoredTender, settled: tuple[Tender, Version] | None) -> tuple[Fact, ...]:
    if settled is None:
        return ()
    of, version = settled
    said = [
        ("Closing time", "" if tender.closes_at is None else uk_time.said(tender.closes_at)),
        ("Directorate", tender.directorate or ""),
        ("CPV category", of.category or ""),
        ("Term", "" if of.duration_months is None else wording.counted(of.duration_months, "month")),
        ("Area", of.area or ""),
        ("Measure set", f"{version.title} {version.version}"),
        ("Record-only questions", "asked, never scored" if of.record_only else "not asked"),
    ]
    others = [Fact(label="Other marks", text=wording.listed(list(of.other_marks)))] if of.other_marks else []
    return (*(Fact(label=label, text=text) for label, text in said if text), *settings_facts(of), *others)


def _apart(settings: Settings, settled: tuple[Tender, Version] | None) -> tuple[Apart, ...]:
    if settled is None:
        return ()
    of, version = settled
    reasons = reasons_of(settings)
    found = [
        *((ref, "left out") for ref in of.leave_out),
        *((ref, "asked of every bid") for ref in of.mandatory),
        *((ref, f"weight {numbers.trimmed(weight)}") for ref, weight in of.measure_weights.items()),
    ]
    return tuple(
        Apart(ref=ref, title=version.measures[ref].title, what=what, why=reasons.get(ref, "")) for ref, what in found
    )


def _questions(settled: tuple[Tender, Version] | None) -> tuple[tuple[str, str], ...]:
    if settled is None or settled[0].scoring.qualitative <= 0:
        return ()
    return tuple((question.title, f"{numbers.trimmed(question.weight)} marks") for question in settled[0].questions)


def _scale(settings: Settings) -> tuple[tuple[str, str], ...]:
    found = descriptors_of(settings)
    return tuple(sorted(found.items(), key=lambda one: (len(one[0]), one[0])))


def _editions(tender: StoredTender, editions: Sequence[Edition]) -> list[EditionLine]:
    names = {"title": tender.title}
    lines = []
    before: Edition | None = None
    for edition in editions:
        lines.append(
            EditionLine(
                title=edition_words(edition),
                at=uk_time.said(edition.published_at),
                reason=edition.reason,
                sha256=edition.sha256,
                differs=()
                if before is None
                else differences((*published_of(before.settings), names), (*published_of(edition.settings), names)),
            )
        )
        before = edition
    return lines


def edition_words(edition: Edition) -> str:
    """What an edition is called: the first is edition 1."""
    return f"Edition {edition.number}"
