"""Every wrecked workbook gives a message at the cell or a refusal: never a crash, never a silent change."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from svtracker.kernel import numbers
from svtracker.kernel.problems import Problem
from svtracker.tenders.workbook.layout import Key, layout_of
from tests.tenders.workbooks import BRIEF, at, bid_of, filled, good, number, put, read, text
from tests.tenders.wrecks import WRECKS, Said, Wreck


def same(problems: tuple[Problem, ...], said: tuple[Said, ...]) -> bool:
    """Whether these are the problems, all of them, in this order."""
    return len(problems) == len(said) and all(
        problem.path == path and seen in problem.seen and wanted in problem.wanted
        for problem, (path, seen, wanted) in zip(problems, said, strict=True)
    )


@pytest.mark.parametrize("wreck", WRECKS, ids=lambda wreck: wreck.name)
def test_a_wrecked_workbook_says_what_is_wrong_and_where(wreck: Wreck) -> None:
    bid, problems = read(wreck.make())
    assert same(problems, wreck.problems), "\n".join(map(str, problems))
    assert (bid is None) == bool(wreck.problems)
    if bid is not None:
        assert same(bid.warnings, wreck.warnings), "\n".join(map(str, bid.warnings))


def test_what_is_read_with_a_warning_is_read_in_full() -> None:
    for wreck in WRECKS:
        if wreck.warnings:
            assert bid_of(wreck.make()).content == filled()


def test_there_are_many_and_each_is_another() -> None:
    assert len({wreck.name for wreck in WRECKS}) == len(WRECKS) >= 60


def test_all_problems_are_said_at_once() -> None:
    data = put(good(), at("quantity", "J1"), text("12,5"))
    data = put(data, at("helper", "H1", "0", "people"), number("-1"))
    data = put(data, at("price"), text("£700k"))
    data = put(data, ("Questions", "B4"), text("Another question"))
    bid, problems = read(data)
    assert bid is None
    assert {problem.path.partition(",")[0] for problem in problems} == {
        "Commitments",
        "Helpers",
        "Price and declaration",
        "Questions",
    }
    assert len(problems) == 4


_NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12).map(
    lambda value: numbers.plain(value.quantize(Decimal("0.000001")))
)
_LIKE_NUMBERS = st.sampled_from(
    [
        "12,5",
        "1 200",
        "£300",
        "5%",
        "1e5",
        "--1",
        "½",
        "10-12",
        "12.5",
        "n/a",
        "N/A",
        "I confirm",
        "=1+1",
        "",
        " ",
        "０",
    ]
)
_TEXTS = st.text(
    alphabet=st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="_\ufffe\uffff"), max_size=20
)
_CELLS = st.one_of(
    _NUMBERS.map(lambda digits: (number(digits), "n", Decimal(digits))),
    st.one_of(_LIKE_NUMBERS, _TEXTS).map(lambda words: (text(words), "inlineStr", words)),
    st.sampled_from([("<v>#N/A</v>", "e", None), ("<v>1</v>", "b", None), ("<f>1+1</f><v>2</v>", "n", None)]),
)


@settings(max_examples=25)
@given(typed=st.dictionaries(st.sampled_from(sorted(layout_of(BRIEF).fields)), _CELLS, min_size=1, max_size=8))
def test_whatever_is_typed_is_read_as_it_is_or_named_at_its_cell(typed: dict[Key, tuple[str, str, object]]) -> None:
    """Never silently something else: what was read, written out again, shows what was typed."""
    data = good()
    for key, (inside, kind, _) in typed.items():
        data = put(data, at(*key), inside, kind=kind)
    bid, problems = read(data)
    said = {problem.path for problem in problems}
    if bid is None:
        assert said
    again = layout_of(BRIEF, bid.content if bid is not None else filled())
    sheets = {sheet.name: sheet.cells for sheet in again.form.sheets}
    for key, (_, _, value) in typed.items():
        sheet, cell = at(*key)
        if bid is not None:
            assert same_as_typed(sheets[sheet][cell].value, value, key=key)
        elif value is None:
            assert f"{sheet}, cell {cell}" in said


def same_as_typed(read_as: object, value: object, *, key: Key) -> bool:
    """Whether a cell holds what was typed, but for blanks around and the case of a choice."""
    if isinstance(value, Decimal):
        if key[0] == "quantity" and read_as is None:
            return value in {Decimal("12.5"), Decimal(16)}  # what the helpers give as well
        return (Decimal(read_as) if isinstance(read_as, str) else read_as) == value
    words = " ".join(str(value).split())
    return " ".join(str(read_as or "").split()).casefold() == words.casefold()
