"""What the reader of YAML and JSON types, what it refuses, and that no bytes ever raise."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from svtracker.files.yaml_reader import (
    DEEPEST,
    LARGEST_FILE,
    MOST_PROBLEMS,
    Document,
    bytes_of,
    path_text,
    read_document,
    read_json_exactly,
)
from svtracker.kernel.problems import Problem


def read(text: str | bytes, name: str = "a.yaml") -> Document:
    return read_document(name=name, data=text.encode() if isinstance(text, str) else text)


def only_problem(text: str | bytes, name: str = "a.yaml") -> tuple[str, str, str, int | None]:
    problems = read(text, name).problems
    assert len(problems) == 1, problems
    assert problems[0].file == name
    return problems[0].path, problems[0].seen, problems[0].wanted, problems[0].line


class TestWhatIsTyped:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("~", None),
            ("null", None),
            ("", None),
            ("true", True),
            ("false", False),
            ("0", 0),
            ("-12", -12),
            ("007", 7),
            ("1.5", 1.5),
            ("1e3", 1000.0),
            (".5", 0.5),
            ("2021-04-01", date(2021, 4, 1)),
            ("2021-02-30", "2021-02-30"),
            ("on", "on"),
            ("no", "no"),
            ("Yes", "Yes"),
            ("True", "True"),
            ("0x1F", "0x1F"),
            ("0o17", "0o17"),
            ("1_000", "1_000"),
            ("1:30", "1:30"),
            (".nan", ".nan"),
            (".inf", ".inf"),
            ("NULL", "NULL"),
            ("'12'", "12"),
            ('"2021-04-01"', "2021-04-01"),
            ("£5", "£5"),
        ],
    )
    def test_a_plain_scalar(self, text: str, value: object) -> None:
        document = read(f"a: {text}\n")
        assert document.problems == ()
        assert document.value == {"a": value}
        assert type(document.value["a"]) is type(value)  # type: ignore[index]

    def test_keys_are_always_text(self) -> None:
        assert read("2024: a\n1.5: b\non: c\n2021-04-01: d\n").value == {
            "2024": "a",
            "1.5": "b",
            "on": "c",
            "2021-04-01": "d",
        }

    def test_a_byte_order_mark_is_accepted(self) -> None:
        assert read("\ufeffa: 1\n").value == {"a": 1}

    def test_json_has_no_dates(self) -> None:
        assert read('{"a": "2021-04-01", "b": [1, 1.5, true, null]}', "a.json").value == {
            "a": "2021-04-01",
            "b": [1, 1.5, True, None],
        }


class TestLines:
    YAML = "a: 1\nb:\n  - x\n  - c: 2\n    d:\n      [1,\n       2]\n"

    def test_every_place_has_its_line(self) -> None:
        assert dict(read(self.YAML).lines) == {
            (): 1,
            ("a",): 1,
            ("b",): 2,
            ("b", 0): 3,
            ("b", 1): 4,
            ("b", 1, "c"): 4,
            ("b", 1, "d"): 5,
            ("b", 1, "d", 0): 6,
            ("b", 1, "d", 1): 7,
        }

    def test_json_has_the_same_places(self) -> None:
        text = '{"a": 1,\n"b": [\n"x",\n{"c": 2,\n"d": [\n1,\n2], "e": [], "f": {}}\n, [[3]]]}'
        assert dict(read(text, "a.json").lines) == {
            (): 1,
            ("a",): 1,
            ("b",): 2,
            ("b", 0): 3,
            ("b", 1): 4,
            ("b", 1, "c"): 4,
            ("b", 1, "d"): 5,
            ("b", 1, "d", 0): 6,
            ("b", 1, "d", 1): 7,
            ("b", 1, "e"): 7,
            ("b", 1, "f"): 7,
            ("b", 2): 8,
            ("b", 2, 0): 8,
            ("b", 2, 0, 0): 8,
        }

    def test_the_nearest_place_around(self) -> None:
        document = read(self.YAML)
        assert document.line_of(("b", 1, "missing")) == 4
        assert document.line_of(("nowhere", 3)) == 1
        assert read("").line_of(("a",)) is None


class TestWhatIsRefused:
    def test_too_large(self) -> None:
        path, seen, wanted, line = only_problem(b"a" * (10 * 1024 * 1024))
        assert (path, line) == ("", None)
        assert seen == "a file of 10,485,760 bytes"
        assert wanted == "at most 1 MiB (1,048,576 bytes)"

    def test_exactly_the_largest_is_read(self) -> None:
        text = b"a: " + b"x" * (LARGEST_FILE - 3)
        assert read(text).problems == ()

    @pytest.mark.parametrize(
        ("data", "seen", "wanted"),
        [
            ("a: £5\n".encode("utf-16"), "text in UTF-16", "UTF-8"),
            ("a: £5\n".encode("utf-16-le"), "text that looks like UTF-16", "UTF-8"),
            ("a: £5\n".encode("utf-16-be"), "text that looks like UTF-16", "UTF-8"),
            ("a: £5\n".encode("utf-32"), "text in UTF-32", "UTF-8"),
            (b"PK\x03\x04rest", "a spreadsheet, document or zip archive", "YAML or JSON"),
            (b"%PDF-1.7", "a PDF document", "YAML or JSON"),
            (b"\x1f\x8b\x08\x00", "a compressed file", "YAML or JSON"),
        ],
    )
    def test_another_kind_of_file(self, data: bytes, seen: str, wanted: str) -> None:
        problem = only_problem(data)
        assert problem[1] == seen
        assert wanted in problem[2]

    def test_another_encoding_names_the_line(self) -> None:
        _, seen, wanted, line = only_problem("a: 1\nb: £5\n".encode("cp1252"))
        assert seen == "the byte 0xA3, which is not UTF-8"
        assert "Windows-1252" in wanted
        assert line == 2

    def test_binary(self) -> None:
        _, seen, _, line = only_problem(b"a: this is a longer text\nb: x\0yz and more text\n")
        assert (seen, line) == ("binary data", 2)

    @pytest.mark.parametrize("text", ["a: 1\nb: \x07\n", 'a: 1\nb: "\\0"\n', 'a: 1\nb: "\\x9b"\n'])
    def test_a_control_character(self, text: str) -> None:
        _, seen, wanted, line = only_problem(text)
        assert "the control character 0x" in seen
        assert wanted == "text without control characters"
        assert line == 2

    @pytest.mark.parametrize("text", ["", "  \n\n", "# only a comment\n", "\ufeff"])
    def test_an_empty_file(self, text: str) -> None:
        assert only_problem(text)[1] == "an empty file"

    def test_a_key_twice_names_both_lines_and_the_place(self) -> None:
        text = "a:\n  - b: 1\n    c: 2\n    b: 3\n"
        assert only_problem(text) == ("a[1].b", "the key “b” a second time (first on line 2)", "each key once", 4)

    def test_of_a_key_given_twice_the_first_value_is_kept(self) -> None:
        assert read("a: 1\nb: 3\na: 2\n").value == {"a": 1, "b": 3}

    def test_a_key_twice_within_its_own_value(self) -> None:
        assert only_problem("a:\n  a: 1\na: 2\n")[0] == "a"

    def test_a_key_twice_in_json(self) -> None:
        text = '{"a": [{"b": 1,\n "c": {"b": 2},\n "b": 3}]}'
        assert only_problem(text, "a.json") == (
            "a[1].b",
            "the key “b” a second time (first on line 1)",
            "each key once",
            3,
        )

    def test_a_number_and_a_text_are_the_same_key(self) -> None:
        assert only_problem('2024: a\n"2024": b\n')[0] == "2024"

    def test_anchor_and_alias_are_each_named(self) -> None:
        problems = read("a: &x 1\nb: *x\n").problems
        assert [(p.path, p.seen, p.line) for p in problems] == [
            ("a", "the anchor “&x”", 1),
            ("b", "the alias “*x”", 2),
        ]

    def test_an_alias_bomb_is_named_and_not_expanded(self) -> None:
        lines = ["a0: &a0 [lol, lol]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
        problems = read("\n".join(lines)).problems
        assert len(problems) == MOST_PROBLEMS + 1
        assert problems[0].seen == "the anchor “&a0”"
        assert problems[-1].seen == "91 more problems of this file"

    def test_a_merge_key_is_an_ordinary_key_with_an_alias(self) -> None:
        assert [p.seen for p in read("a: &x {b: 1}\nc:\n  <<: *x\n").problems] == ["the anchor “&x”", "the alias “*x”"]

    def test_an_alias_as_a_key(self) -> None:
        assert [p.seen for p in read("a: &x b\n*x : 2\n").problems] == [
            "the anchor “&x”",
            "the alias “*x”",
            "nothing as a key",
        ]

    @pytest.mark.parametrize("tag", ["!!python/object/apply:os.system ['true']", "!!str 5", "! 5", "!own {a: 1}"])
    def test_a_tag(self, tag: str) -> None:
        path, seen, wanted, line = only_problem(f"x: 1\na: {tag}\n")
        assert (path, wanted, line) == ("a", "a value without a tag", 2)
        assert "the tag" in seen

    def test_fifty_levels_are_read_and_one_more_is_not(self) -> None:
        assert read("[" * DEEPEST + "]" * DEEPEST).problems == ()
        assert only_problem("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1))[1] == "more than 50 levels inside one another"
        assert only_problem("[" * 500_000)[1] == "more than 50 levels inside one another"
        assert only_problem("- " * 500_000)[1] == "more than 50 levels inside one another"
        assert only_problem('{"a":' * 100_000, "a.json")[1] == "more than 50 levels inside one another"

    def test_too_many_values(self) -> None:
        assert only_problem("[" + "1," * 300_000 + "]")[1] == "more than 200,000 values"
        assert only_problem("[" + "1," * 300_000 + "1]", "a.json")[1] == "more than 200,000 values"

    def test_a_second_document(self) -> None:
        assert only_problem("a: 1\n---\nb: 2\n")[1:] == ("a second document in the file", "one document", 2)

    @pytest.mark.parametrize("text", ["? [1, 2]\n: 3\n", "? {a: 1}\n: 3\n", "~: 3\n", "true: 3\n", "? \n: 3\n"])
    def test_a_key_that_is_no_text(self, text: str) -> None:
        path, seen, wanted, line = only_problem(text)
        assert path == ""
        assert seen.endswith("as a key")
        assert wanted == "a key that is a text, in quotes"
        assert line == 1

    @pytest.mark.parametrize("name", ["a.yaml", "a.json"])
    def test_a_number_too_long_to_read(self, name: str) -> None:
        path, seen, wanted, line = only_problem('{"a": 1,\n"b": ' + "9" * 5000 + "}", name)
        assert (path, line) == ("b", 2)
        assert seen == "a number of 5000 characters"
        assert wanted == "a number of at most 40 characters"

    @pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
    def test_json_without_number(self, word: str) -> None:
        assert only_problem(f'{{"a": [1,\n{word}]}}', "a.json") == ("a[2]", word, "a plain number", 2)

    @pytest.mark.parametrize("text", [r'{"a": "\ud800"}', r'{"a": "\u0000"}', r'{"\u0007": 1}'])
    def test_json_text_that_is_no_text(self, text: str) -> None:
        assert "control character" in only_problem(text, "a.json")[1]

    @pytest.mark.parametrize(
        ("text", "seen", "wanted", "line"),
        [
            ("a: 1\nb: c: d\n", "“b: c: d”", "a text with a colon", 2),
            ("a: 1\n b: 2\n", "“b: 2”", "a text with a colon", 2),
            ("a:\n  b: 1\n c: 2\n", "“c: 2”", "same indentation", 3),
            ("a: [1, 2\nb: 3\n", "“b: 3”", "a comma or a closing ]", 2),
            ("a: {b: 1\n", "the end of the text", "a comma or a closing }", 2),
            ('a: "open\n', "the end of the text", "the quote that closes the text", 2),
            ("a: @b\n", "“a: @b”", "starts with @", 1),
            ("a:\n\tb: 1\n", "“b: 1”", "a tab", 2),
            ("a: 1\nb\n", "the end of the text", "a colon and a blank after the key", 3),
            ('a: "\\q"\n', '“a: "\\q"”', "a known escape", 1),
            ("- a\nb: 1\n", "“b: 1”", "“-” at the same indentation", 2),
            ("a: !x!y 1\n", "“a: !x!y 1”", "a value without a tag", 1),
            ("%YAML 9.1\n---\na: 1\n", "“%YAML 9.1”", "%YAML", 1),
        ],
    )
    def test_a_fault_of_yaml(self, text: str, seen: str, wanted: str, line: int) -> None:
        problem = only_problem(text)
        assert problem[1] == seen
        assert wanted in problem[2]
        assert problem[3] == line
        assert read(text).value is None

    @pytest.mark.parametrize(
        ("text", "seen", "wanted", "line"),
        [
            ('{"a": 1,\n"b" 2}', '“"b" 2}”', "JSON that can be read (expecting ':' delimiter)", 2),
            ('{"a": "x\n', '“{"a": "x”', "JSON that can be read", 1),
            ("{'a': 1}", "“{'a': 1}”", "double quotes", 1),
            ("[1, 2", "“[1, 2”", "expecting ',' delimiter", 1),
            ('["\\', '“["\\”', "JSON that can be read", 1),
        ],
    )
    def test_a_fault_of_json(self, text: str, seen: str, wanted: str, line: int) -> None:
        problem = only_problem(text, "a.json")
        assert problem[1] == seen
        assert wanted in problem[2]
        assert problem[3] == line

    def test_all_faults_come_at_once(self) -> None:
        text = "a: 1\na: 2\nb: !t 3\nc: &d 4\n"
        assert [p.line for p in read(text).problems] == [2, 3, 4]


PLAIN_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), max_size=20)
PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(min_value=-(10**30), max_value=10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | PLAIN_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(PLAIN_TEXT, inner, max_size=4),
    max_leaves=20,
)


class Quoting(yaml.SafeDumper):
    """Puts every text in quotes, since what must be quoted differs between the versions of YAML."""


Quoting.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))


class TestProperties:
    @given(st.binary(max_size=300), st.sampled_from(["a.yaml", "a.json"]))
    @example(b"%", "a.yaml")
    @example(b'["\\', "a.json")
    @example(b"\xef\xbb\xbf", "a.json")
    def test_no_bytes_raise(self, data: bytes, name: str) -> None:
        document = read(data, name)
        assert document.problems or document.value is None or document.lines
        assert all(str(problem).startswith(name) for problem in document.problems)

    @given(
        st.text(st.sampled_from("ab: -[]{},\"'|>&*!%#@`\n\t~?12.\\é"), max_size=60),
        st.sampled_from(["y.yaml", "y.json"]),
    )
    def test_no_text_raises_and_every_problem_says_what_was_wanted(self, text: str, name: str) -> None:
        for problem in read(text, name).problems:
            assert problem.seen
            assert problem.wanted

    @given(st.dictionaries(PLAIN_TEXT, PLAIN | st.dates(), max_size=5))
    def test_yaml_comes_back_as_it_was_written(self, value: dict[str, object]) -> None:
        document = read(yaml.dump(value, Dumper=Quoting, allow_unicode=True))
        assert (document.value, document.problems) == (value, ())

    @given(st.dictionaries(PLAIN_TEXT, PLAIN, max_size=5), st.sampled_from([None, 1]))
    def test_json_comes_back_as_it_was_written(self, value: dict[str, object], indent: int | None) -> None:
        document = read(json.dumps(value, indent=indent), "a.json")
        assert (document.value, document.problems) == (value, ())

    @given(st.dictionaries(PLAIN_TEXT, PLAIN, max_size=5))
    def test_json_has_a_line_for_every_place(self, value: dict[str, object]) -> None:
        places: list[tuple[str | int, ...]] = [()]
        open_now: list[tuple[tuple[str | int, ...], object]] = [((), value)]
        while open_now:
            path, here = open_now.pop()
            inner = here.items() if isinstance(here, dict) else enumerate(here) if isinstance(here, list) else []
            for step, below in inner:
                places.append((*path, step))
                open_now.append(((*path, step), below))
        assert set(read(json.dumps(value), "a.json").lines) == set(places)


class TestBytesOf:
    def test_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "a.yaml").write_bytes(b"a: 1")
        assert bytes_of(tmp_path / "a.yaml") == b"a: 1"

    def test_what_cannot_be_read_is_a_problem_with_its_name(self, tmp_path: Path) -> None:
        folder = bytes_of(tmp_path)
        missing = bytes_of(tmp_path / "a.yaml", name="a.yaml")
        strange = bytes_of(Path("a\0b"), name="strange")
        assert [(p.file, p.seen) for p in (folder, missing, strange) if isinstance(p, Problem)] == [
            (str(tmp_path), "a folder"),
            ("a.yaml", "no such file"),
            ("strange", "a file that cannot be read (embedded null byte)"),
        ]


class TestPathText:
    def test_counts_from_one(self) -> None:
        assert path_text(("bids", 1, "commitments", "J1")) == "bids[2].commitments.J1"
        assert path_text(()) == ""
        assert path_text((0, "a")) == "[1].a"

    def test_a_strange_key_stays_on_one_line(self) -> None:
        assert path_text(("a", "b\nc\x1b[2J" + "d" * 99)) == "a.b c [2J" + "d" * 53 + "…"


class TestExactJson:
    """JSON of other formats, where an amount is a number."""

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("104988.02", Decimal("104988.02")),
            ("0.1", Decimal("0.1")),
            ("1.50", Decimal("1.50")),
            ("1e3", Decimal(1000)),
            ("12345678901234567890.12345", Decimal("12345678901234567890.12345")),
            ("75000", 75000),
        ],
    )
    def test_a_number_keeps_its_digits(self, text: str, value: object) -> None:
        found = read_json_exactly(name="a.txt", data=f'{{"amount": {text}}}'.encode())
        assert found.problems == ()
        assert isinstance(found.value, dict)
        assert (found.value["amount"], type(found.value["amount"])) == (value, type(value))

    def test_what_is_no_json_has_the_same_problems(self) -> None:
        for data in (b"a: 1", b'{"a": NaN}', b'{"a": 1, "a": 2}', b"\xff\xfe{", b""):
            own, plain = read_json_exactly(name="a.json", data=data), read_document(name="a.json", data=data)
            assert own.problems == plain.problems != ()

    def test_a_larger_file_where_that_is_said(self) -> None:
        data = b'{"a": "' + b"x" * 1024 * 1024 + b'"}'
        assert read_json_exactly(name="a.json", data=data).problems[0].wanted == "at most 1 MiB (1,048,576 bytes)"
        assert read_json_exactly(name="a.json", data=data, largest=2 * 1024 * 1024).problems == ()
        (fault,) = read_json_exactly(name="a.json", data=data * 2, largest=2 * 1024 * 1024).problems
        assert fault.wanted == "at most 2 MiB (2,097,152 bytes)"
