"""Scored tenders as tables to take along: one sheet a question (DESIGN 4.1, 4.3)."""

import json
from collections.abc import Iterator, Sequence

from svtracker.files.tables_out import Cell, Column, Sheet, Style
from svtracker.kernel import numbers
from svtracker.kernel.units import WORDS
from svtracker.tenders.answer import answer_of
from svtracker.tenders.rules import findings
from svtracker.tenders.rules.result import BidResult, Result

INVENTED = "These bids are invented."


def answer_bytes(result: Result) -> bytes:
    """The whole answer of FORMATS 2 as a JSON file."""
    return f"{json.dumps(answer_of(result), ensure_ascii=False, indent=2)}\n".encode()


def evaluation_sheets(result: Result) -> list[Sheet]:
    """A scored tender as a workbook: bids, lines, how firm it is, what to check."""
    return [_bids(result), _lines(result), _firmness(result), _checks(result)]


def tenders_sheet(results: Sequence[tuple[str, Result]]) -> Sheet:
    """All tenders, largest contract value first: the range of their bids in % of contract value."""
    ordered = sorted(results, key=lambda pair: (-pair[1].tender.contract_value, pair[0]))
    return Sheet(
        name="Tenders",
        about=("Social value commitments as % of contract value in evaluation", *_invented(r for _, r in ordered)),
        columns=(
            Column(heading="Tender", width=44),
            Column(heading="Contract value", style=Style.MONEY, width=16),
            Column(heading="Measure set version", width=20),
            Column(heading="Bids", style=Style.WHOLE, width=8),
            Column(heading="Lowest %", style=Style.PERCENT),
            Column(heading="Highest %", style=Style.PERCENT),
            Column(heading="First bid %", style=Style.PERCENT),
            Column(heading="First", width=30),
            Column(heading="Method", width=12),
            Column(heading="Status", width=14),
        ),
        rows=tuple(
            (
                result.tender.title,
                result.tender.contract_value,
                result.version.name,
                len(result.bids),
                _percent(result.percent_range.lowest),
                _percent(result.percent_range.highest),
                _percent(result.percent_range.winner),
                result.winner or ("tied" if result.tied else None),
                result.tender.scoring.method.value,
                result.tender.outcome.status.value,
            )
            for _, result in ordered
        ),
    )


def _invented(results: Iterator[Result] | Sequence[Result]) -> tuple[str, ...]:
    return (INVENTED,) if any(result.tender.invented for result in results) else ()


def _percent(value: numbers.Exact | None) -> Cell:
    return None if value is None else numbers.round_half_up(value, 2)


def _two(value: numbers.Exact | None) -> Cell:
    return None if value is None else numbers.round_half_up(value, 2)


def _about(result: Result, what: str) -> tuple[str, ...]:
    tender = result.tender
    return (
        f"{tender.title}: {what}",
        f"Tender {tender.id}, measure set {result.version.name}, contract value £{tender.contract_value:,}.",
        *_invented([result]),
    )


def _bids(result: Result) -> Sheet:
    tender = result.tender
    parts = {bid.bidder: findings.parts_of(bid.marks, tender=tender) for bid in result.bids if bid.marks}
    names = [name for name, _, _ in next(iter(parts.values()), ())]

    def row(bid: BidResult) -> tuple[Cell, ...]:
        valued = bid.valuation
        own = [mark for _, _, mark in parts[bid.bidder]] if bid.bidder in parts else [None] * len(names)
        return (
            bid.bidder,
            bid.status.value,
            bid.rank,
            bid.marks.total if bid.marks else None,
            *own,
            _two(valued.value),
            _percent(valued.percent),
            _two(valued.weighted_value),
            _percent(valued.weighted_percent),
            *(_two(value) for value in valued.by_category.values()),
            valued.bid.price,
        )

    return Sheet(
        name="Bids",
        about=(*_about(result, "bids compared"), findings.answer(result), findings.outcome_sentence(tender)),
        columns=(
            Column(heading="Bidder", width=30),
            Column(heading="Status", width=16),
            Column(heading="Rank", style=Style.WHOLE, width=8),
            Column(heading="Marks", style=Style.NUMBER, width=10),
            *(Column(heading=name, style=Style.NUMBER, width=16) for name in names),
            Column(heading="Social value £", style=Style.MONEY, width=16),
            Column(heading="Social value %", style=Style.PERCENT),
            Column(heading="Weighted £", style=Style.MONEY, width=16),
            Column(heading="Weighted %", style=Style.PERCENT),
            Column(heading="Local jobs and spend £", style=Style.MONEY, width=16),
            Column(heading="Social £", style=Style.MONEY, width=16),
            Column(heading="Environmental £", style=Style.MONEY, width=16),
            Column(heading="Price £", style=Style.MONEY, width=16),
        ),
        rows=tuple(row(bid) for bid in result.bids),
    )


def _lines(result: Result) -> Sheet:
    rows: list[tuple[Cell, ...]] = []
    for bid in result.bids:
        for line in bid.valuation.lines:
            blank = "n/a" if line.commitment.not_applicable else None
            rows.append(
                (
                    bid.bidder,
                    line.measure,
                    line.of.title,
                    line.kind.value,
                    WORDS[line.unit].many,
                    blank if line.offered is None else line.offered,
                    blank if line.accepted is None else line.accepted,
                    line.unit_value,
                    line.weight,
                    line.value,
                    line.weighted_value,
                    line.commitment.reason,
                    line.commitment.statement or line.commitment.text,
                )
            )
    return Sheet(
        name="Lines",
        about=_about(result, "every commitment; figures are exact"),
        columns=(
            Column(heading="Bidder", width=30),
            Column(heading="Measure", width=10),
            Column(heading="Title", style=Style.LONG_TEXT, width=44),
            Column(heading="Kind", width=11),
            Column(heading="Unit", width=16),
            Column(heading="Offered", style=Style.NUMBER),
            Column(heading="Accepted", style=Style.NUMBER),
            Column(heading="Unit value £", style=Style.UNIT_VALUE),
            Column(heading="Weight", style=Style.NUMBER, width=9),
            Column(heading="Value £", style=Style.UNIT_VALUE, width=16),
            Column(heading="Weighted £", style=Style.UNIT_VALUE, width=16),
            Column(heading="Reason", style=Style.LONG_TEXT, width=40),
            Column(heading="Method statement", style=Style.LONG_TEXT, width=60),
        ),
        rows=tuple(rows),
    )


def _firmness(result: Result) -> Sheet:
    return Sheet(
        name="How firm",
        about=(*_about(result, "how firm the result is"), findings.firm_summary(result)),
        columns=(
            Column(heading="Test", width=34),
            Column(heading="Finding", width=14),
            Column(heading="In words", style=Style.LONG_TEXT, width=110),
        ),
        rows=tuple((point.title, point.sign.value, point.sentence) for point in findings.firm_points(result)),
    )


def _checks(result: Result) -> Sheet:
    tender_wide: list[tuple[Cell, ...]] = [(None, warning.code.value, warning.message) for warning in result.warnings]
    of_bids: list[tuple[Cell, ...]] = [
        (bid.bidder, warning.code.value, warning.message) for bid in result.bids for warning in bid.warnings
    ]
    return Sheet(
        name="Warnings",
        about=(*_about(result, "what to check"), "A warning never changes a figure."),
        columns=(
            Column(heading="Bidder", width=30),
            Column(heading="Warning", width=20),
            Column(heading="In words", style=Style.LONG_TEXT, width=110),
        ),
        rows=(*tender_wide, *of_bids),
    )
