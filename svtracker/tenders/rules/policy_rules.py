"""What an organisation's own policy wants of a tender's settings, and when a waiver lets one through all the same.

A policy rule changes no figure. It is asked before a tender is published or amended: one that is not met stops it,
until the setting is put right or somebody else has approved a waiver.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType

from svtracker.frameworks.rules.values import ListName, Version
from svtracker.kernel import numbers, wording
from svtracker.tenders.rules.settings import Settings, tender_part

LARGEST_COUNT = Decimal(999)
LARGEST_PERCENT = Decimal(100)
LARGEST_VALUE = Decimal(10**10)
LONGEST_THEME = 100
# Under which a problem names the rule that stands in the way of a tender.
PROBLEM = "rules"
LONGEST_BASIS = 300

# Where price or another criterion is marked outside, all marks together are taken to be this many.
WHOLE = Decimal(100)

_CPV = re.compile(r"[0-9]{2,8}", re.ASCII)
_CPV_OF_TENDER = re.compile(r"([0-9]{2,8})(?:-[0-9])?", re.ASCII)


class RuleKind(StrEnum):
    """What a policy rule says of a tender's settings."""

    LEAST_WEIGHT = "least_weight"
    LEAST_PERCENT = "least_percent"
    MOST_MEASURES = "most_measures"
    THEME_LEAST = "theme_least"
    THEME_MOST = "theme_most"


KIND_WORDS: Mapping[RuleKind, str] = MappingProxyType(
    {
        RuleKind.LEAST_WEIGHT: "Social value has at least this share of all marks",
        RuleKind.LEAST_PERCENT: "The minimum for social value is at least this share",
        RuleKind.MOST_MEASURES: "At most so many measures are asked",
        RuleKind.THEME_LEAST: "At least so many measures are from a theme",
        RuleKind.THEME_MOST: "At most so many measures are from a theme",
    }
)
IN_PERCENT = frozenset({RuleKind.LEAST_WEIGHT, RuleKind.LEAST_PERCENT})
OF_A_THEME = frozenset({RuleKind.THEME_LEAST, RuleKind.THEME_MOST})
AT_MOST = frozenset({RuleKind.MOST_MEASURES, RuleKind.THEME_MOST})


