"""A scored tender as readable text: one table of bids, then the sentences that a page shows."""

from decimal import Decimal
from fractions import Fraction

from svtracker.kernel import wording
from svtracker.tenders.rules import findings
from svtracker.tenders.rules.result import BidResult, Result

GAP = "   "


def as_text(result: Result) -> str:
    """Bids with marks, value and rank; who is first and why; how firm that is; what to check."""
    tender = result.tender
    title = [
        f"{tender.title} ({tender.id})",
        f"{result.version.name}, {tender.list.value} list, contract value {wording.pounds(tender.contract_value)}",
    ]
    if tender.invented:
        title.append("The bids are invented.")
    warnings = [*result.warnings, *(warning for bid in result.bids for warning in bid.warnings)]
    checks = [*(one.message for one in warnings), *(one.sentence for one in findings.reduced_lines(result))]
    sections = [
        "\n".join(title),
        _table([_heads(result), *(_row(bid, result=result) for bid in result.bids)]),
        f"{findings.answer(result)} {findings.outcome_sentence(tender)}",
        "\n".join(
            [
                f"How firm is this result? {findings.firm_summary(result)}",
                *(f"  {point.title}: {point.sentence}" for point in findings.firm_points(result)),
            ]
        ),
    ]
    if checks:
        sections.append("\n".join(["Check before you decide:", *(f"  {check}" for check in checks)]))
    return "\n\n".join(sections)


def _heads(result: Result) -> list[str]:
    first = next((bid.marks for bid in result.bids if bid.marks), None)
    parts = [name for name, _, _ in findings.parts_of(first, tender=result.tender)] if first else []
    weighted = ["Weighted £", "Weighted %"] if result.tender.measure_weights else []
    return ["Bid", "Rank", "Marks", *parts, "Social value £", "%", *weighted]


def _row(bid: BidResult, *, result: Result) -> list[str]:
    valued = bid.valuation
    first = next((other.marks for other in result.bids if other.marks), None)
    number = len(findings.parts_of(first, tender=result.tender)) if first else 0
    marks = ["–"] * number
    if bid.marks is not None:
        marks = [wording.marks(mark) for _, _, mark in findings.parts_of(bid.marks, tender=result.tender)]
    return [
        bid.bidder,
        str(bid.rank) if bid.rank is not None else bid.status.replace("_", " "),
        wording.marks(bid.marks.total) if bid.marks is not None else "–",
        *marks,
        _pounds(valued.value),
        _percent(valued.percent),
        *([_pounds(valued.weighted_value), _percent(valued.weighted_percent)] if result.tender.measure_weights else []),
    ]


def _pounds(value: Decimal) -> str:
    return wording.pounds(value).removeprefix("£")


def _percent(value: Fraction | None) -> str:
    return "–" if value is None else wording.percent_fixed(value).removesuffix("%")


def _table(rows: list[list[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        GAP.join([row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))])
        for row in rows
    ]
    return "\n".join([lines[0].rstrip(), "-" * len(lines[0]), *(line.rstrip() for line in lines[1:])])
