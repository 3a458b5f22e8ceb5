"""How social value will be evaluated: what was published of a tender in plain words, for bidders and for the record."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from svtracker.frameworks.rules.values import Kind, ListName, Measure, Version
from svtracker.identity.rules.roles import Role
from svtracker.kernel import numbers, uk_time, wording
from svtracker.kernel.units import WORDS
from svtracker.tenders.rules.cpv import with_division
from svtracker.tenders.rules.illustration import Illustration
from svtracker.tenders.rules.policy_rules import Check
from svtracker.tenders.rules.records import Edition, StoredTender
from svtracker.tenders.rules.settings import Settings, descriptors_of, published_of, reasons_of
from svtracker.tenders.rules.values import Denominator, Method, Tender, ZeroRule
from svtracker.tenders.rules.valuing import counted_kind
from svtracker.web.pages.desk import TenderPage, frame_of
from svtracker.web.pages.frameworks import Fact
from svtracker.web.pages.policy_rules import Asked, asked_of, rules_answer
from svtracker.web.pages.tender_setup import (
    Differing,
    Example,
    differences,
    example_of,
    worth_words,
)
from svtracker.web.pages.tender_words import TIE_WORDS, settings_facts

LEFT_OUT_WORDS = "left out"


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
    rules: tuple[Asked, ...]
    rules_words: str
    waivers_href: str


def published_page(
    tender: StoredTender,
    *,
    roles: frozenset[Role],
    settled: tuple[Tender, Version] | None,
    illustration: Illustration | None,
    editions: Sequence[Edition],
    may_amend: bool,
    checks: Sequence[Check],
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
        rules=asked_of(checks, tender, roles=roles),
        rules_words=rules_answer(checks),
        waivers_href=f"{here}/waivers",
    )


def _facts(tender: StoredTender, settled: tuple[Tender, Version] | None) -> tuple[Fact, ...]:
    if settled is None:
        return ()
    of, version = settled
    said = [
        ("Closing time", "" if tender.closes_at is None else uk_time.said(tender.closes_at)),
        ("Directorate", tender.directorate or ""),
        ("CPV category", with_division(of.category or "")),
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
        *((ref, LEFT_OUT_WORDS) for ref in of.leave_out),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedMeasure:
    """A measure as a bidder reads it: what counts, in which unit, and what one is worth."""

    ref: str
    title: str
    counts: str
    evidence: str
    worth: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedTheme:
    """The measures of a theme that a bidder may offer."""

    title: str
    measures: tuple[AskedMeasure, ...]


@dataclass(frozen=True, kw_only=True)
class HowPage(TenderPage):
    """How social value will be evaluated, for bidders, on paper too."""

    edition: str
    sha256: str | None
    is_whole: bool
    facts: tuple[Fact, ...]
    steps: tuple[str, ...]
    example: Example
    questions: tuple[tuple[str, str], ...]
    scale: tuple[tuple[str, str], ...]
    themes: tuple[AskedTheme, ...]
    left_out: tuple[Apart, ...]
    version_words: str
    settings_href: str | None


def how_page(
    tender: StoredTender,
    *,
    roles: frozenset[Role],
    settled: tuple[Tender, Version] | None,
    illustration: Illustration | None,
    editions: Sequence[Edition],
) -> HowPage:
    """Everything that was published of a tender, in the order in which a bidder needs it."""
    last = editions[-1] if editions else None
    edition = "Draft: not published yet."
    if last is not None:
        edition = f"{edition_words(last)}, published {uk_time.said(last.published_at)}."
    return HowPage(
        **frame_of(tender, roles=roles, here="/setup", title="How social value will be evaluated"),  # type: ignore[arg-type]
        answer=tender.title,
        head_title=f"How social value will be evaluated: {tender.title}",
        edition=edition,
        sha256=None if last is None else last.sha256,
        is_whole=settled is not None,
        facts=_facts(tender, settled),
        steps=() if settled is None else tuple(_steps(settled[0])),
        example=example_of(illustration),
        questions=_questions(settled),
        scale=_scale(tender.settings),
        themes=() if settled is None else _themes(*settled),
        left_out=tuple(one for one in _apart(tender.settings, settled) if one.what == LEFT_OUT_WORDS),
        version_words="" if settled is None else _version_words(settled[1]),
        settings_href=f"/api/v1/tenders/{tender.id}/settings",
    )


def _version_words(version: Version) -> str:
    return f"{version.title} {version.version}, SHA-256 {version.sha256}"


def _steps(tender: Tender) -> Iterator[str]:
    """From a quantity to a rank, one sentence after the other."""
    scoring = tender.scoring
    by_price = tender.denominator is Denominator.BID_PRICE
    basis = "your own price" if by_price else "the contract value"
    yield (
        "You offer quantities on the measures below, each with a statement of how you will deliver it. "
        "The evaluators may let a smaller quantity count, with a reason."
    )
    yield "Each accepted quantity is multiplied by the unit value of its measure. The sum is your social value in £."
    if tender.weights_applied and tender.measure_weights:
        yield "Measures that have a weight are multiplied by it as well."
    yield f"Your social value is taken as a share of {basis}."
    if scoring.minimum_percent is not None:
        yield f"A bid below {wording.percent(scoring.minimum_percent)} is not assessed; exactly that share passes."
    yield _method_sentence(tender)
    yield ZERO_SENTENCES[scoring.zero]
    if scoring.qualitative > 0:
        yield (
            f"Evaluators mark every answer from 0 to {tender.qualitative_scale}, each alone and with a reason; then "
            "they agree one mark. Agreed mark, divided by the top of the scale, times the marks of the question is "
            "what you earn."
        )
    if tender.price_weight is not None:
        yield f"Price earns {numbers.trimmed(tender.price_weight)} marks times the lowest price divided by your own."
    if tender.other_marks:
        yield f"The panel marks besides: {wording.listed(list(tender.other_marks))}."
    yield (
        f"Each of these marks is rounded once, half up, to {wording.counted(scoring.decimals, 'decimal')}. The sum of "
        f"marks decides the rank. {TIE_WORDS[scoring.tie]}."
    )


def _method_sentence(tender: Tender) -> str:
    scoring = tender.scoring
    top = numbers.trimmed(scoring.quantitative)
    match scoring.method:
        case Method.TARGET:
            rate = wording.percent(scoring.target_percent or numbers.ZERO)
            cap = "No bid earns more than that." if scoring.cap else "A bid above the rate earns more, in proportion."
            return f"A share of {rate} earns {top} marks, half of it half the marks, and so on in proportion. {cap}"
        case Method.RELATIVE:
            return (
                f"The bid with the highest social value earns {top} marks, every other bid its value divided by the "
                f"highest, times {top}. So a mark depends on the best bid."
            )
        case Method.BANDS:
            bands = wording.listed(
                [f"{numbers.trimmed(band.marks)} from {wording.percent(band.lower_percent)}" for band in scoring.bands]
            )
            return (
                f"The share earns the marks of the highest band that it reaches: {bands}. Below the first it earns 0."
            )


ZERO_SENTENCES = {
    ZeroRule.SCORE_ZERO: "Who offers no quantity that has a value earns 0 marks for the quantity; an answer that is "
    "left out earns 0.",
    ZeroRule.DISREGARD: "Who offers no quantity that has a value, or leaves an answer out, gets 0 for all of social "
    "value; the rest of the bid is marked.",
}


def offered(tender: Tender, version: Version) -> tuple[tuple[str, tuple[Measure, ...]], ...]:
    """The measures that a bidder may offer, by theme; record-only questions at the end."""
    inside = [
        (
            theme.title,
            tuple(one for one in theme.measures if tender.list in one.lists and one.ref not in tender.leave_out),
        )
        for theme in version.themes
    ]
    record = tuple(
        one
        for one in version.measures.values()
        if tender.record_only and ListName.RECORD_ONLY in one.lists and one.ref not in tender.leave_out
    )
    return tuple((title, found) for title, found in (*inside, ("Recorded, never scored", record)) if found)


def _themes(tender: Tender, version: Version) -> tuple[AskedTheme, ...]:
    return tuple(
        AskedTheme(title=title, measures=tuple(_asked(one, tender) for one in found))
        for title, found in offered(tender, version)
    )


def _asked(measure: Measure, tender: Tender) -> AskedMeasure:
    kind = counted_kind(measure, tender)
    said = []
    if measure.ref in tender.mandatory:
        said.append("Asked of every bid.")
    if measure.ref in tender.measure_weights:
        said.append(f"Weight {numbers.trimmed(tender.measure_weights[measure.ref])}.")
    if kind is not Kind.VALUED:
        said.append("In words, no value." if kind is Kind.NARRATIVE else "Recorded, no value.")
    if measure.first_year_only:
        said.append("At most the first 12 months of each person count.")
    return AskedMeasure(
        ref=measure.ref,
        title=measure.title,
        counts=measure.counts,
        evidence=measure.evidence,
        worth=worth_words(measure) if kind is Kind.VALUED else WORDS[measure.unit].one,
        note=" ".join(said),
    )
