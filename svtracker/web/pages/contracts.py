"""Contracts: the list with what needs somebody, one contract with its four figures, one commitment by period."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from svtracker.delivery.rules import periods as calendar
from svtracker.delivery.rules.attention import Attention, attention, is_at_risk
from svtracker.delivery.rules.claims import claimed_of, latest, verified_of
from svtracker.delivery.rules.figures import Figures, Point, Position, Status, timeline, together
from svtracker.delivery.rules.forecast import Forecast, forecasts
from svtracker.delivery.rules.records import BEFORE_THIS_SYSTEM, Claim, Commitment, Contract, Period
from svtracker.delivery.rules.stored import StoredContract
from svtracker.delivery.rules.targets import Plan, plans
from svtracker.delivery.service.contracts import Awarded
from svtracker.delivery.service.progress import Standing
from svtracker.frameworks.rules.values import Kind
from svtracker.kernel import numbers, uk_time, wording
from svtracker.kernel.units import Unit
from svtracker.registers.rules.policy import Policy
from svtracker.web.pages.contract_words import (
    CLAIM_WORDS,
    PERIODS_WORDS,
    Four,
    at,
    four_of_position,
    four_of_sums,
    of_due_words,
    period_words,
    pounds,
    quantity,
    state_words,
    term_words,
    unit_words,
)
from svtracker.web.pages.frame import Download, Page, downloads
from svtracker.web.pages.frameworks import Fact

CRUMBS = (("Contracts", "/contracts"),)
NOBODY = "Nobody yet"
URGENT = {Status.FAR_BEHIND: 0, Status.BEHIND: 1, Status.SLIGHTLY_BEHIND: 2, None: 3}
LAST = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractLine:
    """A contract in the list: its four figures in £, and what it needs next."""

    href: str
    title: str
    note: str
    four: Four
    next: str
    is_at_risk: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingLine:
    """An award of which nobody has made a contract yet."""

    title: str
    note: str
    href: str | None


@dataclass(frozen=True, kw_only=True)
class ContractsPage(Page):
    """All contracts that the reader may come to, the one that is furthest behind first."""

    total: Four | None
    lines: tuple[ContractLine, ...]
    waiting: tuple[WaitingLine, ...]
    risk_note: str
    may_import: bool
    files: tuple[Download, ...]
    is_invented: bool


def contracts_page(
    standings: Sequence[Standing],
    *,
    waiting: Sequence[Awarded],
    names: Mapping[int, str],
    organisation: str,
    at_day: date,
    policy: Policy,
    may_add: bool,
    may_import: bool,
) -> ContractsPage:
    """The list; `names` are those of people by number."""
    needs = {one.stored.id: attention(one.stored.contract, one.claims, at=at_day, policy=policy) for one in standings}
    lines = sorted(
        (_line(one, needs[one.stored.id], names=names, policy=policy) for one in standings),
        key=lambda one: (-one[0], one[1].title.casefold()),
    )
    sums = together(one.figures for one in standings) if standings else None
    unowned = sum(one.stored.contract.manager_id is None for one in standings)
    return ContractsPage(
        title="Contracts",
        caption=organisation,
        answer=_list_answer(standings, sums, at_day),
        total=None if sums is None else four_of_sums(sums, sums.status(policy)),
        lines=tuple(line for _, line in lines),
        waiting=tuple(
            WaitingLine(
                title=one.title,
                note=f"{one.reference}, awarded to {wording.the_bidder(one.bidder)} on {wording.day(one.on)}",
                href=f"/contracts/add?tender={one.tender_id}&bid={one.bid_id}" if may_add else None,
            )
            for one in waiting
        ),
        risk_note=_risk_note(at_risk=sum(line.is_at_risk for _, line in lines), unowned=unowned),
        may_import=may_import,
        files=downloads("/contracts/download", [("Workbook (XLSX)", "xlsx"), ("CSV", "csv")]) if standings else (),
        is_invented=any(one.stored.is_invented for one in standings),
    )


def _risk_note(*, at_risk: int, unowned: int) -> str:
    """How many contracts are at risk, and of how many nobody is the manager."""
    said = [f"{at_risk} at risk"] if at_risk else []
    return ", ".join([*said, f"{unowned} without a manager"] if unowned else said)


def _list_answer(standings: Sequence[Standing], sums: Figures | None, at_day: date) -> str:
    if sums is None:
        return "No contract is here yet."
    number = wording.counted(len(standings), "contract")
    capped, _ = of_due_words(sums.of_due)
    if capped is None:
        return f"{number}. Nothing is due by {wording.day(at_day)}."
    return f"{capped} of what is due by {wording.day(at_day)} is verified, over {number}."


def _line(
    one: Standing, needs: Sequence[Attention], *, names: Mapping[int, str], policy: Policy
) -> tuple[Fraction, ContractLine]:
    contract = one.stored.contract
    sums = one.figures
    manager = None if contract.manager_id is None else names.get(contract.manager_id, "somebody who is erased")
    followed = "nobody manages it" if manager is None else f"managed by {manager}"
    missing = Fraction(sums.due) - Fraction(sums.counted_of_due)
    return missing, ContractLine(
        href=f"/contracts/{one.stored.id}",
        title=contract.title,
        note=f"{one.stored.supplier}, {term_words(contract.starts_on, calendar.last_day(contract))}; {followed}",
        four=four_of_sums(sums, sums.status(policy)),
        next=needs[0].message if needs else "",
        is_at_risk=is_at_risk(needs),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarterBar:
    """A period upright: its target as a tick, what was claimed and verified of it as parts of its height."""

    label: str
    spoken: str
    verified_top: str
    verified: str
    claimed_top: str
    claimed: str
    due_at: str
    said: str
    note: str
    has_begun: bool
    is_now: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class YearOfPeriods:
    """The periods of a financial year."""

    label: str
    periods: tuple[QuarterBar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentLine:
    """A commitment with its four figures in its own unit."""

    href: str
    ref: str
    title: str
    unit: str
    four: Four
    in_words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastLine:
    """What will be verified at the end, from the lowest to the highest, and what will be missing."""

    title: str
    unit: str
    expected: str
    committed: str
    short: str | None
    worth: str | None
    verified_to: str
    low_at: str
    width: str
    mark_at: str
    committed_at: str


@dataclass(frozen=True, kw_only=True)
class ContractPage(Page):
    """One contract: four figures, periods, what to do next, every commitment, forecast, the facts."""

    four: Four
    committed_note: str
    due_note: str
    claimed_note: str
    years: tuple[YearOfPeriods, ...]
    periods_title: str
    next: tuple[str, ...]
    lines: tuple[CommitmentLine, ...]
    forecast: tuple[ForecastLine, ...]
    forecast_note: str
    facts: tuple[tuple[str, str, str | None], ...]
    files: tuple[Download, ...]
    is_invented: bool


def contract_page(
    one: Standing,
    *,
    names: Mapping[int, str],
    deputies: Iterable[int],
    at_day: date,
    policy: Policy,
    may_see_record: bool,
    may_see_tender: bool,
) -> ContractPage:
    """The page of one contract at a day."""
    stored, contract = one.stored, one.stored.contract
    sums = one.figures
    needs = attention(contract, one.claims, at=at_day, policy=policy)
    ends = calendar.last_day(contract)
    schedule = calendar.schedule(contract)
    ended = calendar.ended(schedule, at=at_day)
    said = [stored.supplier]
    if contract.value is not None:
        said.append(wording.pounds_short(contract.value))
    said.append(term_words(contract.starts_on, ends))
    return ContractPage(
        title=contract.title,
        caption=", ".join(said),
        head_title=f"{contract.title}: {contract.reference or f'contract {stored.id}'}",
        answer=_answer(one, at_day=at_day),
        crumbs=CRUMBS,
        four=four_of_sums(sums, sums.status(policy)),
        committed_note=_share_of_value(sums, contract),
        due_note=f"{len(ended)} of {wording.counted(len(schedule), _period_word(contract))}",
        claimed_note=f"{pounds(_waiting(one))} to verify" if _waiting(one) else "nothing waits to be verified",
        years=_years(one, at_day=at_day),
        periods_title=PERIODS_WORDS[contract.periods],
        next=tuple(need.message for need in needs),
        lines=_commitment_lines(one, policy=policy),
        forecast=_forecast_lines(stored, forecasts(contract, one.claims, at=at_day)) if at_day < ends else (),
        forecast_note=f"By {wording.day(ends)}, at the rate of the last periods",
        facts=_facts(
            stored, names=names, deputies=deputies, may_see_record=may_see_record, may_see_tender=may_see_tender
        ),
        files=downloads(f"/contracts/{stored.id}/download", [("Workbook (XLSX)", "xlsx"), ("CSV", "csv")]),
        is_invented=stored.is_invented,
    )


def _answer(one: Standing, *, at_day: date) -> str:
    capped, note = of_due_words(one.figures.of_due)
    if not one.stored.contract.commitments:
        return "No commitment is known of this contract: it came from a register."
    if capped is None:
        sums = one.figures
        if sums.to_meet:
            return f"{sums.met} of {wording.counted(sums.to_meet, 'commitment')} due by {wording.day(at_day)} are met."
        return f"Nothing is due by {wording.day(at_day)}."
    beyond = f" ({note})" if note else ""
    return f"{capped} of what is due by {wording.day(at_day)} is verified{beyond}."


def _share_of_value(sums: Figures, contract: Contract) -> str:
    if not contract.value:
        return "over the whole term"
    return f"{wording.percent(numbers.percent(sums.committed, contract.value), places=1)} of contract value"


def _waiting(one: Standing) -> Decimal | Fraction:
    """What is claimed in £ and waits to be verified."""
    values = {line.id: line.unit_value for line in one.stored.contract.commitments}
    rows = latest(one.claims).values()
    return numbers.total(
        numbers.times(claimed_of(row), value)
        for row in rows
        if row.accepted is None and (value := values[row.commitment_id]) is not None
    )


def _period_word(contract: Contract) -> str:
    return PERIODS_WORDS[contract.periods].lower().removesuffix("s")


def _years(one: Standing, *, at_day: date) -> tuple[YearOfPeriods, ...]:
    """The periods by financial year, each in £ against its own target."""
    contract = one.stored.contract
    states: dict[int, list[Claim]] = {}
    for row in latest(one.claims).values():
        states.setdefault(row.period, []).append(row)
    found: dict[int, list[QuarterBar]] = {}
    before: Point | None = None
    for point in timeline(contract, one.claims, at=at_day):
        bar = _bar(point, before, states.get(point.period.number, ()), at_day=at_day)
        found.setdefault(calendar.financial_year(point.period.last_day), []).append(bar)
        before = point
    return tuple(
        YearOfPeriods(label=calendar.year_words(year), periods=tuple(bars)) for year, bars in sorted(found.items())
    )


def _bar(point: Point, before: Point | None, rows: Sequence[Claim], *, at_day: date) -> QuarterBar:
    due = point.due - (Decimal(0) if before is None else before.due)
    claimed = _step(point.claimed, None if before is None else before.claimed)
    verified = _step(point.verified, None if before is None else before.verified)
    top = Fraction(max(due, claimed, verified) or 1) * Fraction(6, 5)
    period, has_ended = point.period, point.period.last_day <= at_day
    is_now = period.first_day <= at_day <= period.last_day
    said = ""
    if has_ended and due > 0 and verified > 0:
        said = wording.percent(numbers.percent(verified, due), places=0)
    return QuarterBar(
        label=f"{period.first_day:%b}",
        spoken=period_words(period),
        verified=at(verified, top),
        verified_top=at(top - Fraction(verified), top),
        claimed=at(claimed, top),
        claimed_top=at(top - Fraction(claimed), top),
        due_at=at(top - Fraction(due), top),
        said=said,
        note="Now" if is_now else state_words([row.state for row in rows]) if has_ended and not said else "",
        has_begun=period.first_day <= at_day,
        is_now=is_now,
    )


def _step(now: Decimal | None, before: Decimal | None) -> Decimal:
    return Decimal(0) if now is None else now - (before or Decimal(0))


def _commitment_lines(one: Standing, *, policy: Policy) -> tuple[CommitmentLine, ...]:
    def urgency(position: Position) -> tuple[int, Fraction]:
        status = position.status(policy) if position.is_counted else None
        ratio = position.of_due.capped
        return URGENT.get(status, LAST) if position.is_counted else LAST + 1, ratio if ratio is not None else Fraction(
            0
        )

    base = f"/contracts/{one.stored.id}/commitments"
    return tuple(
        CommitmentLine(
            href=f"{base}/{position.commitment.id}",
            ref=position.commitment.measure,
            title=one.stored.words[position.commitment.id].title,
            unit=unit_words(position.commitment.unit, position.commitment.unit_value),
            four=four_of_position(position, position.status(policy)),
            in_words="" if position.is_counted else one.stored.words[position.commitment.id].text,
        )
        for position in sorted(one.positions, key=urgency)
    )


def _forecast_lines(stored: StoredContract, some: Iterable[Forecast | None]) -> tuple[ForecastLine, ...]:
    return tuple(_forecast(stored, one) for one in some if one is not None and one.position.is_counted)


def _forecast(stored: StoredContract, one: Forecast) -> ForecastLine:
    line = one.position.commitment
    committed, verified = Fraction(one.position.committed), Fraction(one.position.verified)
    # What is committed stands at the same place in every row, so that one line goes through all of them.
    widest = (committed or Fraction(1)) * Fraction(6, 5)
    low, high, mark = (min(value, widest) for value in (one.low, one.high, one.expected))
    is_short = numbers.round_half_up(one.shortfall, 1) > 0
    return ForecastLine(
        title=stored.words[line.id].title,
        unit=unit_words(line.unit, None),
        expected=_one_decimal(one.expected, line.unit),
        committed=quantity(one.position.committed, line.unit),
        short=_one_decimal(one.shortfall, line.unit) if is_short else None,
        worth=None if not is_short or one.shortfall_value is None else pounds(one.shortfall_value),
        verified_to=at(min(verified, widest), widest),
        low_at=at(low, widest),
        width=at(high - low, widest),
        mark_at=at(mark, widest),
        committed_at=at(committed, widest),
    )


def _one_decimal(value: Fraction, unit: Unit) -> str:
    return quantity(numbers.round_half_up(value, 1), unit)


def _facts(
    stored: StoredContract,
    *,
    names: Mapping[int, str],
    deputies: Iterable[int],
    may_see_record: bool,
    may_see_tender: bool,
) -> tuple[tuple[str, str, str | None], ...]:
    contract = stored.contract
    manager = NOBODY if contract.manager_id is None else names.get(contract.manager_id, "somebody who is erased")
    standing_in = [names.get(one, "somebody who is erased") for one in deputies]
    facts: list[tuple[str, str, str | None]] = [
        ("Contract manager", manager, None),
        *([("Deputy", wording.listed(standing_in), None)] if standing_in else []),
        ("Reference", contract.reference or "none in the register", None),
        ("Term", f"{wording.day(contract.starts_on)} to {wording.day(calendar.last_day(contract))}", None),
    ]
    if contract.framework is not None:
        set_id, version = contract.framework.split("@")
        facts.append(("Measures and unit values", f"{contract.framework}, fixed", f"/frameworks/{set_id}/{version}"))
    if contract.estimated_value is not None:
        facts.append(("Estimated value, VAT and options in", wording.pounds(contract.estimated_value), None))
    if contract.directorate:
        facts.append(("Directorate", contract.directorate, None))
    facts.append(
        ("Variations", wording.counted(len(contract.approved), "variation") if contract.approved else "None", None)
    )
    facts.append(("Returns", f"due {wording.counted(stored.due_days, 'day')} after the end of each period", None))
    if stored.tender_id is not None and may_see_tender:
        facts.append(("Came from", "the award of its tender", f"/tenders/{stored.tender_id}/decision"))
    if may_see_record:
        facts.append(("Record", "every change, with who and when", f"/audit/contract/{stored.id}"))
    return tuple(facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodLine:
    """One period of a commitment: its target, what was claimed and verified, where the claim stands and why."""

    number: str
    days: str
    target: str
    claimed: str
    verified: str
    state: str
    said: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CommitmentPage(Page):
    """One commitment of a contract, period by period, with all that its figures are made of."""

    four: Four
    facts: tuple[Fact, ...]
    statement: str
    text: str
    rows: tuple[PeriodLine, ...]
    unit: str
    is_invented: bool


def commitment_page(
    one: Standing,
    commitment_id: int,
    history: Sequence[Claim],
    *,
    names: Mapping[int, str],
    at_day: date,
    policy: Policy,
) -> CommitmentPage:
    """The page of a commitment; `history` are all its rows, also those that count no more."""
    stored, contract = one.stored, one.stored.contract
    position = next(found for found in one.positions if found.commitment.id == commitment_id)
    line = position.commitment
    plan = next(found for found in plans(contract) if found.commitment.id == commitment_id)
    words = stored.words[commitment_id]
    own = [row for row in history if row.commitment_id == commitment_id]
    return CommitmentPage(
        title=words.title,
        head_title=f"{line.measure} {words.title}: {contract.title}",
        caption=f"{line.measure}, {stored.supplier}",
        crumbs=(*CRUMBS, (contract.title, f"/contracts/{stored.id}")),
        answer=_commitment_answer(position, at_day),
        four=four_of_position(position, position.status(policy)),
        facts=_commitment_facts(line, plan),
        statement=words.statement,
        text=words.text,
        rows=_period_lines(line, plan, own, names=names),
        unit=unit_words(line.unit, line.unit_value),
        is_invented=stored.is_invented,
    )


def _commitment_answer(position: Position, at_day: date) -> str:
    line = position.commitment
    if not position.is_counted:
        return "A promise in words: it has no quantity."
    if position.due is None:
        return "What is due is unknown until the spend of every period is entered."
    done = wording.quantity(Decimal(numbers.trimmed(position.verified)), line.unit)
    if not position.due:
        return f"Nothing is due by {wording.day(at_day)}."
    due = wording.quantity(Decimal(numbers.trimmed(numbers.round_half_up(position.due, 4))), line.unit)
    return f"{done} verified of {due} due by {wording.day(at_day)}."


def _commitment_facts(line: Commitment, plan: Plan) -> tuple[Fact, ...]:
    facts = [Fact(label="Promised over the whole term", text=wording.quantity(line.quantity, line.unit))]
    if plan.quantity != line.quantity and line.kind is not Kind.NARRATIVE:
        facts.append(Fact(label="After variations", text=wording.quantity(plan.quantity, line.unit)))
    if line.unit_value is not None:
        facts.append(Fact(label="Unit value, fixed", text=wording.pounds(line.unit_value)))
        if line.quantity is not None:
            worth = numbers.times(plan.quantity, line.unit_value)
            facts.append(Fact(label="Worth", text=wording.pounds(worth)))
    if line.unit is Unit.PERCENT:
        facts.append(
            Fact(label="How it counts", text="a level to be held: claimed and verified are means of the periods")
        )
    return tuple(facts)


def _period_lines(
    line: Commitment, plan: Plan, rows: Sequence[Claim], *, names: Mapping[int, str]
) -> tuple[PeriodLine, ...]:
    counting = latest(rows)
    found = []
    if any(row.period == BEFORE_THIS_SYSTEM for row in rows):
        own = [row for row in rows if row.period == BEFORE_THIS_SYSTEM]
        now = counting[line.id, BEFORE_THIS_SYSTEM]
        found.append(_period_line(line, None, plan.opening_due, now, own, names=names))
    for target in plan.targets:
        own = [row for row in rows if row.period == target.period.number]
        now_or_none = counting.get((line.id, target.period.number))
        owed = plan.quantity if line.unit is Unit.PERCENT else target.quantity
        found.append(_period_line(line, target.period, owed, now_or_none, own, names=names))
    return tuple(found)


def _period_line(
    line: Commitment,
    period: Period | None,
    target: Decimal,
    now: Claim | None,
    rows: Sequence[Claim],
    *,
    names: Mapping[int, str],
) -> PeriodLine:
    is_counted = line.kind is not Kind.NARRATIVE
    return PeriodLine(
        number="before this system" if period is None else f"Period {period.number}",
        days="" if period is None else period_words(period),
        target=quantity(target, line.unit) if is_counted else "",
        claimed=quantity(claimed_of(now), line.unit) if is_counted and now is not None else "",
        verified=quantity(verified_of(now), line.unit) if is_counted and now is not None else "",
        state="" if now is None else CLAIM_WORDS[now.state],
        said=tuple(_row_words(row, line, names=names) for row in rows),
    )


def _row_words(row: Claim, line: Commitment, *, names: Mapping[int, str]) -> str:
    """23 October 2026, 10:00 BST: returned by Ruth Calloway. Why."""
    by = "" if row.person_id is None else f" by {names.get(row.person_id, 'somebody who is erased')}"
    much = "" if row.claimed is None else f", {wording.quantity(row.claimed, line.unit)} claimed"
    taken = "" if row.accepted is None else f", {wording.quantity(row.accepted, line.unit)} accepted"
    reason = f". {row.reason}" if row.reason else ""
    return f"{uk_time.said(row.at)}: {row.state.value}{by}{much}{taken}{reason}"
