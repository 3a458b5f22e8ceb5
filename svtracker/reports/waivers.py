"""The register of waivers as a table to take along."""

from collections.abc import Mapping, Sequence

from svtracker.files.tables_out import Column, Sheet, Style
from svtracker.kernel import uk_time
from svtracker.tenders.rules import policy_rules as rules
from svtracker.tenders.service.waivers import RegisteredWaiver


def waivers_sheet(waivers: Sequence[RegisteredWaiver], *, names: Mapping[int, str], organisation: str) -> Sheet:
    """Every waiver with its tender and rule, what was asked, why, by whom, who decided, when, and its state."""
    return Sheet(
        name="Waivers",
        about=(f"Register of waivers from policy rules, {organisation}",),
        columns=(
            Column(heading="Waiver", style=Style.WHOLE, width=8),
            Column(heading="Tender", width=40),
            Column(heading="Reference", width=16),
            Column(heading="Contract value", style=Style.MONEY, width=16),
            Column(heading="Rule", width=44),
            Column(heading="Rule number", style=Style.WHOLE, width=12),
            Column(heading="Found", style=Style.NUMBER),
            Column(heading="Asked for", style=Style.NUMBER),
            Column(heading="Unit", width=10),
            Column(heading="Reason", style=Style.LONG_TEXT, width=50),
            Column(heading="Asked by", width=24),
            Column(heading="Asked on", style=Style.DATE),
            Column(heading="State", width=12),
            Column(heading="Decided by", width=24),
            Column(heading="Decided on", style=Style.DATE),
            Column(heading="Reason of the decision", style=Style.LONG_TEXT, width=50),
        ),
        rows=tuple(
            (
                one.waiver.id,
                one.tender.title,
                one.tender.reference,
                one.waiver.contract_value,
                rules.rule_words(one.rule.rule),
                one.rule.id,
                one.waiver.found,
                one.waiver.asked,
                "%" if one.rule.rule.kind in rules.IN_PERCENT else "measures",
                one.waiver.reason,
                _person(one.waiver.asked_by, names),
                uk_time.local(one.waiver.asked_at).date(),
                one.waiver.state.value,
                _person(one.waiver.decided_by, names),
                None if one.waiver.decided_at is None else uk_time.local(one.waiver.decided_at).date(),
                one.waiver.decided_because,
            )
            for one in waivers
        ),
    )


def _person(number: int | None, names: Mapping[int, str]) -> str:
    return "" if number is None else names.get(number, f"Person {number}")
