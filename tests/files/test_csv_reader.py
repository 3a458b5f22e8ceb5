"""CSV files of strangers: nothing raises, and everything that is wrong is told with its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svtracker.files.csv_reader import MOST_ROWS, CsvFile, read_rows

COLUMNS = ("name", "email", "roles")


def read(data: bytes | str) -> CsvFile:
    return read_rows(name="people.csv", data=data if isinstance(data, bytes) else data.encode(), columns=COLUMNS)


def rows(data: bytes | str) -> list[tuple[int, list[str]]]:
    found = read(data)
    assert found.problems == ()
    return [(row.line, [row.values[column] for column in COLUMNS]) for row in found.rows]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_rows_with_their_lines(mark: bytes, end: str) -> None:
    lines = ["name,email,roles", 'Wren Alder , w@x.example,"viewer;auditor"', "", " , ,", '"Ash, ""R""",r@x.example,']
    assert rows(mark + end.join(lines).encode()) == [
        (2, ["Wren Alder", "w@x.example", "viewer;auditor"]),
        (5, ['Ash, "R"', "r@x.example", ""]),
    ]


def test_columns_stand_in_any_order_and_capitals() -> None:
    assert rows(" Roles ,EMAIL,name\nviewer,w@x,Wren\n") == [(2, ["Wren", "w@x", "viewer"])]


def test_a_cell_may_go_over_lines() -> None:
    assert rows('name,email,roles\n"Wren\nAlder",w@x,viewer\nAsh,a@x,\n') == [
        (2, ["Wren\nAlder", "w@x", "viewer"]),
        (4, ["Ash", "a@x", ""]),
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "people.csv, line 1: saw nothing; wanted a first line with “name”, “email” and “roles”"),
        (b"\n \n", "people.csv, line 1: saw nothing"),
        (b"name,email\n", "people.csv, line 1: saw no column “roles”; wanted the columns “name”, “email” and “roles”"),
        (b"name,email,roles,salary\n", "saw a column “salary”"),
        (b"name,email,roles,name\n", "saw the column “name” twice"),
        (b"name,email,roles,\n", "saw a column an empty text"),
        (b"name;email;roles\nWren;w@x;viewer", "wanted commas between the cells"),
        (b"name,email,roles\nWren,w@x\n", "people.csv, line 2: saw 2 cells; wanted 3 cells, as in the first line"),
        (b"name,email,roles\nWren,w@x,viewer,auditor\n", "line 2: saw 4 cells"),
        (b'name,email,roles\n"Wren,w@x,viewer\nAsh,a@x,\n', "line 2: saw a quote that is not closed"),
        (b'name,email,roles\n"Wren"x,w@x,viewer\n', "line 2: saw a cell that cannot be read"),
        (
            b"name,email,roles\nRen\xe9e,r@x,viewer\n",
            "line 2: saw text that is not UTF-8, perhaps in the old Windows-1252",
        ),
        ("name,email,roles\nWren".encode("utf-16"), "saw text in UTF-16; wanted a CSV file in UTF-8"),
        (b"PK\x03\x04rest", "saw a spreadsheet, document or zip archive"),
        (b"name,email,roles\nWr\0en,w@x,\n", "line 2: saw a control character"),
        (b"name,email,roles\n" + b"x" * 200_000 + b",y,z\n", "line 2: saw a cell that cannot be read"),
        (b"n" * 1_048_577, "saw a file of 1,048,577 bytes; wanted at most 1 MiB"),
    ],
)
def test_what_is_wrong_is_told(data: bytes, said: str) -> None:
    found = read(data)
    assert said in "\n".join(map(str, found.problems))
    assert found.problems


def test_everything_at_once() -> None:
    found = read("name,email,roles\na\nb,c,d\ne,f\n")
    assert [problem.line for problem in found.problems] == [2, 4]
    assert [row.line for row in found.rows] == [3]


def test_at_most_5000_rows() -> None:
    text = "name,email,roles\n" + "a,b,c\n" * MOST_ROWS
    assert len(rows(text)) == MOST_ROWS == 5000
    (problem,) = read(text + "a,b,c\n").problems
    assert (problem.seen, problem.wanted) == ("5,001 rows", "at most 5,000 rows in one file")


def test_a_thousand_faults_are_cut() -> None:
    assert len(read("name,email,roles\n" + "a\n" * 1000).problems) <= 201


@given(st.binary(max_size=300) | st.text(alphabet='a,"\n\r;\t é', max_size=200).map(str.encode))
def test_nothing_raises(data: bytes) -> None:
    for one in (data, b"name,email,roles\n" + data):
        found = read(one)
        assert all(set(row.values) == set(COLUMNS) for row in found.rows)