class Bought(StrEnum):
    """What a contract buys, as the division of its CPV category says it."""

    WORKS = "works"
    SERVICES = "services"
    GOODS = "goods"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRule:
    """One rule: what it says with its figure (in %, or measures), and the contracts to which it applies.

    `value_from` is included and `value_below` is not, in £, so that two rules meet without a gap. `category` is one of
    `Bought`, or the first digits of CPV categories; none means all. `theme` is the title of one.
    """

    kind: RuleKind
    figure: Decimal
    theme: str | None = None
    value_from: Decimal | None = None
    value_below: Decimal | None = None
    category: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRule:
    """A rule of an organisation with its days of effect, both included; it is ended, never overwritten.

    One that ends before its first day was taken back before it took effect. `replaces` is the rule in whose place it
    came, `basis` where it was decided.
    """

    id: int
    rule: PolicyRule
    basis: str
    from_day: date
    to_day: date | None
    replaces: int | None
    version: int

    def holds_on(self, day: date) -> bool:
        """Whether the rule is in effect on a day."""
        return self.from_day <= day and (self.to_day is None or day <= self.to_day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What rules ask of a tender's settings; none where it is not set yet, or set to what is no figure.

    `measures` counts those of the tender's list that are asked, by the theme's title; record-only questions earn
    nothing and are not counted. `all_known` says that every mark of the evaluation has its number in the settings.
    """

    contract_value: Decimal | None
    category: str | None
    quantitative: Decimal | None
    qualitative: Decimal | None
    price: Decimal
    all_known: bool
    minimum_percent: Decimal
    measures: Mapping[str, int] | None


class Standing(StrEnum):
    """How a tender's settings stand to one rule."""

    MET = "met"
    NOT_MET = "not met"
    WAIVED = "waived"
    OPEN = "cannot be said yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One rule asked of one tender: how it stands, the figure that was found, and both in a sentence."""

    stored: StoredRule
    standing: Standing
    found: Fraction | None
    said: str
    waiver: int | None = None


class WaiverState(StrEnum):
    """What has become of a request for a waiver."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A request to let one tender fall short of one rule, down (or up) to the figure `asked`, and what became of it.

    `found` is what the settings gave and `contract_value` what they named when it was asked for.
    """

    id: int
    tender_id: int
    rule_id: int
    asked: Decimal
    found: Decimal
    contract_value: Decimal | None
    reason: str
    asked_by: int | None
    asked_at: datetime
    withdrawn_at: datetime | None
    outcome: WaiverState | None
    decided_by: int | None
    decided_because: str
    decided_at: datetime | None

    @property
    def state(self) -> WaiverState:
        """Asked for, approved, refused, or withdrawn when it was asked for anew."""
        if self.outcome is not None:
            return self.outcome
        return WaiverState.ASKED if self.withdrawn_at is None else WaiverState.WITHDRAWN


def bought_of(category: str) -> Bought:
    """What a CPV category stands for: division 45 is works, those from 50 on are services, all others goods.

    45233222 is works, 90910000 services, 48000000 goods.
    """
    division = int(category[:2])
    if division == 45:
        return Bought.WORKS
    return Bought.SERVICES if division >= 50 else Bought.GOODS


def faults_of_rule(rule: PolicyRule) -> Iterator[tuple[str, str, str]]:
    """What cannot be used of a rule, as (field, seen, wanted); nothing where all can."""
    if rule.kind in IN_PERCENT:
        if not 0 < rule.figure <= LARGEST_PERCENT or numbers.decimal_places(rule.figure) > 2:
            yield "figure", numbers.plain(rule.figure), "a share above 0 and at most 100 %, with at most 2 decimals"
    elif not 1 <= rule.figure <= LARGEST_COUNT or numbers.decimal_places(rule.figure):
        yield "figure", numbers.plain(rule.figure), f"a whole number of measures, from 1 to {LARGEST_COUNT}"
    if rule.kind in OF_A_THEME and not (rule.theme or "").strip():
        yield "theme", "nothing", "the theme that the rule is about"
    if rule.theme is not None and (len(rule.theme) > LONGEST_THEME or not rule.theme.isprintable()):
        yield "theme", f"{len(rule.theme)} characters", f"the title of a theme, at most {LONGEST_THEME} characters"
    for name, value in (("value_from", rule.value_from), ("value_below", rule.value_below)):
        if value is not None and not (0 <= value < LARGEST_VALUE and numbers.decimal_places(value) <= 2):
            yield name, numbers.plain(value), "an amount in £ from 0 to 9,999,999,999.99, or nothing"
    if rule.value_from is not None and rule.value_below is not None and rule.value_below <= rule.value_from:
        yield "value_below", numbers.plain(rule.value_below), f"more than {numbers.plain(rule.value_from)}, or nothing"
    if rule.category is not None and rule.category not in set(Bought) and not _CPV.fullmatch(rule.category):
        yield "category", rule.category, "works, services, goods, or the first 2 to 8 digits of a CPV category"


def facts_of(settings: Settings, version: Version | None) -> Facts:
    """What the rules ask, of settings that may still be missing or wrong; `version` is the one that they name."""
    part = tender_part(settings)
    scoring, price = _mapping(part.get("scoring")), _mapping(part.get("price"))
    others = part.get("other_marks")
    minimum = _figure(scoring.get("minimum_percent"))
    category = part.get("category")
    found = _CPV_OF_TENDER.fullmatch(category.strip()) if isinstance(category, str) else None
    weight = _figure(price.get("weight"))
    return Facts(
        contract_value=_figure(part.get("contract_value")),
        category=None if found is None else found[1],
        quantitative=_figure(scoring.get("quantitative")),
        qualitative=_figure(scoring.get("qualitative")),
        price=numbers.ZERO if weight is None else weight,
        all_known=weight is not None and not others,
        minimum_percent=numbers.ZERO if minimum is None else minimum,
        measures=None if version is None else _asked(part, version),
    )


def applies(rule: PolicyRule, facts: Facts) -> bool | None:
    """Whether a rule is about a tender; nothing while the contract value that decides it is missing.

    A tender without a CPV category is taken to be of every one, so that nobody escapes a rule by leaving it out.
    """
    if rule.category is not None and facts.category is not None:
        if rule.category in set(Bought):
            if bought_of(facts.category) != rule.category:
                return False
        elif not facts.category.ljust(8, "0").startswith(rule.category):
            return False
    if rule.value_from is None and rule.value_below is None:
        return True
    if facts.contract_value is None:
        return None
    is_above = rule.value_from is None or facts.contract_value >= rule.value_from
    return is_above and (rule.value_below is None or facts.contract_value < rule.value_below)


def check(stored: StoredRule, facts: Facts) -> Check | None:
    """How settings stand to a rule, with the numbers in a sentence; nothing where the rule is about other contracts.

    Under a rule of 20 %, marks of 10 for the quantity and 5 for the answers of 100 are not met: 15 % is found.
    """
    rule = stored.rule
    is_about = applies(rule, facts)
    if is_about is False:
        return None
    if is_about is None:
        return _open(stored, "The contract value is not set yet. It says whether this rule applies.")
    found = _found(rule, facts)
    if found is None:
        return _open(stored, _MISSING[rule.kind])
    standing = Standing.MET if no_worse(rule, found, rule.figure) else Standing.NOT_MET
    return Check(stored=stored, standing=standing, found=found, said=_said(rule, facts, found))


def no_worse(rule: PolicyRule, found: numbers.Exact, figure: numbers.Exact) -> bool:
    """Whether what was found is as good as a figure: at least it, or at most it, as the rule says."""
    return found <= figure if rule.kind in AT_MOST else found >= figure


def with_waiver(made: Check, waivers: Mapping[int, Waiver]) -> Check:
    """The same check, waived where one of these approved waivers of the tender still fits what was found.

    One that was approved down to 15 % fits 15 % and 18 %, and not 12 %.
    """
    if made.standing is not Standing.NOT_MET or made.found is None:
        return made
    rule = made.stored.rule
    for waiver in waivers.values():
        is_for_it = waiver.rule_id == made.stored.id and waiver.state is WaiverState.APPROVED
        if is_for_it and no_worse(rule, made.found, waiver.asked):
            return Check(
                stored=made.stored, standing=Standing.WAIVED, found=made.found, said=made.said, waiver=waiver.id
            )
    return made


def shown_figure(rule: PolicyRule, found: numbers.Exact) -> Decimal:
    """What was found to 2 decimals, rounded to the worse side, so that a share of 19.999 % is never shown as 20."""
    return numbers.round_up(found, 2) if rule.kind in AT_MOST else numbers.round_down(found, 2)


def figure_words(rule: PolicyRule, figure: Decimal) -> str:
    """A figure of a rule with its unit: 20%, 1 measure."""
    if rule.kind in IN_PERCENT:
        return f"{numbers.trimmed(figure)}%"
    return f"{numbers.trimmed(figure)} {'measure' if figure == 1 else 'measures'}"


def limit_words(rule: PolicyRule) -> str:
    """What is wanted, short: at least 20%, at most 25 measures."""
    return f"{'at most' if rule.kind in AT_MOST else 'at least'} {figure_words(rule, rule.figure)}"


def rule_words(rule: PolicyRule) -> str:
    """The rule as a sentence: Social value has at least 20% of all marks."""
    limit = limit_words(rule)
    match rule.kind:
        case RuleKind.LEAST_WEIGHT:
            return f"Social value has {limit} of all marks."
        case RuleKind.LEAST_PERCENT:
            return f"A bid must promise social value of {limit}, or it is not assessed."
        case RuleKind.MOST_MEASURES:
            return f"Bidders are asked for {limit}."
        case _:
            return f"Bidders are asked for {limit} from “{rule.theme}”."


def scope_words(rule: PolicyRule) -> str:
    """The contracts that a rule is about: all contracts; works contracts from £100,000 and below £1,000,000."""
    limits = [] if rule.value_from is None else [f"from {_pounds(rule.value_from)}"]
    limits += [] if rule.value_below is None else [f"below {_pounds(rule.value_below)}"]
    of = _contracts(rule.category)
    return f"{of} {wording.listed(limits)}" if limits else of if rule.category is not None else f"all {of}"


def _contracts(category: str | None) -> str:
    if category is None:
        return "contracts"
    return f"{category} contracts" if category in set(Bought) else f"contracts of CPV {category}"


_NOT_ALL = " Not every mark has its number in these settings, so all of them are taken to be 100."
_MISSING: Mapping[RuleKind, str] = MappingProxyType(
    {
        RuleKind.LEAST_WEIGHT: "The marks for social value are not set yet.",
        RuleKind.LEAST_PERCENT: "The minimum is not set yet.",
        RuleKind.MOST_MEASURES: "The measure set and its list are not chosen yet.",
        RuleKind.THEME_LEAST: "The measure set and its list are not chosen yet.",
        RuleKind.THEME_MOST: "The measure set and its list are not chosen yet.",
    }
)


def _open(stored: StoredRule, said: str) -> Check:
    return Check(stored=stored, standing=Standing.OPEN, found=None, said=said)


def _found(rule: PolicyRule, facts: Facts) -> Fraction | None:
    match rule.kind:
        case RuleKind.LEAST_WEIGHT:
            marks, whole = _marks(facts), _all_marks(facts)
            return None if marks is None or not whole else numbers.percent(marks, whole)
        case RuleKind.LEAST_PERCENT:
            return Fraction(facts.minimum_percent)
        case RuleKind.MOST_MEASURES:
            return None if facts.measures is None else Fraction(sum(facts.measures.values()))
        case _:
            return None if facts.measures is None else Fraction(_of_theme(rule, facts.measures))


def _said(rule: PolicyRule, facts: Facts, found: Fraction) -> str:
    limit, figure = limit_words(rule), figure_words(rule, shown_figure(rule, found))
    match rule.kind:
        case RuleKind.LEAST_WEIGHT:
            marks, whole = _marks(facts) or numbers.ZERO, _all_marks(facts) or numbers.ZERO
            said = f"{numbers.trimmed(marks)} of {numbers.trimmed(whole)} marks are for social value, {figure}"
            note = "" if facts.all_known else _NOT_ALL
            return f"{said}; {limit} is wanted.{note}"
        case RuleKind.LEAST_PERCENT if not found:
            return f"No minimum is set; {limit} is wanted."
        case RuleKind.LEAST_PERCENT:
            return f"The minimum is {figure}; {limit} is wanted."
        case RuleKind.MOST_MEASURES:
            return f"{_asked_words(found)}; {limit} may be."
        case RuleKind.THEME_LEAST:
            return f"{_asked_words(found)} from “{rule.theme}”; {limit} is wanted."
        case _:
            return f"{_asked_words(found)} from “{rule.theme}”; {limit} may be."


def _asked_words(found: Fraction) -> str:
    number = int(found)
    return f"{number or 'No'} {'measure is' if number == 1 else 'measures are'} asked for"


def _marks(facts: Facts) -> Decimal | None:
    if facts.quantitative is None or facts.qualitative is None:
        return None
    return numbers.plus(facts.quantitative, facts.qualitative)


def _all_marks(facts: Facts) -> Decimal | None:
    marks = _marks(facts)
    if marks is None:
        return None
    known = numbers.plus(marks, facts.price)
    return known if facts.all_known else max(known, WHOLE)


def _of_theme(rule: PolicyRule, measures: Mapping[str, int]) -> int:
    wanted = (rule.theme or "").casefold()
    return sum(number for title, number in measures.items() if title.casefold() == wanted)


def _asked(part: Mapping[str, object], version: Version) -> Mapping[str, int] | None:
    """How many measures of each theme are asked of bidders; nothing while no list is chosen."""
    chosen = part.get("list")
    if chosen not in (ListName.MAIN, ListName.LITE):
        return None
    given = part.get("leave_out")
    left_out = {str(ref) for ref in given} if isinstance(given, list | tuple) else set()
    counted: dict[str, int] = {}
    for theme in version.themes:
        number = sum(chosen in one.lists and one.ref not in left_out for one in theme.measures)
        counted[theme.title] = counted.get(theme.title, 0) + number
    return counted


def _figure(value: object) -> Decimal | None:
    """A figure of the settings that is one and is not below 0."""
    figure = numbers.parse_decimal(value) if isinstance(value, str) else None
    return figure if figure is not None and figure >= 0 else None


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _pounds(value: Decimal) -> str:
    return wording.pounds(value, places=2 if numbers.decimal_places(value) else 0)
