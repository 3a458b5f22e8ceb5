"""Policy rules on pages: the list and its forms, how one tender stands to them, waivers and their register."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from svtracker.identity.rules.roles import Role
from svtracker.kernel import numbers, uk_time, wording
from svtracker.kernel.problems import Problem
from svtracker.tenders.rules import policy_rules as rules
from svtracker.tenders.rules.policy_rules import (
    AT_MOST,
    KIND_WORDS,
    Bought,
    Check,
    RuleKind,
    Standing,
    StoredRule,
    WaiverState,
)
from svtracker.tenders.rules.records import StoredTender
from svtracker.tenders.rules.stages import Step, may
from svtracker.tenders.service.waivers import RegisteredWaiver
from svtracker.web.access import APPROVER, OFFICER, RULES
from svtracker.web.pages.desk import TenderPage, frame_of
from svtracker.web.pages.frame import Download, FormError, Page
from svtracker.web.pages.tender_marks import names_of
from svtracker.web.pages.tender_words import money_short

CRUMBS = (("Policy", "/policy"),)
Options = tuple[tuple[str, str], ...]
Names = Mapping[int, str]

BY_CPV = "cpv"
KINDS: Options = (("", "Choose what the rule says"), *((str(kind), words) for kind, words in KIND_WORDS.items()))
CATEGORIES: Options = (
    ("", "Everything"),
    *((str(one), one.value.capitalize()) for one in Bought),
    (BY_CPV, "A CPV category"),
)
FIELDS = ("kind", "figure", "theme", "value_from", "value_below", "category", "cpv", "basis", "from_day")

LABELS = {
    "kind": "What the rule says",
    "figure": "Figure",
    "theme": "Theme",
    "value_from": "Contract value from",
    "value_below": "Contract value below",
    "category": "What is bought",
    "cpv": "CPV category",
    "basis": "Where it was decided",
    "from_day": "It holds from",
    "off_day": "It no longer holds from",
    "reason": "Reason",
}

STANDING_TAGS = {
    Standing.MET: "govuk-tag--green",
    Standing.NOT_MET: "govuk-tag--red",
    Standing.WAIVED: "govuk-tag--blue",
    Standing.OPEN: "govuk-tag--grey",
}
STATE_TAGS = {
    WaiverState.ASKED: "govuk-tag--yellow",
    WaiverState.APPROVED: "govuk-tag--green",
    WaiverState.REFUSED: "govuk-tag--red",
    WaiverState.WITHDRAWN: "govuk-tag--grey",
}
STATE_WORDS = {
    WaiverState.ASKED: "waits",
    WaiverState.APPROVED: "approved",
    WaiverState.REFUSED: "refused",
    WaiverState.WITHDRAWN: "withdrawn",
}

CHANGED_MEANWHILE = "Somebody else changed this rule after you opened it. Nothing of yours was saved: look at it again."


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """A rule in the list."""

    number: int
    words: str
    scope: str
    basis: str
    days: str
    state: str
    tag: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleForm:
    """The fields of a rule, as they are set or were typed, and what is wrong with them."""

    action: str
    values: Mapping[str, str]
    faults: Mapping[str, str]
    kinds: Options
    themes: Options
    categories: Options
    button: str


@dataclass(frozen=True, kw_only=True)
class RulesPage(Page):
    """The rules of an organisation, those in effect first, and the form that adds one."""

    lines: tuple[RuleLine, ...]
    ended: tuple[RuleLine, ...]
    form: RuleForm | None
    waivers_href: str | None


@dataclass(frozen=True, kw_only=True)
class RulePage(Page):
    """One rule: the form that puts another in its place, and the one that ends it."""

    line: RuleLine
    form: RuleForm | None
    version: int
    end_action: str
    end_values: Mapping[str, str]
    end_faults: Mapping[str, str]
    record_href: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A rule asked of one tender, in words; with the way to a waiver where one can be asked for."""

    number: int
    words: str
    scope: str
    said: str
    standing: str
    tag: str
    waiver_href: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverLine:
    """A waiver in words."""

    number: int
    rule: str
    asked: str
    found: str
    reason: str
    asked_by: str
    asked_at: str
    state: str
    tag: str
    decided: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterLine:
    """A waiver in the register, with its tender."""

    waiver: WaiverLine
    tender: str
    note: str
    href: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TenderWaiver:
    """A waiver on the page of its tender, with what the reader may do about it."""

    waiver: WaiverLine
    may_decide: bool
    is_own: bool


