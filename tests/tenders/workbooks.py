"""Bidders' workbooks for these tests: a tender with every kind of measure, a bid filled in, and the knife for both."""

import re
from dataclasses import replace
from decimal import Decimal
from functools import cache
from xml.sax.saxutils import escape, quoteattr

from svtracker.frameworks.rules.values import Category, ListName, Version
from svtracker.kernel.problems import Problem
from svtracker.kernel.units import Unit
from svtracker.tenders.rules.values import (
    Commitment,
    Denominator,
    Method,
    Outcome,
    Question,
    Scoring,
    Tender,
)
from svtracker.tenders.workbook.helpers import quantity_of
from svtracker.tenders.workbook.layout import Layout, layout_of
from svtracker.tenders.workbook.reading import read_bid_workbook
from svtracker.tenders.workbook.values import BidContent, Bidder, HelperLine, WorkbookBid, WorkbookBrief
from svtracker.tenders.workbook.writing import bid_workbook
from tests.files.xlsx import parts_of, repacked
from tests.tenders.example import RICH, measure, version

_MORE = (
    measure("J3", Unit.FTE_YEAR, "12345.67", Category.SOCIAL, first_year_only=True),
    measure("H1", Unit.PERSON_HOUR, "15.9933", Category.SOCIAL),
)
VERSION: Version = replace(version("book", *RICH.measures.values(), *_MORE), sha256="b" * 64)

TENDER = Tender(
    id="SV-7",
    title="Grounds maintenance",
    framework=VERSION.name,
    list=ListName.MAIN,
    record_only=True,
    contract_value=Decimal(750_000),
    value_basis={"vat": "excluded"},
    denominator=Denominator.CONTRACT_VALUE,
    duration_months=24,
    category=None,
    area="Calderbrook",
    opened=None,
    outcome=Outcome(),
    invented=True,
    leave_out=("V1",),
    mandatory=("J1",),
    measure_weights={"W1": Decimal("1.5")},
    weights_applied=True,
    scoring=Scoring(
        method=Method.TARGET, quantitative=Decimal(10), qualitative=Decimal(10), target_percent=Decimal(20)
    ),
    questions=(
        Question(id="q1", title="How will you recruit local people?", weight=Decimal(6)),
        Question(id="q2", title="How will you measure delivery?", weight=Decimal(4)),
    ),
    questions_named=True,
    qualitative_scale=5,
    price_weight=Decimal(40),
    other_marks=(),
    bids=(),
    digest="d" * 64,
)
BRIEF = WorkbookBrief(
    key="12",
    title="Grounds maintenance",
    organisation="Calderbrook Council",
    closing="1 March 2027, 12:00 UTC",
    edition=1,
    digest="a" * 64,
    tender=TENDER,
    version=VERSION,
)
BY_PRICE = replace(BRIEF, tender=replace(TENDER, denominator=Denominator.BID_PRICE, measure_weights={}))


def brief_of(**changes: object) -> WorkbookBrief:
    """The brief with its tender changed."""
    return replace(BRIEF, tender=replace(TENDER, **changes))  # type: ignore[arg-type]


def promised(ref: str, quantity: str | Decimal, statement: str | None = "By our own people.") -> Commitment:
    """A commitment as the workbook has it: accepted as offered, with its method statement."""
    number = Decimal(quantity)
    return Commitment(measure=ref, offered=number, accepted=number, statement=statement, detailed=True)


_HELPED: dict[str, tuple[HelperLine, ...]] = {
    "J3": (
        HelperLine(about="Site team", inputs={"people": Decimal(10), "months": Decimal(18)}),
        HelperLine(
            about="Office, half-time",
            inputs={"people": Decimal(5), "full_time_share": Decimal("0.5"), "months": Decimal(18)},
        ),
        HelperLine(about="", inputs={}),
    ),
    "H1": (
        HelperLine(about="Talks in schools", inputs={"hours": Decimal(2), "people": Decimal(8)}),
        HelperLine(about="", inputs={}),
        HelperLine(about="", inputs={}),
    ),
}
_GIVEN: dict[str, Commitment] = {
    given.measure: given
    for given in (
        promised("J1", "2.5"),
        promised("P1", "3", statement=None),
        promised("I1", "0"),
        promised("S1", "40000.55"),
        promised("G1", "2500"),
        promised("E1", "0.0001"),
        promised("W1", "80"),
        promised("Q1", "52"),
        promised("R1", "35"),
        Commitment(measure="J2", not_applicable=True, detailed=True),
        Commitment(measure="N1", text="=1+1 is how\nwe work.", detailed=True),
    )
}


