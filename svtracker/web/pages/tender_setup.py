"""Setting a tender up on a page: the form with its faults and an example of marks, and what publishing locks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from svtracker.files.yaml_reader import path_text
from svtracker.frameworks.rules.values import Kind, ListName, Measure, Status, Version, Weighting
from svtracker.frameworks.store import StoredVersion
from svtracker.identity.rules.roles import Role
from svtracker.kernel import numbers, uk_time, wording
from svtracker.kernel.units import WORDS
from svtracker.tenders.rules.cpv import division_of
from svtracker.tenders.rules.illustration import Illustration
from svtracker.tenders.rules.marking import DEFAULT_SCALE
from svtracker.tenders.rules.policy_rules import Check
from svtracker.tenders.rules.records import StoredTender
from svtracker.tenders.rules.settings import (
    DEFAULT_DESCRIPTORS,
    TYPED_CLOSING,
    Proposal,
    Settings,
    descriptors_of,
    reasons_of,
    tender_part,
)
from svtracker.tenders.rules.values import Denominator, Method, Tender, TieRule, ZeroRule
from svtracker.web.pages.desk import TenderPage, frame_of
from svtracker.web.pages.frame import FormError
from svtracker.web.pages.frameworks import Fact
from svtracker.web.pages.policy_rules import Asked, asked_of, rules_answer
from svtracker.web.pages.tender_words import TIE_WORDS, ZERO_WORDS, money_short, settings_facts
from svtracker.web.setup_form import LABELS, LEFT_OUT, MANDATORY, Fault

Options = tuple[tuple[str, str], ...]

METHOD_NAMES: Mapping[str, str] = {
    Method.TARGET: "Target rate",
    Method.RELATIVE: "Relative to the highest bid",
    Method.BANDS: "Bands",
}

# One line for each method, beside its button and on the page for bidders (RULES 4.2).
METHOD_WORDS: Mapping[str, str] = {
    Method.TARGET: "Who reaches the target rate gets all the marks, who reaches half of it gets half. "
    "No other bid changes a mark.",
    Method.RELATIVE: "The highest social value gets all the marks, every other bid its share of it. "
    "Each mark depends on the best bid, which the target rate avoids.",
    Method.BANDS: "Each bid gets the marks of the highest band that it reaches. No other bid changes a mark.",
}

RELATIVE_NOTE = (
    "Under this method a mark depends on who else bids: one bid that offers very much lowers all others, and when it "
    "drops out, the order of the rest can turn round."
)

DENOMINATOR_WORDS: Options = (
    (Denominator.CONTRACT_VALUE, "the contract value, the same for every bid"),
    (Denominator.BID_PRICE, "the bid’s own price: a low price then counts twice"),
)
BASIS: Options = (("", "Not said"), ("excluded", "excluded"), ("included", "included"))
LISTS: Options = (("", "Choose a list"), (ListName.MAIN, "Main list"), (ListName.LITE, "Lite list"))
USES: Options = (("", "Offered"), (MANDATORY, "Asked of every bid"), (LEFT_OUT, "Left out"))
DECIMALS: Options = tuple((str(n), str(n)) for n in range(5))

SPARE_BANDS, SPARE_QUESTIONS = 3, 2
# A scale with more marks than this has words for its ends only.
LONGEST_SCALE = 20

CHANGED_MEANWHILE = (
    "Somebody else saved this tender after you opened it. Nothing of yours was saved yet: what you typed is in the "
    "form, and below stands where the two differ. Save again to replace theirs."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRow:
    """One measure of the list, and what the tender makes of it."""

    n: int
    ref: str
    title: str
    href: str | None
    worth: str
    note: str
    takes_weight: bool
    use: str
    weight: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureGroup:
    """The measures of a theme; open where something is set or wrong in it."""

    title: str
    summary: str
    is_open: bool
    rows: tuple[MeasureRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InputRow:
    """A row with two fields: a band, or a question with its marks."""

    n: int
    id: str
    first: str
    second: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """What three invented bids would earn, or why that cannot be said yet."""

    lead: str
    rows: tuple[tuple[str, str, str, str, str], ...]
    has_drop_out: bool
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Differing:
    """A setting that two people, or two editions, have differently."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """The version and list that the contract value leads to."""

    words: str
    why: str
    is_used: bool


@dataclass(frozen=True, kw_only=True)
class SetupPage(TenderPage):
    """The form: of a draft, or of an amendment to what was published."""

    action: str
    amends: bool
    may_publish: bool
    publish_href: str
    version: int
    values: Mapping[str, str]
    category_hint: str
    faults: Mapping[str, str]
    points: tuple[FormError, ...]
    saved: bool
    options: Mapping[str, Options]
    methods: tuple[tuple[str, str, str], ...]
    proposal: Proposed | None
    groups: tuple[MeasureGroup, ...]
    without_version: bool
    bands: tuple[InputRow, ...]
    questions: tuple[InputRow, ...]
    descriptors: tuple[tuple[int, str], ...]
    example: Example
    rules: tuple[Asked, ...]
    rules_words: str
    waivers_href: str
    differs: tuple[Differing, ...]
    differs_words: tuple[str, str, str]


def setup_page(
    tender: StoredTender,
    *,
    roles: frozenset[Role],
    settings: Settings,
    closes_at: datetime | None,
    names: Mapping[str, str],
    faults: Sequence[Fault],
    rows: Mapping[str, int],
    version: Version | None,
    versions: Sequence[StoredVersion],
    proposal: Proposal | None,
    illustration: Illustration | None,
    checks: Sequence[Check],
    amends: bool = False,
    saved: bool = False,
    strict: bool = False,
    differs: Sequence[Differing] = (),
    meanwhile: bool = False,
    reason: str = "",
    reason_missing: str | None = None,
) -> SetupPage:
    """The form with what is set or was typed.

    What is wrong is shown at its field always; what is merely missing only once somebody saved (`strict`), and until
    then in the list of what comes before publishing.
    """
    shown = [fault for fault in faults if strict or not fault.is_missing]
    at_field: dict[str, str] = {}
    for fault in shown:
        if fault.field is not None:
            at_field[fault.field] = f"{at_field[fault.field]} {fault.text}" if fault.field in at_field else fault.text
    if reason_missing:
        at_field["reason"] = reason_missing
    errors = [_top(fault) for fault in shown]
    if reason_missing:
        errors.insert(0, FormError(text=reason_missing, href="#reason"))
    if meanwhile:
        errors.insert(0, FormError(text=CHANGED_MEANWHILE, href="#differs"))
    here = f"/tenders/{tender.id}/{'amend' if amends else 'setup'}"
    frame = frame_of(tender, roles=roles, here="/setup", title="Amend the tender" if amends else "Set the tender up")
    part: Mapping[str, Any] = tender_part(settings)
    return SetupPage(
        **frame,  # type: ignore[arg-type]  # the frame's own keywords
        answer=_answer(faults, amends=amends),
        head_title=f"{'Amend' if amends else 'Set up'}: {tender.title}",
        errors=tuple(errors),
        action=here,
        amends=amends,
        may_publish=not faults and not amends,
        publish_href=f"/tenders/{tender.id}/publish",
        version=tender.version,
        values={**_values(part, settings, closes_at=closes_at), **names, "reason": reason},
        category_hint=_category_hint(_text(part.get("category"))),
        faults=at_field,
        points=() if strict else tuple(_top(fault) for fault in faults),
        saved=saved,
        options=_options(part, versions),
        methods=tuple((value, METHOD_NAMES[value], METHOD_WORDS[value]) for value in Method),
        proposal=_proposed(proposal, part),
        groups=_groups(part, settings, version=version, rows=rows, faults=at_field),
        without_version=version is None,
        bands=_bands(part),
        questions=_questions(part),
        descriptors=_descriptors(part, settings),
        example=example_of(illustration),
        rules=asked_of(checks, tender, roles=roles),
        rules_words=rules_answer(checks),
        waivers_href=f"/tenders/{tender.id}/waivers",
        differs=tuple(differs),
        differs_words=("You typed", "Saved now", "Where the two differ")
        if meanwhile
        else ("Published", "With the amendment", "What would change"),
    )


def _top(fault: Fault) -> FormError:
    text = fault.text if fault.is_missing and fault.label in LABELS.values() else f"{fault.label}: {fault.text}"
    return FormError(text=text, href="" if fault.field is None else f"#{fault.field}")


def _answer(faults: Sequence[Fault], *, amends: bool) -> str:
    if amends:
        return "Bidders have read what was published. An amendment is published beside it, with your reason."
    if faults:
        return f"{wording.counted(len(faults), 'point').capitalize()} before it can be published."
    return "Everything that is needed is set. It can be published."


def _category_hint(code: str) -> str:
    """What the code stands for; one that the vocabulary does not have is kept as it is."""
    division = division_of(code)
    if division is not None:
        return f"{code.strip()[:2]}: {division}"
    hint = "Eight digits, as in 45233222"
    return f"{hint}. This begins like no division of the vocabulary; it is kept as it is" if code.strip() else hint


def _values(part: Mapping[str, Any], settings: Settings, *, closes_at: datetime | None) -> dict[str, str]:
    scoring = _mapping(part.get("scoring"))
    basis, price = _mapping(part.get("value_basis")), _mapping(part.get("price"))
    names = part.get("other_marks")
    typed = settings.get(TYPED_CLOSING)
    if closes_at is not None:
        at = uk_time.local(closes_at)
        closing = [str(at.day), str(at.month), str(at.year), f"{at:%H:%M}"]
    else:
        closing = (
            [str(text) for text in typed] if isinstance(typed, list) and len(typed) == 4 else ["", "", "", "12:00"]
        )
    return {
        **{key: _text(part.get(key)) for key in ("category", "area", "contract_value", "duration_months", "framework")},
        "measure_list": _text(part.get("list")),
        "denominator": _text(part.get("denominator")) or Denominator.CONTRACT_VALUE,
        "qualitative_scale": _text(part.get("qualitative_scale")) or str(DEFAULT_SCALE),
        "vat": _text(basis.get("vat")),
        "extensions": _text(basis.get("extensions")),
        "record_only": "yes" if part.get("record_only") is True else "",
        "weights_applied": "yes" if part.get("weights_applied") is True else "",
        "price_weight": _text(price.get("weight")),
        "other_marks": "\n".join(_text(name) for name in names) if isinstance(names, list | tuple) else "",
        "method": _text(scoring.get("method")) or ("" if "scoring" in part else Method.TARGET),
        **{
            key: _text(scoring.get(key)) for key in ("quantitative", "qualitative", "target_percent", "minimum_percent")
        },
        "cap": "" if scoring.get("cap") is False else "yes",
        "zero": _text(scoring.get("zero")) or ZeroRule.SCORE_ZERO,
        "decimals": _text(scoring.get("decimals")) or "2",
        "tie": _text(scoring.get("tie")) or TieRule.SHARED,
        **dict(zip(("closes_day", "closes_month", "closes_year", "closes_time"), closing, strict=True)),
    }


def _options(part: Mapping[str, Any], versions: Sequence[StoredVersion]) -> dict[str, Options]:
    """The choices of every list. A value that is none of them stays a choice, so that saving does not change it."""
    scoring, basis = _mapping(part.get("scoring")), _mapping(part.get("value_basis"))
    loaded = tuple(
        (one.name, f"{one.title} {one.version}{'' if one.status is Status.RELEASED else f' ({one.status.value})'}")
        for one in sorted(versions, key=lambda one: one.valid_from, reverse=True)
    )
    return {
        "framework": _with((("", "Choose a version"), *loaded), part.get("framework")),
        "measure_list": _with(LISTS, part.get("list")),
        "vat": _with(BASIS, basis.get("vat")),
        "extensions": _with(BASIS, basis.get("extensions")),
        "denominator": _with(DENOMINATOR_WORDS, part.get("denominator")),
        "zero": _with(tuple((str(one), ZERO_WORDS[one]) for one in ZeroRule), scoring.get("zero")),
        "tie": _with(tuple((str(one), TIE_WORDS[one]) for one in TieRule), scoring.get("tie")),
        "decimals": _with(DECIMALS, scoring.get("decimals")),
        "use": USES,
    }


def _with(options: Options, value: object) -> Options:
    text = _text(value)
    return options if not text or text in {key for key, _ in options} else (*options, (text, text))


def _proposed(proposal: Proposal | None, part: Mapping[str, Any]) -> Proposed | None:
    if proposal is None:
        return None
    name = "main" if proposal.list is ListName.MAIN else "lite"
    return Proposed(
        words=f"{proposal.version.title} {proposal.version.version}, {name} list",
        why=proposal.why,
        is_used=part.get("framework") == proposal.version.name and part.get("list") == proposal.list,
    )


def rows_of(settings: Settings, version: Version | None) -> dict[str, int]:
    """The place in the form of every measure that is offered, or that is set apart although it is not."""
    part: Mapping[str, Any] = tender_part(settings)
    refs = [
        *(() if version is None else (one.ref for one in version.measures.values() if _is_offered(one, part))),
        *_refs(part, settings),
    ]
    places: dict[str, int] = {}
    for ref in refs:
        place = places.setdefault(ref, len(set(places.values())) + 1)
        places.setdefault(path_text((ref,)), place)
    return places


def _refs(part: Mapping[str, Any], settings: Settings) -> list[str]:
    """The measures that are left out, mandatory, weighted or given a reason."""
    found: list[str] = []
    for key in (LEFT_OUT, MANDATORY, "measure_weights"):
        given = part.get(key)
        found += [str(ref) for ref in given] if isinstance(given, list | tuple | Mapping) else []
    return list(dict.fromkeys([*found, *reasons_of(settings)]))


def _is_offered(measure: Measure, part: Mapping[str, Any]) -> bool:
    if ListName.RECORD_ONLY in measure.lists:
        return part.get("record_only") is True
    return part.get("list") in measure.lists


def _groups(
    part: Mapping[str, Any],
    settings: Settings,
    *,
    version: Version | None,
    rows: Mapping[str, int],
    faults: Mapping[str, str],
) -> tuple[MeasureGroup, ...]:
    reasons = reasons_of(settings)
    left_out, mandatory = _listed(part.get(LEFT_OUT)), _listed(part.get(MANDATORY))
    weights = _mapping(part.get("measure_weights"))

    def row(ref: str, measure: Measure | None) -> MeasureRow:
        return MeasureRow(
            n=rows[ref],
            ref=ref,
            title="" if measure is None else measure.title,
            href=None if version is None or measure is None else _measure_href(version, ref),
            worth="" if measure is None else worth_words(measure),
            note="" if measure is None else _note(measure, is_weighted=ref in weights),
            takes_weight=measure is None or measure.kind is Kind.VALUED or ref in weights,
            use=LEFT_OUT if ref in left_out else MANDATORY if ref in mandatory else "",
            weight=_text(weights.get(ref)),
            because=reasons.get(ref, ""),
        )

    made: list[tuple[str, tuple[MeasureRow, ...]]] = []
    offered: set[str] = set()
    for theme in () if version is None else version.themes:
        inside = [one for one in theme.measures if _is_offered(one, part)]
        scored = [one for one in inside if ListName.RECORD_ONLY not in one.lists]
        made.append((theme.title, tuple(row(one.ref, one) for one in scored)))
        offered |= {one.ref for one in inside}
    if version is not None:
        extra = [one for one in version.measures.values() if one.ref in offered and ListName.RECORD_ONLY in one.lists]
        made.append(("Record-only questions", tuple(row(one.ref, one) for one in extra)))
    others = [ref for ref in _refs(part, settings) if ref not in offered]
    known: Mapping[str, Measure] = {} if version is None else version.measures
    made.append(("Not on this list", tuple(row(ref, known.get(ref)) for ref in others)))
    return tuple(
        MeasureGroup(title=title, summary=_summary(inside), is_open=_is_open(inside, faults), rows=inside)
        for title, inside in made
        if inside
    )


def _is_open(rows: Sequence[MeasureRow], faults: Mapping[str, str]) -> bool:
    is_set = any(row.use or row.weight or row.because for row in rows)
    return is_set or any(f"{name}-{row.n}" in faults for row in rows for name in ("use", "weight", "because"))


def _summary(rows: Sequence[MeasureRow]) -> str:
    said = [wording.counted(len(rows), "measure")]
    for number, words in (
        (sum(row.use == LEFT_OUT for row in rows), "left out"),
        (sum(row.use == MANDATORY for row in rows), "asked of every bid"),
        (sum(bool(row.weight) for row in rows), "weighted"),
    ):
        if number:
            said.append(f"{number} {words}")
    return ", ".join(said)


def _note(measure: Measure, *, is_weighted: bool) -> str:
    if measure.weighting is Weighting.REQUIRED:
        counts = "it counts with the weight you gave" if is_weighted else "without one it is recorded and has no value"
        return f"Counts only where a tender gives it a weight: {counts}."
    if measure.kind is Kind.NARRATIVE:
        return "In words: it has no quantity and no value."
    return "Recorded: it has no value in £." if measure.kind is Kind.RECORDED else ""


def worth_words(measure: Measure) -> str:
    """What one of a measure is worth: £21,345.67 a full-time year."""
    unit = WORDS[measure.unit].one
    if measure.unit_value is None:
        return unit
    places = 2 if numbers.decimal_places(measure.unit_value) <= 2 else 4
    return f"{wording.pounds(measure.unit_value, places=places)} per {unit}"


def _measure_href(version: Version, ref: str) -> str:
    return f"/frameworks/{version.set_id}/{version.version}/measures/{ref}"


def _bands(part: Mapping[str, Any]) -> tuple[InputRow, ...]:
    given = _mapping(part.get("scoring")).get("bands")
    rows = [one for one in given if isinstance(one, list | tuple)] if isinstance(given, list | tuple) else []
    pairs = [(_text(one[0] if one else ""), _text(one[1] if len(one) > 1 else "")) for one in rows]
    pairs += [("", "")] * max(SPARE_BANDS, 6 - len(pairs))
    return tuple(InputRow(n=n, id="", first=first, second=second) for n, (first, second) in enumerate(pairs, start=1))


def _questions(part: Mapping[str, Any]) -> tuple[InputRow, ...]:
    given = part.get("questions")
    rows = [_mapping(one) for one in given] if isinstance(given, list | tuple) else []
    rows += [{}] * max(SPARE_QUESTIONS, 3 - len(rows))
    return tuple(
        InputRow(n=n, id=_text(one.get("id")), first=_text(one.get("title")), second=_text(one.get("weight")))
        for n, one in enumerate(rows, start=1)
    )


def scale_of(part: Mapping[str, Any]) -> int:
    """The top of the scale as it is set, or as it would be where nothing usable is."""
    top = part.get("qualitative_scale", DEFAULT_SCALE)
    return top if isinstance(top, int) and 0 < top <= LONGEST_SCALE else DEFAULT_SCALE


def _descriptors(part: Mapping[str, Any], settings: Settings) -> tuple[tuple[int, str], ...]:
    top = scale_of(part)
    given = descriptors_of(settings) or (DEFAULT_DESCRIPTORS if top == DEFAULT_SCALE else {})
    return tuple((mark, given.get(str(mark), "")) for mark in range(top + 1))


def example_of(found: Illustration | None) -> Example:
    """The example in words and figures."""
    if found is None:
        lead = "Enter the contract value, the method and both weights: here stands then what three bids would earn."
        return Example(lead=lead, rows=(), has_drop_out=False, notes=())
    is_relative = found.method is Method.RELATIVE
    notes = []
    if found.qualitative:
        agreed, mark = numbers.trimmed(found.agreed), wording.marks(found.answer_mark)
        notes.append(
            f"Answers agreed at {agreed} of {found.scale} earn {mark} of {numbers.trimmed(found.qualitative)} marks."
        )
    if is_relative:
        notes.append(RELATIVE_NOTE)
    if any(bid.mark is None for bid in found.bids):
        notes.append("A bid below the minimum is not assessed.")
    best = found.bids[-1].name
    return Example(
        lead=f"Three invented bids and what they earn of {numbers.trimmed(found.quantitative)} marks for the quantity.",
        rows=tuple(
            (
                f"Bid {bid.name}",
                wording.percent(bid.percent),
                money_short(bid.value),
                _mark_words(bid.mark),
                "–" if bid.name == best else _mark_words(bid.without_the_best),
            )
            for bid in found.bids
        ),
        has_drop_out=is_relative,
        notes=tuple(notes),
    )


def _mark_words(mark: Decimal | None) -> str:
    return "not assessed" if mark is None else wording.marks(mark)


def differences(
    before: tuple[Settings, datetime | None, Mapping[str, str]],
    after: tuple[Settings, datetime | None, Mapping[str, str]],
) -> tuple[Differing, ...]:
    """What differs between two states of a tender, setting by setting: settings, closing time, names."""
    old, new = _said(*before), _said(*after)
    keys = [*old, *(key for key in new if key not in old)]
    return tuple(
        Differing(label=key, before=old.get(key, "–"), after=new.get(key, "–"))
        for key in keys
        if old.get(key, "–") != new.get(key, "–")
    )


def _said(settings: Settings, closes_at: datetime | None, names: Mapping[str, str]) -> dict[str, str]:
    """Every setting in words by its label, as the form would show it."""
    part: Mapping[str, Any] = tender_part(settings)
    values = _values(part, settings, closes_at=closes_at)
    options = _options(part, ())
    said: dict[str, str] = {}
    for key, value in names.items():
        said[_label(key)] = value or "–"
    closing = " ".join(values[name] for name in ("closes_day", "closes_month", "closes_year", "closes_time")).strip()
    said[LABELS["closes_at"]] = closing if closes_at is None else uk_time.said(closes_at)
    for key, value in values.items():
        if key.startswith("closes_") or key in {"record_only", "weights_applied", "cap"}:
            continue
        words = dict(options.get(key, ())).get(value, value) if value else "–"
        said[_label(key)] = METHOD_NAMES.get(value, words) if key == "method" else words.replace("\n", ", ")
    said["Record-only questions"] = "asked" if values["record_only"] else "not asked"
    said["Measure weights"] = "used for the marks" if values["weights_applied"] else "shown only"
    said["Marks stop at the target rate"] = "yes" if values["cap"] else "no"
    for band in _bands(part):
        if band.first or band.second:
            said[f"Band {band.n}"] = f"from {band.first}%: {band.second} marks"
    for question in _questions(part):
        if question.first or question.second:
            said[f"Question {question.n}"] = f"{question.first} ({question.second} marks)"
    for mark, words in _descriptors(part, settings):
        said[f"What {mark} stands for"] = words or "–"
    reasons, weights = reasons_of(settings), _mapping(part.get("measure_weights"))
    left_out, mandatory = _listed(part.get(LEFT_OUT)), _listed(part.get(MANDATORY))
    for ref in _refs(part, settings):
        use = [
            *(["left out"] if ref in left_out else []),
            *(["asked of every bid"] if ref in mandatory else []),
            *([f"weight {_text(weights[ref])}"] if ref in weights else []),
        ]
        said[f"Measure {ref}"] = f"{wording.listed(use) or 'offered'}: {reasons.get(ref, 'no reason')}"
    return said


def _label(key: str) -> str:
    return LABELS.get(key, key.replace("_", " ").capitalize())


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _listed(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list | tuple) else []


def _text(value: object) -> str:
    return "" if value is None else str(value)


# What publishing locks, as the confirmation says it (RULES 4.1).
LOCKED = (
    "The measure set, its version and list, with every measure that is left out, asked of every bid or weighted",
    "How the quantity earns marks: method, marks, rate or bands, minimum, rounding, equal marks",
    "The questions, their marks, and the words of the scale",
    "The contract value and what it takes in, the closing time, the reference and the title",
)


@dataclass(frozen=True, kw_only=True)
class PublishPage(TenderPage):
    """What publishing locks, or what is missing before it."""

    here: str
    version: int
    locked: tuple[str, ...]
    facts: tuple[Fact, ...]
    points: tuple[FormError, ...]
    error: str | None


def publish_page(
    tender: StoredTender,
    *,
    roles: frozenset[Role],
    settled: Tender | None,
    faults: Sequence[Fault],
    error: str | None = None,
) -> PublishPage:
    """The confirmation, or the list of what is missing."""
    here = f"/tenders/{tender.id}"
    frame = frame_of(tender, roles=roles, here="/setup", title="Publish the tender")
    points = tuple(_top(fault) for fault in faults)
    number = wording.counted(len(points), "point")
    closes = "" if tender.closes_at is None else f" Bids may come in until {uk_time.said(tender.closes_at)}."
    return PublishPage(
        **frame,  # type: ignore[arg-type]  # the frame's own keywords
        answer=f"{number.capitalize()} before it can be published." if points else f"From now on it is fixed.{closes}",
        head_title=f"Publish: {tender.title}",
        errors=() if error is None else (FormError(text=error, href="#confirmed"),),
        here=here,
        version=tender.version,
        locked=LOCKED,
        facts=() if settled is None else settings_facts(settled),
        points=points,
        error=error,
    )


@dataclass(frozen=True, kw_only=True)
class CopyPage(TenderPage):
    """The form that makes a lot of a tender, or another tender, with its settings."""

    action: str
    is_lot: bool
    values: Mapping[str, str]
    faults: Mapping[str, str]
    button: str


def copy_page(
    tender: StoredTender,
    *,
    roles: frozenset[Role],
    is_lot: bool,
    values: Mapping[str, str],
    faults: Mapping[str, str] | None = None,
) -> CopyPage:
    """What a lot or a copy begins with: everything that is set, and none of the bids, dates and people."""
    found = faults or {}
    title = "Add a lot" if is_lot else "Copy this tender"
    answer = "It begins with these settings, without bids, dates and people."
    return CopyPage(
        **frame_of(tender, roles=roles, here="/lots/add" if is_lot else "/copy", title=title),  # type: ignore[arg-type]
        answer=f"{answer} A lot is scored as a tender of its own, and every setting may differ." if is_lot else answer,
        head_title=f"{title}: {tender.title}",
        errors=tuple(FormError(text=text, href=f"#{name}") for name, text in found.items()),
        action=f"/tenders/{tender.id}/{'lots/add' if is_lot else 'copy'}",
        is_lot=is_lot,
        values=values,
        faults=found,
        button="Add the lot and set it up" if is_lot else "Copy it and set it up",
    )


def offered_measures(settings: Settings, version: Version | None) -> tuple[tuple[str, str], ...]:
    """The measures that a tender offers as it is set at present, with their titles, without those left out."""
    part: Mapping[str, Any] = tender_part(settings)
    left_out = _listed(part.get(LEFT_OUT))
    return tuple(
        (one.ref, one.title)
        for one in (() if version is None else version.measures.values())
        if _is_offered(one, part) and one.ref not in left_out
    )