@dataclass(frozen=True, kw_only=True)
class RegisterPage(Page):
    """Every waiver that was asked for, those that wait first."""

    lines: tuple[RegisterLine, ...]
    files: tuple[Download, ...]


@dataclass(frozen=True, kw_only=True)
class TenderWaiversPage(TenderPage):
    """How a tender stands to each rule, its waivers, and the forms to ask for one and to decide."""

    number: int
    asked: tuple[Asked, ...]
    waivers: tuple[TenderWaiver, ...]
    may_ask: bool
    rules: Options
    values: Mapping[str, str]
    faults: Mapping[str, str]
    decisions: Mapping[int, Mapping[str, str]]


def rules_page(
    stored: Sequence[StoredRule],
    *,
    today: date,
    organisation: str,
    themes: Sequence[str],
    may_change: bool,
    may_see_waivers: bool,
    typed: Mapping[str, str] | None = None,
    problems: Sequence[Problem] = (),
) -> RulesPage:
    """The rules by what has become of them: in effect, still to come, ended."""
    over = [one for one in stored if one.to_day is not None and one.to_day < max(today, one.from_day)]
    current = [one for one in stored if one not in over]
    in_effect = sum(one.holds_on(today) for one in current)
    faults = _faults(problems)
    values = {**dict.fromkeys(FIELDS, ""), "from_day": today.isoformat(), **(typed or {})}
    form = _form("/policy", values, faults, themes=themes, button="Add the rule")
    return RulesPage(
        title="Policy rules",
        caption=organisation,
        answer=_rules_answer(in_effect, len(current) - in_effect),
        errors=_errors(faults),
        lines=tuple(_rule_line(one, today=today) for one in current),
        ended=tuple(_rule_line(one, today=today) for one in reversed(over)),
        form=form if may_change else None,
        waivers_href="/policy/waivers" if may_see_waivers else None,
    )


def _rules_answer(in_effect: int, to_come: int) -> str:
    if not in_effect and not to_come:
        return "No rule holds yet: tenders are published without one."
    later = f" {wording.counted(to_come, 'more is', 'more are')} still to come." if to_come else ""
    holds = f"{wording.counted(in_effect, 'rule holds', 'rules hold')} today.{later}"
    return f"{holds} A tender that breaks one is published only with a waiver."


def rule_page(
    stored: StoredRule,
    *,
    today: date,
    themes: Sequence[str],
    may_change: bool,
    may_see_record: bool,
    typed: Mapping[str, str] | None = None,
    ending: Mapping[str, str] | None = None,
    problems: Sequence[Problem] = (),
    end_problems: Sequence[Problem] = (),
    meanwhile: bool = False,
) -> RulePage:
    """A rule with its forms; one that has an end can only be read."""
    faults, end_faults = _faults(problems), _faults(end_problems)
    line = _rule_line(stored, today=today)
    action = f"/policy/rules/{stored.id}"
    errors = [*_errors(faults), *_errors(end_faults, before="end_")]
    if meanwhile:
        errors.insert(0, FormError(text=CHANGED_MEANWHILE, href="#rule"))
    values = {**_values_of(stored), "from_day": max(today, stored.from_day).isoformat(), **(typed or {})}
    form = _form(action, values, faults, themes=themes, button="Put this in its place")
    return RulePage(
        title=line.words,
        head_title=f"Policy rule {stored.id}",
        caption=f"Policy rule {stored.id}",
        crumbs=CRUMBS,
        answer=f"For {line.scope}. {line.days}.",
        errors=tuple(errors),
        line=line,
        form=form if may_change and stored.to_day is None else None,
        version=stored.version,
        end_action=f"{action}/end",
        end_values={"off_day": today.isoformat(), "reason": "", **(ending or {})},
        end_faults=end_faults,
        record_href=f"/audit/policy_rule/{stored.id}" if may_see_record else None,
    )


def _form(
    action: str, values: Mapping[str, str], faults: Mapping[str, str], *, themes: Sequence[str], button: str
) -> RuleForm:
    known = list(themes)
    if values["theme"] and values["theme"] not in known:
        known.append(values["theme"])
    return RuleForm(
        action=action,
        values=values,
        faults=faults,
        kinds=KINDS,
        themes=(("", "None"), *((one, one) for one in known)),
        categories=CATEGORIES,
        button=button,
    )


