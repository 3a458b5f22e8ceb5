"""The fields of a bid in a form: questions, and measures by theme with their quantity helpers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from svtracker.frameworks.rules.values import Measure, Version
from svtracker.kernel.units import WORDS, Unit
from svtracker.tenders.rules.marking import AskedQuestion
from svtracker.tenders.rules.values import Tender
from svtracker.tenders.workbook.helpers import HELPERS, LINES
from svtracker.web.bid_form import helper_field, offered
from svtracker.web.pages.frameworks import unit_value_words


@dataclass(frozen=True, slots=True, kw_only=True)
class HelperInput:
    """One number of a line that is worked out."""

    name: str
    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HelperRow:
    """One line that is worked out: what it is about, and its numbers."""

    fields: tuple[HelperInput, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HelperFields:
    """How a quantity can be worked out; open where somebody has begun."""

    how: str
    rows: tuple[HelperRow, ...]
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LineField:
    """A measure in the form of a bid."""

    ref: str
    title: str
    counts: str
    unit: str
    note: str
    is_text: bool
    quantity: str
    statement: str
    statement_error: str | None
    helper: HelperFields | None
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineGroup:
    """The measures of a theme in the form."""

    id: str
    title: str
    lines: tuple[LineField, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerField:
    """A question in the form of a bid."""

    id: str
    title: str
    text: str
    error: str | None


def answer_fields(
    questions: Iterable[AskedQuestion], typed: Mapping[str, str], faults: Mapping[str, str] | None = None
) -> tuple[AnswerField, ...]:
    """The questions with what was typed."""
    found = faults or {}
    return tuple(
        AnswerField(
            id=one.id, title=one.title, text=typed.get(f"answer-{one.id}", ""), error=found.get(f"answer-{one.id}")
        )
        for one in questions
    )


def line_groups(
    settled: Tender, version: Version, *, typed: Mapping[str, str], faults: Mapping[str, str]
) -> tuple[LineGroup, ...]:
    """The measures that a bid may have lines on, by theme, with what was typed and what is wrong."""
    refs = {measure.ref for measure in offered(settled, version)}
    groups = []
    for place, theme in enumerate(version.themes, start=1):
        lines = tuple(_line(one, settled, typed=typed, faults=faults) for one in theme.measures if one.ref in refs)
        if lines:
            groups.append(LineGroup(id=f"theme-{place}", title=theme.title, lines=lines))
    return tuple(groups)


def unit_of(measure: Measure) -> str:
    """The unit of a measure in the plural, with its unit value where it has one."""
    many = WORDS[measure.unit].many
    return many if measure.unit_value is None else f"{many} at {unit_value_words(measure)}"


def _line(measure: Measure, settled: Tender, *, typed: Mapping[str, str], faults: Mapping[str, str]) -> LineField:
    return LineField(
        ref=measure.ref,
        title=measure.title,
        counts=measure.counts,
        unit=unit_of(measure),
        note="Asked of every bid." if measure.ref in settled.mandatory else "",
        is_text=measure.unit is Unit.TEXT,
        quantity=typed.get(f"quantity-{measure.ref}", ""),
        statement=typed.get(f"statement-{measure.ref}", ""),
        statement_error=faults.get(f"statement-{measure.ref}"),
        helper=_helper(measure, typed),
        error=faults.get(f"quantity-{measure.ref}"),
    )


def _helper(measure: Measure, typed: Mapping[str, str]) -> HelperFields | None:
    helper = HELPERS.get(measure.unit)
    if helper is None:
        return None

    def field(place: int, key: str, label: str) -> HelperInput:
        name = helper_field(measure.ref, place, key)
        return HelperInput(name=name, label=label, value=typed.get(name, ""))

    rows = tuple(
        HelperRow(
            fields=(
                field(place, "about", helper.about),
                *(field(place, each.key, each.heading) for each in helper.inputs),
            ),
        )
        for place in range(1, LINES + 1)
    )
    first_year = " At most the first 12 months of each person count." if measure.first_year_only else ""
    return HelperFields(
        how=helper.how + first_year,
        rows=rows,
        is_open=any(one.value.strip() for row in rows for one in row.fields),
    )
