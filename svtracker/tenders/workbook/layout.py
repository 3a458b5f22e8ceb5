"""What stands where in a bidder's workbook: one description, from which it is written and against which it is read.

A cell that is typed in has a key, as `("quantity", "J1")`; keys say what, the layout says where. Formulas work out the
same figures as the rules (RULES 2.4, 3.1 to 3.3); beside each stands what the rules give, so that a program that does
not calculate shows it too.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from svtracker.files.workbook_form import (
    ChoiceRule,
    Form,
    FormCell,
    FormSheet,
    Highlight,
    Look,
    NumberRule,
    TextRule,
)
from svtracker.files.workbook_reader import position
from svtracker.frameworks.rules import wording as set_wording
from svtracker.frameworks.rules.values import Category, Kind, Measure, Outcome, Theme
from svtracker.kernel import numbers, wording
from svtracker.kernel.units import LARGEST_QUANTITY, WORDS, Unit
from svtracker.tenders.rules.checks import not_offered, why_price
from svtracker.tenders.rules.values import Bid, BidStatus, Commitment, Denominator, Tender
from svtracker.tenders.rules.valuing import Valuation, counted_kind, valuation
from svtracker.tenders.workbook import formulas
from svtracker.tenders.workbook.formulas import NOT_APPLICABLE
from svtracker.tenders.workbook.helpers import HELPERS, LINES, Helper, line_quantity, missing, quantity_of
from svtracker.tenders.workbook.values import LAYOUT, BidContent, Bidder, HelperLine, WorkbookBrief
from svtracker.tenders.workbook.words import (
    DECLARED,
    HEADS,
    RULES,
    contract_value_words,
    input_message,
    measure_title,
    price_note,
    what_counts,
)

INSTRUCTIONS, COMMITMENTS, HELPER_SHEET = "Instructions", "Commitments", "Helpers"
QUESTIONS, DECLARATION, HIDDEN = "Questions", "Price and declaration", "svtracker"
CONFIRMED = "I confirm"
LONGEST_TEXT, LONGEST_NAME, LONGEST_CODE = 32_767, 300, 40
LARGEST_PRICE = Decimal("9999999999.99")

Key = tuple[str, ...]
Place = tuple[str, str]

_UNIT_IS_MONEY = frozenset({Unit.GBP_SPENT, Unit.GBP_INVESTED})
_A_NUMBER = "Type a number of 0 or more with at most 4 decimals, as 2.5: no £, %, commas or words."
_A_CHOICE = "Choose from the list, or leave the cell empty."


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A measure of the tender and the row on which it stands; `kind` is what it counts as here (RULES 2.6)."""

    measure: Measure
    kind: Kind
    row: int

    @property
    def is_narrative(self) -> bool:
        """Whether the line is described in words and has no quantity."""
        return self.kind is Kind.NARRATIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The form, where each typed cell stands, the lines, and the totals that the workbook works out by itself."""

    form: Form
    fields: Mapping[Key, Place]
    lines: tuple[Line, ...]
    totals: Mapping[str, Place]
    heads: Mapping[str, int]


def offered_measures(brief: WorkbookBrief) -> Iterator[tuple[Theme, Outcome, Measure]]:
    """The measures that bidders may choose from, in the order of the measure set (RULES 3.7)."""
    for theme in brief.version.themes:
        for outcome in theme.outcomes:
            for measure in outcome.measures:
                if not_offered(measure.ref, tender=brief.tender, version=brief.version) is None:
                    yield theme, outcome, measure


def blank_content(brief: WorkbookBrief) -> BidContent:
    """A workbook in which nothing has been typed."""
    return BidContent(
        bidder=Bidder(),
        price=None,
        confirmed=False,
        answers={},
        commitments=tuple(Commitment(measure=m.ref) for _, _, m in offered_measures(brief)),
    )


def valuation_of(content: BidContent, *, brief: WorkbookBrief) -> Valuation:
    """What the commitments are worth in £ and as a share of the denominator (RULES 3.1 to 3.3)."""
    bid = Bid(
        bidder=content.bidder.name,
        status=BidStatus.ASSESSED,
        price=content.price,
        qualitative={},
        other_marks={},
        commitments=content.commitments,
    )
    return valuation(bid, tender=brief.tender, version=brief.version)


def layout_of(brief: WorkbookBrief, content: BidContent | None = None) -> Layout:
    """The workbook of a tender, empty or with what a bidder has filled in."""
    return _Builder(brief, content or blank_content(brief)).build()


def questions_of(tender: Tender) -> tuple[tuple[str, str, Decimal], ...]:
    """The questions that are answered in words: id, title, marks; none where answers carry no marks."""
    asked = tender.questions if tender.scoring.qualitative > 0 else ()
    return tuple((question.id, question.title, question.weight) for question in asked)


_WRAPS = frozenset(
    {Look.TEXT, Look.MUTED, Look.LABEL, Look.STRONG, Look.HEAD, Look.HEAD_NUMBER, Look.KEY, Look.TYPED_TEXT}
)
_ACROSS, _ACROSS_SMALL = 1.15, 1.4  # characters of running text on the width of one digit
_LINE_HEIGHT, _LOWEST, _HIGHEST, _OF_A_STATEMENT = 14.5, 19.0, 400.0, 62.0


@dataclass(slots=True, kw_only=True)
class _Page:
    """One sheet while it is put together."""

    name: str
    cells: dict[str, FormCell] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)
    row: int = 1

    def put(self, column: str, look: Look, value: str | Decimal | None = None, *, formula: str | None = None) -> str:
        """A locked cell on the present row."""
        place = f"{column}{self.row}"
        self.cells[place] = FormCell(look=look, value=value, formula=formula)
        return place

    def fitted(self, widths: tuple[float, ...], *, fields_from: int = 0) -> dict[int, float]:
        """Heights in which every text can be read: LibreOffice does not fit rows when it opens a file.

        From the row `fields_from` on there is room for a few typed lines.
        """
        heights: dict[int, float] = {}
        for place, cell in self.cells.items():
            column, row = position(place)
            needed = _LOWEST
            if cell.look in _WRAPS and isinstance(cell.value, str):
                across = widths[column - 1] * (_ACROSS_SMALL if cell.look is Look.MUTED else _ACROSS)
                lines = sum(max(1, math.ceil(len(paragraph) / across)) for paragraph in cell.value.split("\n"))
                needed = max(needed, lines * _LINE_HEIGHT + 5)
            if cell.look is Look.TYPED_TEXT and 0 < fields_from <= row:
                needed = max(needed, _OF_A_STATEMENT)
            heights[row] = min(_HIGHEST, max(heights.get(row, 0), needed))
        return heights | self.heights


class _Builder:
    """Puts the sheets together, one after the other; formulas look across sheets, so rows are laid down first."""

    def __init__(self, brief: WorkbookBrief, content: BidContent) -> None:
        self.brief, self.content, self.tender = brief, content, brief.tender
        self.worth = valuation_of(content, brief=brief)
        self.by_ref = {line.measure: line for line in self.worth.lines}
        self.offered = tuple(offered_measures(brief))
        self.fields: dict[Key, Place] = {}
        self.totals: dict[str, Place] = {}
        self.heads: dict[str, int] = {}
        self.lines: list[Line] = []
        self.weighted = bool(brief.tender.measure_weights)
        self.by_price = brief.tender.denominator is Denominator.BID_PRICE
        self.checks: list[str] = []
        self.to_mend = 0
        self.columns = self._columns()

    def build(self) -> Layout:
        helped = self._rows_of_helpers()
        declaration = self._declaration()
        helpers = self._helpers(helped)
        questions = self._questions()
        commitments = self._commitments(helped)
        sheets = [self._instructions(), commitments]
        sheets += [sheet for sheet in (helpers, questions) if sheet is not None]
        sheets += [declaration, self._hidden()]
        return Layout(
            form=Form(title=f"Social value: {self.brief.title}", sheets=tuple(sheets)),
            fields=self.fields,
            lines=tuple(self.lines),
            totals=self.totals,
            heads=self.heads,
        )

    # What is typed

    def _typed(self, page: _Page, column: str, key: Key, cell: FormCell) -> str:
        place = f"{column}{page.row}"
        page.cells[place] = cell
        self.fields[key] = (page.name, place)
        return place

    # Sheet 1

    def _instructions(self) -> FormSheet:
        brief, tender = self.brief, self.tender
        page = _Page(name=INSTRUCTIONS)
        page.put("A", Look.TITLE, brief.title)
        page.heights[1] = 32
        page.row = 2
        page.put("A", Look.ANSWER, f"Social value: the bidder’s workbook, for {brief.organisation}")
        page.row = 4
        share_of = "Your own price, from the sheet “Price and declaration”" if self.by_price else None
        facts: list[tuple[str, str | Decimal]] = [
            ("Return it by", brief.closing),
            ("Tender", f"{tender.id}, edition {brief.edition}"),
            ("Measures", f"{set_wording.version_title(brief.version)}, {tender.list} list"),
            ("Your share is a % of", share_of or contract_value_words(tender)),
        ]
        for label, fact in facts:
            page.put("A", Look.LABEL, label)
            page.put("B", Look.TEXT, fact)
            page.row += 1
        if not self.by_price:
            page.put("A", Look.LABEL, "Contract value")
            page.put("B", Look.FACT_MONEY, tender.contract_value)
            page.row += 1
        if tender.area:
            page.put("A", Look.LABEL, "Area that counts as local")
            page.put("B", Look.TEXT, tender.area)
            page.row += 1
        page.row += 1
        for number, step in enumerate(self._steps(), start=1):
            page.put("A", Look.LABEL, f"Step {number}")
            page.put("B", Look.TEXT, step)
            page.row += 1
        page.row += 1
        page.put("A", Look.SAMPLE, "Blue cells")
        page.put(
            "B", Look.TEXT, "Type here. All other cells are locked: they say what was published or work out figures."
        )
        page.row += 1
        for label, words in RULES:
            page.put("A", Look.LABEL, label)
            page.put("B", Look.TEXT, words)
            page.row += 1
        widths = (26.0, 76.0)
        return FormSheet(name=page.name, widths=widths, cells=page.cells, heights=page.fitted(widths), wide=False)

    def _steps(self) -> Iterator[str]:
        yield (
            "Sheet “Commitments”: type a quantity for each measure that you promise, and say under “Method statement” "
            "how you will deliver it. You need not use every measure."
        )
        if self._helped_units():
            yield (
                "Sheet “Helpers”: it works out full-time years, person hours and £ invested from people, months, hours "
                "and money. Its result goes into “Commitments” by itself; leave “Your quantity” empty there."
            )
        if questions_of(self.tender):
            yield "Sheet “Questions”: answer each question in words."
        yield "Sheet “Price and declaration”: say who you are and confirm."
        yield (
            "Look at “To mend” at the top of “Commitments”. It is 0 when the workbook can be read. Cells that need you "
            "are red and say why."
        )
        yield "Save as .xlsx, without a password, and return the file as the tender documents say."

    # Sheet 2

    def _columns(self) -> dict[str, str]:
        names = ["ref", "measure", "counts", "unit", "unit_value"]
        names += ["weight"] if self.weighted else []
        names += ["quantity", "applies"]
        names += ["helper"] if self._helped_units() else []
        names += ["value"]
        names += ["weighted"] if self.weighted else []
        names += ["category", "check", "statement"]
        return {name: chr(ord("A") + number) for number, name in enumerate(names)}

    def _commitments(self, helped: Mapping[str, int]) -> FormSheet:
        page, at = _Page(name=COMMITMENTS), self.columns
        page.put("A", Look.TITLE, "Commitments")
        page.heights[1] = 28
        page.row = 5
        self.heads[page.name] = page.row
        for name, column in at.items():
            look = Look.HEAD_NUMBER if name in _NUMBER_COLUMNS else Look.HEAD
            page.put(column, look, HEADS[name])
        page.row += 1
        first = page.row
        theme = outcome = None
        for in_theme, in_outcome, measure in self.offered:
            if in_theme is not theme:
                theme = in_theme
                self._group(page, theme.title, Look.GROUP)
            if in_outcome is not outcome:
                outcome = in_outcome
                self._group(page, outcome.title, Look.SUBGROUP)
            self._line(page, measure, helped.get(measure.ref))
            page.row += 1
        last = max(page.row - 1, first)
        self.checks.append(f"{page.name}!${at['check']}${first}:${at['check']}${last}")
        self._band(page, first, last)
        checks = f"{at['check']}{first}:{at['check']}{last}"
        widths = tuple(_WIDTHS[name] for name in at)
        return FormSheet(
            name=page.name,
            widths=widths,
            cells=page.cells,
            heights=page.fitted(widths, fields_from=first),
            frozen=f"C{first}",
            highlights=(*_check_colours(checks), *self._colours_of_band()),
            repeated=(first - 1, first - 1),
            large=True,
        )

    def _group(self, page: _Page, title: str, look: Look) -> None:
        for column in self.columns.values():
            page.put(column, look, title if column == "A" else None)
        page.heights[page.row] = 20
        page.row += 1

    def _line(self, page: _Page, measure: Measure, helped: int | None) -> None:
        at, row = self.columns, page.row
        commitment = self.by_ref[measure.ref].commitment
        line = Line(measure=measure, kind=counted_kind(measure, self.tender), row=row)
        self.lines.append(line)
        page.put(at["ref"], Look.STRONG, measure.ref)
        page.put(at["measure"], Look.TEXT, measure_title(measure, mandatory=measure.ref in self.tender.mandatory))
        page.put(at["counts"], Look.MUTED, what_counts(measure))
        page.put(at["unit"], Look.TEXT, WORDS[measure.unit].many)
        if line.kind is Kind.VALUED:
            page.put(at["unit_value"], Look.UNIT_VALUE, measure.unit_value)
        else:
            page.put(at["unit_value"], Look.SHUT, "no value")
        if self.weighted:
            page.put(at["weight"], Look.NUMBER, self.tender.measure_weights.get(measure.ref, Decimal(1)))
        helper = self._helper_cell(page, measure, helped)
        typed = None if helper is not None else commitment.offered
        if line.is_narrative:
            page.put(at["quantity"], Look.SHUT, "in words")
        else:
            look = Look.TYPED_MONEY if measure.unit in _UNIT_IS_MONEY else Look.TYPED_NUMBER
            rule = NumberRule(lowest=numbers.ZERO, highest=LARGEST_QUANTITY, message=_A_NUMBER)
            cell = FormCell(look=look, value=typed, rule=rule)
            self._typed(page, at["quantity"], ("quantity", measure.ref), cell)
        choice = _choice(NOT_APPLICABLE, chosen=commitment.not_applicable)
        self._typed(page, at["applies"], ("applies", measure.ref), choice)
        self._value(page, line, commitment)
        page.put(at["category"], Look.MUTED, set_wording.CATEGORIES[measure.category])
        self._check(page, line, commitment)
        words = commitment.text if line.is_narrative else commitment.statement
        self._typed(page, at["statement"], ("statement", measure.ref), _text(words, LONGEST_TEXT))

    def _helper_cell(self, page: _Page, measure: Measure, helped: int | None) -> Decimal | None:
        """The quantity that the sheet of helpers gives, in its own column."""
        if "helper" not in self.columns:
            return None
        if helped is None:
            page.put(self.columns["helper"], Look.SHUT, "–")
            return None
        result = self._result_of_helper(measure)
        source = f"{HELPER_SHEET}!$H${helped}"
        page.put(self.columns["helper"], Look.NUMBER, result, formula=f'IF({source}="","",{source})')
        return result

    def _value(self, page: _Page, line: Line, commitment: Commitment) -> None:
        at, row = self.columns, page.row
        if line.kind is not Kind.VALUED:
            for name in ("value", "weighted") if self.weighted else ("value",):
                page.put(at[name], Look.SHUT, "in words" if line.is_narrative else "recorded")
            return
        quantity, applies = f"{at['quantity']}{row}", f"{at['applies']}{row}"
        counted = quantity
        there = f"ISNUMBER({quantity})"
        if self._has_helper(line.measure):
            helper = f"{at['helper']}{row}"
            counted = f"IF(ISNUMBER({quantity}),{quantity},{helper})"
            there = f"OR(ISNUMBER({quantity}),ISNUMBER({helper}))"
        product = f"{counted}*{at['unit_value']}{row}"
        valued = self.by_ref[line.measure.ref]
        given = commitment.offered is not None
        formula = f'IF(AND({there},{applies}=""),{product},"")'
        page.put(at["value"], Look.MONEY, valued.value if given else None, formula=formula)
        if self.weighted:
            weighted = f'IF(ISNUMBER({at["value"]}{row}),{at["value"]}{row}*{at["weight"]}{row},"")'
            shown = valued.weighted_value if given else None
            page.put(at["weighted"], Look.MONEY, shown, formula=weighted)

    def _check(self, page: _Page, line: Line, commitment: Commitment) -> None:
        at, row = self.columns, page.row
        names = {name: f"{column}{row}" for name, column in at.items()}
        mandatory = line.measure.ref in self.tender.mandatory
        formula, said = formulas.check_of(
            names,
            commitment,
            kind=line.kind,
            mandatory=mandatory,
            has_helper=self._has_helper(line.measure),
        )
        page.put(at["check"], Look.CHECK, said, formula=formula)

    def _band(self, page: _Page, first: int, last: int) -> None:
        """The live totals in the rows that stay in view."""
        at = self.columns
        value = f"${at['value']}${first}:${at['value']}${last}"
        category = f"${at['category']}${first}:${at['category']}${last}"
        base = f"'{DECLARATION}'!{self._price_cell()}" if self.by_price else f"{INSTRUCTIONS}!$B$8"
        of = "your price" if self.by_price else "the contract value"
        worth = self.worth
        keys: list[tuple[str, str, Look, str, numbers.Exact | None]] = [
            ("value", "Social value", Look.KEY_MONEY, f"ROUND(SUM({value}),2)", worth.value),
            ("percent", f"% of {of}", Look.KEY_PERCENT, formulas.share(f"SUM({value})", base), worth.percent),
        ]
        for each in Category:
            words = set_wording.CATEGORIES[each]
            sum_of = f'ROUND(SUMIF({category},"{words}",{value}),2)'
            keys.append((each.value, words, Look.KEY_MONEY, sum_of, worth.by_category[each]))
        if self.weighted:
            weighted = f"${at['weighted']}${first}:${at['weighted']}${last}"
            weighted_sum = f"ROUND(SUM({weighted}),2)"
            share = formulas.share(f"SUM({weighted})", base)
            keys.append(("weighted_value", "Weighted value", Look.KEY_MONEY, weighted_sum, worth.weighted_value))
            keys.append(("weighted_percent", f"Weighted % of {of}", Look.KEY_PERCENT, share, worth.weighted_percent))
        columns = [at["measure"], at["counts"], at["unit"], at["quantity"], at["value"]]
        columns += [at["category"], at["check"]] if self.weighted else []
        for column, (key, label, look, formula, figure) in zip(columns, keys, strict=True):
            page.row = 2
            page.put(column, Look.KEY, label)
            page.row = 3
            shown = None if figure is None else numbers.round_half_up(figure, 2)
            page.put(column, look, shown, formula=formula)
            self.totals[key] = (page.name, f"{column}3")
        page.heights[2], page.heights[3] = 30, 24
        page.row = 2
        page.put(at["statement"], Look.KEY, "To mend")
        page.row = 3
        counted = "+".join(f'COUNTIF({checks},"Mend*")' for checks in self.checks)
        mend = sum(isinstance(cell.value, str) and cell.value.startswith("Mend") for cell in page.cells.values())
        page.put(at["statement"], Look.KEY_NUMBER, Decimal(mend + self.to_mend), formula=counted)

    def _colours_of_band(self) -> tuple[Highlight, ...]:
        place = f"{self.columns['statement']}3"
        return (Highlight(range=place, formula=f"=${place[0]}$3>0", look=Look.ALERT),)

    # Sheet 3

    def _helped_units(self) -> tuple[Unit, ...]:
        there = {measure.unit for _, _, measure in self.offered if measure.kind is not Kind.NARRATIVE}
        return tuple(unit for unit in HELPERS if unit in there)

    def _has_helper(self, measure: Measure) -> bool:
        return measure.unit in HELPERS

    def _rows_of_helpers(self) -> dict[str, int]:
        """On which row of the sheet of helpers each measure has its result."""
        rows, row = {}, 3
        for unit in self._helped_units():
            row += 4
            for _, _, measure in self.offered:
                if measure.unit is unit:
                    rows[measure.ref] = row
                    row += 1 + LINES
        return rows

    def _lines_of(self, measure: Measure) -> tuple[HelperLine, ...]:
        return tuple(self.content.helpers.get(measure.ref, ()))

    def _result_of_helper(self, measure: Measure) -> Decimal | None:
        lines = self._lines_of(measure)
        return quantity_of(measure.unit, lines, first_year_only=measure.first_year_only)

    def _helpers(self, rows: Mapping[str, int]) -> FormSheet | None:
        if not rows:
            return None
        page = _Page(name=HELPER_SHEET)
        page.put("A", Look.TITLE, "Helpers")
        page.heights[1] = 28
        page.row = 2
        page.put("A", Look.ANSWER, "Work a quantity out here, or type it on the sheet “Commitments”: one of the two.")
        page.row = 3
        for unit in self._helped_units():
            helper = HELPERS[unit]
            page.row += 1
            for column in "ABCDEFGHI":
                page.put(column, Look.GROUP, helper.title if column == "A" else None)
            page.heights[page.row] = 20
            page.row += 1
            page.put("A", Look.ANSWER, helper.how)
            page.row += 1
            self._heads_of_helper(page, helper)
            page.row += 1
            for _, _, measure in self.offered:
                if measure.unit is unit:
                    self._helper_of(page, helper, measure)
        last = page.row - 1
        self.checks.append(f"{page.name}!$I$4:$I${last}")
        widths = (9.0, 46.0, 34.0, 13.0, 13.0, 13.0, 13.0, 14.0, 34.0)
        return FormSheet(
            name=page.name,
            widths=widths,
            cells=page.cells,
            heights=page.fitted(widths),
            frozen="C3",
            highlights=_check_colours(f"I4:I{last}"),
        )

    def _heads_of_helper(self, page: _Page, helper: Helper) -> None:
        heads = ["Ref", "Measure", helper.about, *(each.heading for each in helper.inputs)]
        for column, head in zip("ABCDEFG", [*heads, "", ""][:7], strict=True):
            page.put(column, Look.HEAD_NUMBER if column >= "D" else Look.HEAD, head)
        page.put("H", Look.HEAD_NUMBER, "Quantity")
        page.put("I", Look.HEAD, "Check")

    def _helper_of(self, page: _Page, helper: Helper, measure: Measure) -> None:
        top = page.row
        lines = self._lines_of(measure)
        page.put("A", Look.SUBGROUP, measure.ref)
        page.put("B", Look.SUBGROUP, measure.title)
        for column in "CDEFGI":
            page.put(column, Look.SUBGROUP)
        if measure.first_year_only:
            page.put("C", Look.SUBGROUP, "at most 12 months a person count")
        inside = f"H{top + 1}:H{top + LINES}"
        sum_of = f"ROUND(SUM({inside}),4)"
        page.put("H", Look.NUMBER, self._result_of_helper(measure), formula=f'IF(COUNT({inside})=0,"",{sum_of})')
        for number in range(LINES):
            page.row += 1
            line = lines[number] if number < len(lines) else HelperLine(about="", inputs={})
            self._helper_line(page, helper, measure, number, line)
        page.row += 1

    def _helper_line(self, page: _Page, helper: Helper, measure: Measure, number: int, line: HelperLine) -> None:
        key = ("helper", measure.ref, str(number))
        page.put("A", Look.MUTED)
        page.put("B", Look.MUTED, f"Line {number + 1}")
        self._typed(page, "C", (*key, "about"), _text(line.about, LONGEST_NAME))
        cells = {}
        for column, each in zip("DEFG", helper.inputs, strict=False):
            rule = NumberRule(lowest=numbers.ZERO, highest=each.highest, message=input_message(each))
            look = Look.TYPED_MONEY if each.money else Look.TYPED_NUMBER
            cell = FormCell(look=look, value=line.inputs.get(each.key), rule=rule)
            cells[each.key] = self._typed(page, column, (*key, each.key), cell)
        result = line_quantity(measure.unit, line.inputs, first_year_only=measure.first_year_only)
        formula = formulas.helper_formula(measure.unit, cells, first_year_only=measure.first_year_only)
        result_place = page.put("H", Look.NUMBER, result, formula=formula)
        first, last = f"D{page.row}", f"{'DEFG'[len(helper.inputs) - 1]}{page.row}"
        said = "" if missing(measure.unit, line.inputs) is None else formulas.INCOMPLETE
        page.put("I", Look.CHECK, said, formula=formulas.helper_check(first, last, result_place))

    # Sheet 4

    def _questions(self) -> FormSheet | None:
        asked = questions_of(self.tender)
        if not asked:
            return None
        page = _Page(name=QUESTIONS)
        page.put("A", Look.TITLE, "Questions")
        page.heights[1] = 28
        page.row = 3
        self.heads[page.name] = 3
        for column, head in zip("ABCD", ("No.", "Question", "Your answer", "Check"), strict=True):
            page.put(column, Look.HEAD, head)
        for number, (key, title, weight) in enumerate(asked, start=1):
            page.row += 1
            page.put("A", Look.STRONG, Decimal(number))
            page.put("B", Look.TEXT, f"{title}\n\nUp to {wording.marks(weight)} marks.")
            answer = self.content.answers.get(key, "")
            place = self._typed(page, "C", ("answer", key), _text(answer, LONGEST_TEXT))
            said = "" if answer.strip() else formulas.NO_ANSWER
            page.put("D", Look.CHECK, said, formula=f'IF(LEN(TRIM({place}))=0,"{formulas.NO_ANSWER}","")')
            page.heights[page.row] = 300
        return FormSheet(
            name=page.name,
            widths=(6, 40, 90, 26),
            cells=page.cells,
            heights=page.heights,
            frozen="A4",
            highlights=_check_colours(f"D4:D{page.row}"),
        )

    # Sheet 5

    def _price_cell(self) -> str:
        return f"$B${_PRICE_ROW}"

    def _declaration(self) -> FormSheet:
        page, who = _Page(name=DECLARATION), self.content.bidder
        page.put("A", Look.TITLE, "Price and declaration")
        page.heights[1] = 28
        page.row = 3
        for key, label, longest, note, value in (
            ("name", "Name of the bidder", LONGEST_NAME, "As registered.", who.name),
            (
                "company_number",
                "Company number",
                LONGEST_CODE,
                "With its leading zeros; empty if none.",
                who.company_number,
            ),
            ("postcode", "Postcode", LONGEST_CODE, "Of the registered office.", who.postcode),
            ("contact", "Contact", LONGEST_NAME, "Who answers questions about this workbook.", who.contact),
            ("email", "Email of the contact", LONGEST_NAME, "", who.email),
        ):
            page.put("A", Look.LABEL, label)
            place = self._typed(page, "B", ("bidder", key), _text(value, longest, look=Look.TYPED_CODE))
            self._note(page, place, note, "Mend: the name is missing" if key == "name" else None, filled=bool(value))
            page.row += 1
        if why_price(self.tender) is not None:
            page.put("A", Look.LABEL, "Your price in £")
            message = "Type an amount in £ above 0, as 742000: no commas or words."
            rule_of_price = NumberRule(lowest=Decimal("0.01"), highest=LARGEST_PRICE, message=message)
            price = self.content.price
            cell = FormCell(look=Look.TYPED_MONEY, value=price, rule=rule_of_price)
            place = self._typed(page, "B", ("price",), cell)
            said = "Mend: the price is missing or no number"
            self._note(page, place, price_note(self.tender), said, filled=price is not None, number=True)
        page.row = _PRICE_ROW + 2
        page.put("A", Look.LABEL, "Declaration")
        page.put("B", Look.TEXT, DECLARED)
        page.row += 1
        page.put("A", Look.LABEL, "Choose “I confirm”")
        place = self._typed(page, "B", ("confirmed",), _choice(CONFIRMED, chosen=self.content.confirmed))
        self._note(page, place, "", "Mend: not confirmed yet", filled=self.content.confirmed)
        self.checks.append(f"'{page.name}'!$D$3:$D${page.row}")
        widths = (26.0, 62.0, 42.0, 40.0)
        return FormSheet(
            name=page.name,
            widths=widths,
            cells=page.cells,
            heights=page.fitted(widths),
            highlights=_check_colours(f"D3:D{page.row}"),
        )

    def _note(
        self, page: _Page, place: str, note: str, need: str | None, *, filled: bool, number: bool = False
    ) -> None:
        page.put("C", Look.MUTED, note)
        if need is None:
            page.put("D", Look.CHECK)
            return
        empty = f"NOT(ISNUMBER({place}))" if number else f"LEN(TRIM({place}))=0"
        page.put("D", Look.CHECK, "" if filled else need, formula=f'IF({empty},"{need}","")')
        self.to_mend += not filled

    # What nobody sees

    def _hidden(self) -> FormSheet:
        page = _Page(name=HIDDEN)
        for key, value in key_of(self.brief).items():
            page.put("A", Look.TEXT, key)
            page.put("B", Look.TEXT, value)
            page.row += 1
        return FormSheet(name=HIDDEN, widths=(20, 80), cells=page.cells, hidden=True)


def key_of(brief: WorkbookBrief) -> dict[str, str]:
    """What the hidden sheet says: for which tender, edition, version and layout the workbook was made."""
    return {
        "layout": LAYOUT,
        "tender": brief.key,
        "edition": str(brief.edition),
        "digest": brief.digest,
        "version": brief.version.name,
        "version_sha256": brief.version.sha256,
    }


_WIDTHS: dict[str, float] = {
    "ref": 9,
    "measure": 32,
    "counts": 66,
    "unit": 17,
    "unit_value": 13,
    "weight": 9,
    "quantity": 16,
    "applies": 10,
    "helper": 13,
    "value": 17,
    "weighted": 17,
    "category": 16,
    "check": 25,
    "statement": 54,
}
_NUMBER_COLUMNS = frozenset({"unit_value", "weight", "quantity", "helper", "value", "weighted"})
_PRICE_ROW = 8


def _text(value: str | None, longest: int, *, look: Look = Look.TYPED_TEXT) -> FormCell:
    rule = TextRule(longest=longest, message=f"At most {longest:,} characters fit here.")
    return FormCell(look=look, value=value, rule=rule)


def _choice(option: str, *, chosen: bool) -> FormCell:
    rule = ChoiceRule(options=(option,), message=_A_CHOICE)
    return FormCell(look=Look.TYPED_CHOICE, value=option if chosen else None, rule=rule)


def _check_colours(cells: str) -> tuple[Highlight, ...]:
    first = cells.partition(":")[0]
    return (
        Highlight(range=cells, formula=f'=LEFT({first},4)="Mend"', look=Look.ALERT),
        Highlight(range=cells, formula=f'=LEFT({first},4)="Look"', look=Look.HINT),
    )