def _values_of(stored: StoredRule) -> dict[str, str]:
    rule = stored.rule
    is_cpv = rule.category is not None and rule.category not in set(Bought)
    return {
        "kind": rule.kind,
        "figure": numbers.trimmed(rule.figure),
        "theme": rule.theme or "",
        "value_from": "" if rule.value_from is None else numbers.trimmed(rule.value_from),
        "value_below": "" if rule.value_below is None else numbers.trimmed(rule.value_below),
        "category": BY_CPV if is_cpv else rule.category or "",
        "cpv": (rule.category or "") if is_cpv else "",
        "basis": stored.basis,
    }


def _faults(problems: Sequence[Problem]) -> dict[str, str]:
    return {one.path: _fault(one) for one in problems}


def _fault(problem: Problem) -> str:
    if problem.seen in {"nothing", "an empty text"}:
        return f"Enter {problem.wanted}."
    return f"Saw {problem.seen}; wanted {problem.wanted}."


def _errors(faults: Mapping[str, str], *, before: str = "") -> tuple[FormError, ...]:
    return tuple(
        FormError(text=f"{LABELS.get(name, name)}: {text}", href=f"#{before}{name}") for name, text in faults.items()
    )


def _rule_line(stored: StoredRule, *, today: date) -> RuleLine:
    if stored.holds_on(today):
        state, tag = "holds", "govuk-tag--green"
    elif stored.to_day is not None and stored.to_day < stored.from_day:
        state, tag = "taken back", "govuk-tag--grey"
    elif stored.from_day > today:
        state, tag = "to come", "govuk-tag--blue"
    else:
        state, tag = "ended", "govuk-tag--grey"
    return RuleLine(
        number=stored.id,
        words=rules.rule_words(stored.rule),
        scope=rules.scope_words(stored.rule),
        basis=stored.basis,
        days=_days(stored),
        state=state,
        tag=tag,
        href=f"/policy/rules/{stored.id}",
    )


def _days(stored: StoredRule) -> str:
    if stored.to_day is not None and stored.to_day < stored.from_day:
        return f"Taken back before {wording.day(stored.from_day)}"
    since = f"From {wording.day(stored.from_day)}"
    return since if stored.to_day is None else f"{since} to {wording.day(stored.to_day)}"


def asked_of(checks: Iterable[Check], tender: StoredTender, *, roles: frozenset[Role]) -> tuple[Asked, ...]:
    """Each rule that is about a tender, and how it stands; an officer is led to a waiver where one is needed."""
    may_ask = bool(roles & OFFICER) and may(Step.WAIVE, tender.stage)
    return tuple(
        Asked(
            number=one.stored.id,
            words=rules.rule_words(one.stored.rule),
            scope=rules.scope_words(one.stored.rule),
            said=one.said,
            standing=one.standing.value,
            tag=STANDING_TAGS[one.standing],
            waiver_href=_ask_href(one, tender) if may_ask and one.standing is Standing.NOT_MET else None,
        )
        for one in checks
    )


def _ask_href(made: Check, tender: StoredTender) -> str:
    figure = "" if made.found is None else numbers.trimmed(rules.shown_figure(made.stored.rule, made.found))
    return f"/tenders/{tender.id}/waivers?rule={made.stored.id}&figure={figure}#ask"


def rules_answer(checks: Sequence[Check]) -> str:
    """How a tender stands to the rules in one sentence: 2 of 3 rules are met, 1 is waived."""
    if not checks:
        return "No policy rule is about this tender."
    said = [f"{sum(one.standing is Standing.MET for one in checks)} of {wording.counted(len(checks), 'rule')} met"]
    for standing, words in (
        (Standing.WAIVED, "waived"),
        (Standing.NOT_MET, "not met"),
        (Standing.OPEN, "cannot be said yet"),
    ):
        number = sum(one.standing is standing for one in checks)
        if number:
            said.append(f"{number} {words}")
    return f"{', '.join(said)}."


def tender_waivers_page(
    tender: StoredTender,
    *,
    roles: frozenset[Role],
    me: int,
    checks: Sequence[Check],
    waivers: Sequence[RegisteredWaiver],
    names: Names,
    values: Mapping[str, str],
    faults: Mapping[str, str] | None = None,
    decisions: Mapping[int, Mapping[str, str]] | None = None,
) -> TenderWaiversPage:
    """The rules of a tender with its waivers. `decisions` holds what was typed, and is wrong, for one of them."""
    found = faults or {}
    typed = decisions or {}
    askable = [one for one in checks if one.found is not None]
    errors = [FormError(text=text, href=f"#{name}") for name, text in found.items()]
    errors += [FormError(text=one["error"], href=f"#{one['at']}-{number}") for number, one in typed.items()]
    is_open = may(Step.WAIVE, tender.stage)
    return TenderWaiversPage(
        **frame_of(tender, roles=roles, here="/waivers", title="Policy rules and waivers"),  # type: ignore[arg-type]
        answer=rules_answer(checks),
        head_title=f"Policy rules and waivers: {tender.title}",
        errors=tuple(errors),
        number=tender.id,
        asked=asked_of(checks, tender, roles=roles),
        waivers=_of_tender(waivers, names=names, roles=roles, me=me),
        may_ask=is_open and bool(roles & OFFICER) and bool(askable),
        rules=(
            ("", "Choose a rule"),
            *((str(one.stored.id), rules.rule_words(one.stored.rule)) for one in askable),
        ),
        values=values,
        faults=found,
        decisions=typed,
    )


