"""Every misfit of a file becomes a problem with place, line, what was seen and what was wanted."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, field_validator, model_validator

from svtracker.files.shapes import Choice, IsoDate, NonEmptyText, QuotedDecimal, Rows, Shape, fit, nearest_first, wanted
from svtracker.files.yaml_reader import read_document
from svtracker.kernel.problems import Problem


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"
    BLUE = "blue"


class Long(Shape):
    offered: QuotedDecimal
    reason: NonEmptyText = ""


class Row(Shape):
    name: NonEmptyText
    colour: Choice[Colour] = Colour.RED
    amount: Annotated[QuotedDecimal, Field(gt=0, decimal_places=2)] | None = None
    on: IsoDate | None = Field(default=None, alias="from")
    counted: bool = False
    whole: int = 0
    lines: dict[str, QuotedDecimal | Long] = Field(default_factory=dict)

    @field_validator("whole")
    @classmethod
    def _even(cls, value: int) -> int:
        if value % 2:
            raise wanted("an even number")
        return value


class File(Shape):
    rows: Annotated[Rows[Row], Field(min_length=1)]
    title: NonEmptyText = "none"

    @model_validator(mode="after")
    def _not_eleven(self) -> "File":
        if self.title == "eleven":
            raise ValueError("a title that is not eleven")
        return self


def fitted(text: str, name: str = "f.yaml") -> tuple[File | None, tuple[Problem, ...]]:
    return fit(read_document(name=name, data=text.encode()), File)


def the_problem(text: str, name: str = "f.yaml") -> tuple[str, int | None, str, str]:
    value, problems = fitted(text, name)
    assert value is None
    assert len(problems) == 1, problems
    assert problems[0].file == name
    return problems[0].path, problems[0].line, problems[0].seen, problems[0].wanted


class TestWhatFits:
    def test_yaml(self) -> None:
        text = (
            "rows:\n- {name: a, colour: blue, amount: '1.50', from: 2021-04-01, lines: {x: '1', y: {offered: '2'}}}\n"
        )
        value, problems = fitted(text)
        assert problems == ()
        assert value is not None
        row = value.rows[0]
        assert (row.name, row.colour, row.amount, row.on) == ("a", Colour.BLUE, Decimal("1.50"), date(2021, 4, 1))
        assert row.lines == {"x": Decimal(1), "y": Long(offered=Decimal(2))}

    def test_json(self) -> None:
        value, problems = fitted('{"rows": [{"name": "a", "from": "2021-04-01"}]}', "f.json")
        assert problems == ()
        assert value is not None
        assert value.rows[0].on == date(2021, 4, 1)

    def test_a_text_loses_the_blanks_around_it(self) -> None:
        value, _ = fitted("rows: [{name: a}]\ntitle: >\n  folded\n  text\n")
        assert value is not None
        assert value.title == "folded text"

    def test_a_decimal_keeps_its_digits(self) -> None:
        value, _ = fitted("rows: [{name: a, lines: {x: '1.10'}}]")
        assert value is not None
        assert str(value.rows[0].lines["x"]) == "1.10"


class TestMisfits:
    @pytest.mark.parametrize(
        ("row", "path", "seen", "words"),
        [
            ("{}", "rows[1].name", "nothing", "the key “name”, which is required here"),
            ("{name: ''}", "rows[1].name", "an empty text", "a text that is not empty"),
            ("{name: ' '}", "rows[1].name", "blank characters", "a text that is not empty"),
            ("{name: 2021.1}", "rows[1].name", "2021.1", "a text in quotes"),
            ("{name: 2021-04-01}", "rows[1].name", "2021-04-01", "a text in quotes"),
            ("{name: }", "rows[1].name", "nothing", "a text"),
            ("{name: [a]}", "rows[1].name", "a list of 1", "a text"),
            ("{name: true}", "rows[1].name", "true", "a text in quotes"),
            ("{name: a, colour: bleu}", "rows[1].colour", "“bleu”", "one of: blue, red, green"),
            ("{name: a, colour: 3}", "rows[1].colour", "3", "one of: red, green, blue"),
            ("{name: a, amount: 5}", "rows[1].amount", "5", 'a number in quotes, as in "750000" or "0.42"'),
            ("{name: a, amount: 5.5}", "rows[1].amount", "5.5", "a number in quotes"),
            ("{name: a, amount: '1e5'}", "rows[1].amount", "“1e5”", "a number in quotes"),
            ("{name: a, amount: 'NaN'}", "rows[1].amount", "“NaN”", "a number in quotes"),
            ("{name: a, amount: .inf}", "rows[1].amount", "“.inf”", "a number in quotes"),
            ("{name: a, amount: 'Infinity'}", "rows[1].amount", "“Infinity”", "a number in quotes"),
            ("{name: a, amount: '1,000'}", "rows[1].amount", "“1,000”", "a number in quotes"),
            ("{name: a, amount: true}", "rows[1].amount", "true", "a number in quotes"),
            ("{name: a, amount: '0'}", "rows[1].amount", "“0”", "a number above 0"),
            ("{name: a, amount: '1.005'}", "rows[1].amount", "“1.005”", "a number with at most 2 decimals"),
            ("{name: a, from: 2021}", "rows[1].from", "2021", "a date, as in 2021-04-01"),
            ("{name: a, from: 2021-02-30}", "rows[1].from", "“2021-02-30”", "a date, as in 2021-04-01"),
            ("{name: a, counted: yes}", "rows[1].counted", "“yes”", "true or false, without quotes"),
            ("{name: a, counted: 1}", "rows[1].counted", "1", "true or false, without quotes"),
            ("{name: a, whole: '2'}", "rows[1].whole", "“2”", "a whole number without quotes"),
            ("{name: a, whole: 2.0}", "rows[1].whole", "2.0", "a whole number without quotes"),
            ("{name: a, whole: 3}", "rows[1].whole", "3", "an even number"),
            (
                "{name: a, colur: red}",
                "rows[1].colur",
                "the key “colur”",
                "one of the keys known here: colour, name, amount, from, counted, whole, lines",
            ),
            ("{name: a, lines: [x]}", "rows[1].lines", "a list of 1", "a mapping of keys and values"),
            (
                "{name: a, lines: {x: 5}}",
                "rows[1].lines.x",
                "5",
                'a number in quotes, as in "750000" or "0.42", or a mapping of keys and values',
            ),
            ("{name: a, lines: {x: {offered: 5}}}", "rows[1].lines.x.offered", "5", "a number in quotes"),
            ("{name: a, lines: {x: {}}}", "rows[1].lines.x.offered", "nothing", "the key “offered”"),
            (
                "{name: a, lines: {x: {offered: '5', raeson: b}}}",
                "rows[1].lines.x.raeson",
                "the key “raeson”",
                "one of the keys known here: reason, offered",
            ),
            ("text", "rows[1]", "“text”", "a mapping of keys and values"),
        ],
    )
    def test_one_fault_is_one_problem(self, row: str, path: str, seen: str, words: str) -> None:
        found = the_problem(f"title: x\nrows:\n\n- {row}\n")
        assert found[:3] == (path, 4, seen)
        assert found[3].startswith(words)

    def test_the_top(self) -> None:
        assert the_problem("- a\n") == ("", 1, "a list of 1", "a mapping of keys and values")
        assert the_problem("rows: []\n") == ("rows", 1, "an empty list", "a list that is not empty")
        assert the_problem("rows: {a: 1}\n") == ("rows", 1, "a mapping", "a list")
        assert the_problem("\ntitle: a\n") == ("rows", 2, "nothing", "the key “rows”, which is required here")

    def test_a_check_of_the_whole_mapping(self) -> None:
        assert the_problem("rows: [{name: a}]\ntitle: eleven\n") == ("", 1, "a mapping", "a title that is not eleven")

    def test_all_misfits_come_at_once_each_with_its_line(self) -> None:
        _, problems = fitted("rows:\n- name: a\n  whole: x\n- colour: pink\n  amount: 1\nextra: 1\n")
        assert [(p.path, p.line) for p in problems] == [
            ("rows[1].whole", 3),
            ("rows[2].name", 4),
            ("rows[2].colour", 4),
            ("rows[2].amount", 5),
            ("extra", 6),
        ]

    def test_faults_of_reading_stand_in_front_and_are_not_repeated(self) -> None:
        _, problems = fitted("rows:\n- name: &a b\n  colour: *a\n  whole: x\n")
        assert [(p.path, p.line) for p in problems] == [
            ("rows[1].name", 2),
            ("rows[1].colour", 3),
            ("rows[1].whole", 4),
        ]

    def test_a_file_with_a_fault_of_reading_alone_has_no_value(self) -> None:
        assert the_problem("rows: [{name: a}]\ntitle: b\ntitle: c\n")[0] == "title"

    def test_an_unreadable_file_has_only_that_problem(self) -> None:
        assert the_problem("rows: [")[3] == "a value"

    def test_a_file_that_is_far_off_is_not_described_place_by_place(self) -> None:
        found = the_problem("rows: [" + "{}, " * 20_001 + "]")
        assert found == (
            "",
            None,
            "more than 20,000 places that do not fit the format",
            "a file in the format; start from an example",
        )

    def test_a_very_long_unknown_word_is_not_compared(self) -> None:
        assert nearest_first("colour" * 20, ["name", "colour"]) == "name, colour"

    def test_very_many_misfits_are_cut(self) -> None:
        _, problems = fitted("rows: [" + "1, " * 5000 + "]")
        assert len(problems) == 201
        assert problems[-1].seen == "4800 more problems of this file"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.dates(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["rows", "name", "lines", "amount", "from", "x", "é"]), inner, max_size=3)
        ),
        max_leaves=12,
    )
)
def test_no_value_raises(value: object) -> None:
    document = read_document(name="f.yaml", data=b"rows: []")
    object.__setattr__(document, "value", value)
    fitted_value, problems = fit(document, File)
    assert (fitted_value is None) == bool(problems)


def test_nearest_first() -> None:
    assert nearest_first("fte_yaer", ["person", "fte_year", "mile"]) == "fte_year, person, mile"
    assert nearest_first("zzz", ["person", "mile"]) == "person, mile"
    assert nearest_first(7, ["person", "mile"]) == "person, mile"