def filled(brief: WorkbookBrief = BRIEF) -> BidContent:
    """A bid with every kind of line: typed, worked out, zero, blank, not applicable, in words."""
    commitments = []
    for line in layout_of(brief).lines:
        ref = line.measure.ref
        if ref in _HELPED:
            first_year = line.measure.first_year_only
            quantity = quantity_of(line.measure.unit, _HELPED[ref], first_year_only=first_year)
            assert quantity is not None
            commitments.append(promised(ref, quantity))
        else:
            commitments.append(_GIVEN.get(ref, Commitment(measure=ref, detailed=True)))
    return BidContent(
        bidder=Bidder(
            name="Northgate Works Ltd",
            company_number="01234567",
            postcode="HD1 2TT",
            contact="Contracts desk",
            email="bids@northgate.example",
        ),
        price=Decimal("742000.50"),
        confirmed=True,
        answers={"q1": "We train.\nThen we hire.", "q2": "@home, -5 % a year"},
        commitments=tuple(commitments),
        helpers=_HELPED,
    )


def good(brief: WorkbookBrief = BRIEF) -> bytes:
    """The workbook of that bid."""
    return _good() if brief is BRIEF else bid_workbook(brief, filled=filled(brief))


@cache
def _good() -> bytes:
    return bid_workbook(BRIEF, filled=filled())


@cache
def layout() -> Layout:
    """Where everything stands in a workbook of this tender."""
    return layout_of(BRIEF)


def read(data: bytes, brief: WorkbookBrief = BRIEF) -> tuple[WorkbookBid | None, tuple[Problem, ...]]:
    return read_bid_workbook(name="bid.xlsx", data=data, brief=brief)


def bid_of(data: bytes, brief: WorkbookBrief = BRIEF) -> WorkbookBid:
    bid, problems = read(data, brief)
    assert bid is not None, "\n".join(map(str, problems))
    return bid


def at(*key: str) -> tuple[str, str]:
    """Sheet and cell of a field."""
    return layout().fields[key]


def part_of(sheet: str) -> str:
    """The part of the archive that holds a sheet."""
    names = [each.name for each in layout().form.sheets]
    return f"xl/worksheets/sheet{names.index(sheet) + 1}.xml"


def number(digits: str) -> str:
    return f"<v>{digits}</v>"


def text(words: str) -> str:
    return f'<is><t xml:space="preserve">{escape(words)}</t></is>'


def put(
    data: bytes, place: tuple[str, str], inside: str, *, kind: str | None = None, style: int | None = None
) -> bytes:
    """The workbook with one cell replaced, its style kept unless another is named."""
    sheet, cell = place
    pattern = re.compile(rf'<c r="{cell}"( s="\d+")?(?: t="\w+")?(?:/>|>.*?</c>)', re.DOTALL)
    kind = kind or ("inlineStr" if inside.startswith("<is>") else None)

    def changed(part: bytes) -> bytes:
        xml = part.decode()
        found = pattern.search(xml)
        assert found is not None, place
        look = (found[1] or "") if style is None else f' s="{style}"'
        typed = f' t="{kind}"' if kind else ""
        new = f'<c r="{cell}"{look}{typed}>{inside}</c>'
        return f"{xml[: found.start()]}{new}{xml[found.end() :]}".encode()

    return repacked(data, {part_of(sheet): changed})


def with_format(data: bytes, code: str) -> tuple[bytes, int]:
    """The workbook with one more cell style, and its number."""
    xml = parts_of(data)["xl/styles.xml"].decode()
    styles = re.search(r'<cellXfs count="(\d+)">', xml)
    formats = re.search(r'<numFmts count="\d+">', xml)
    assert styles is not None
    assert formats is not None
    new = f'<numFmt numFmtId="900" formatCode={quoteattr(code)}/>'
    xml = xml.replace(formats[0], formats[0] + new)
    xml = xml.replace("</cellXfs>", '<xf numFmtId="900" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>')
    return repacked(data, {"xl/styles.xml": xml.encode()}), int(styles[1])


def in_sheet(data: bytes, sheet: str, old: str, new: str) -> bytes:
    """The workbook with a text of one sheet's XML replaced; it must stand there."""

    def changed(part: bytes) -> bytes:
        xml = part.decode()
        assert old in xml, old
        return xml.replace(old, new).encode()

    return repacked(data, {part_of(sheet): changed})


def in_part(data: bytes, part: str, old: str, new: str) -> bytes:
    """The workbook with a text of one part replaced; it must stand there."""

    def changed(content: bytes) -> bytes:
        xml = content.decode()
        assert old in xml, old
        return xml.replace(old, new).encode()

    return repacked(data, {part: changed})