def register_page(
    waivers: Sequence[RegisteredWaiver],
    *,
    organisation: str,
    names: Names,
    roles: frozenset[Role],
    files: tuple[Download, ...],
) -> RegisterPage:
    """All waivers of an organisation: those that wait for a decision first, then the newest."""
    ordered = sorted(waivers, key=lambda one: one.waiver.state is not WaiverState.ASKED)
    return RegisterPage(
        title="Register of waivers",
        caption=organisation,
        crumbs=CRUMBS,
        answer=waiting_words(waivers),
        lines=_registered(ordered, names=names, roles=roles),
        files=files,
    )


def waiting_words(waivers: Sequence[RegisteredWaiver]) -> str:
    """How many waivers wait for a decision, in a sentence."""
    waiting = sum(one.waiver.state is WaiverState.ASKED for one in waivers)
    return (
        f"{wording.counted(waiting, 'waiver waits', 'waivers wait') if waiting else 'No waiver waits'} for a decision."
    )


def _registered(
    waivers: Sequence[RegisteredWaiver], *, names: Names, roles: frozenset[Role]
) -> tuple[RegisterLine, ...]:
    comes_to_tender = RULES["GET", "/tenders/{tender:int}/waivers"].lets_in(roles)
    called = _called(waivers, names)
    return tuple(
        RegisterLine(
            waiver=_waiver_line(one, called),
            tender=one.tender.title,
            note=f"{one.tender.reference}{_value_words(one.waiver.contract_value)}",
            href=f"/tenders/{one.tender.id}/waivers#waiver-{one.waiver.id}" if comes_to_tender else None,
        )
        for one in waivers
    )


def _of_tender(
    waivers: Sequence[RegisteredWaiver], *, names: Names, roles: frozenset[Role], me: int
) -> tuple[TenderWaiver, ...]:
    called = _called(waivers, names)
    found = []
    for one in waivers:
        waits = one.waiver.state is WaiverState.ASKED and may(Step.WAIVE, one.tender.stage)
        is_approver, is_mine = bool(roles & APPROVER), one.waiver.asked_by == me
        found.append(
            TenderWaiver(
                waiver=_waiver_line(one, called),
                may_decide=waits and is_approver and not is_mine,
                is_own=waits and is_approver and is_mine,
            )
        )
    return tuple(found)


def _called(waivers: Sequence[RegisteredWaiver], names: Names) -> Names:
    return names_of([number for one in waivers for number in (one.waiver.asked_by, one.waiver.decided_by)], names)


def _waiver_line(one: RegisteredWaiver, called: Names) -> WaiverLine:
    waiver, rule = one.waiver, one.rule.rule
    return WaiverLine(
        number=waiver.id,
        rule=rules.rule_words(rule),
        asked=f"{'Up' if rule.kind in AT_MOST else 'Down'} to {rules.figure_words(rule, waiver.asked)}",
        found=rules.figure_words(rule, waiver.found),
        reason=waiver.reason,
        asked_by=_person(waiver.asked_by, called),
        asked_at=uk_time.said(waiver.asked_at),
        state=STATE_WORDS[waiver.state],
        tag=STATE_TAGS[waiver.state],
        decided=""
        if waiver.decided_at is None
        else f"{_person(waiver.decided_by, called)}, {uk_time.said(waiver.decided_at)}",
        because=waiver.decided_because,
    )


def _value_words(value: Decimal | None) -> str:
    return "" if value is None else f", contract value {money_short(value)}"


def _person(number: int | None, called: Names) -> str:
    return "svtracker" if number is None else called.get(number, f"Person {number}")


def kind_of(text: str) -> RuleKind | None:
    """The kind that a field of a form names; none where it names none."""
    return RuleKind(text) if text in set(RuleKind) else None
