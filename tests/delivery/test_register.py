"""A contracts register of a council: columns, odd values, every row imported or listed, nothing done twice."""

import json
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from svtracker.delivery.answer import import_answer
from svtracker.delivery.loader import load_register
from svtracker.delivery.rules import register_cells as cells
from svtracker.delivery.rules.register import (
    WRITTEN,
    KnownContract,
    Register,
    RegisterPlan,
    plan,
    values_of,
)
from svtracker.delivery.rules.register_cells import Numbers, Unreadable
from svtracker.delivery.rules.register_columns import (
    Columns,
    Field,
    chosen,
    faults_of_columns,
    find_columns,
    recognised,
)
from svtracker.kernel import numbers
from svtracker.registers.rules.suppliers import Action, Supplier, match
from tests.delivery.registers import HEADS, ROWS, SUM_IN_FILE, as_csv, as_workbook

AT = datetime(2026, 11, 22, tzinfo=UTC)
GOLDEN = Path(__file__).parent / "golden" / "register.json"


def load(data: bytes | str, **more: Any) -> Register:
    read = load_register(name="register.csv", data=data.encode() if isinstance(data, str) else data, at=AT, **more)
    assert read.problems == ()
    assert read.register is not None
    return read.register


def planned(
    register: Register, known: Sequence[KnownContract] = (), suppliers: Sequence[Supplier] = ()
) -> RegisterPlan:
    return plan(register, known=known, matching=match(suppliers, register.sightings))


def stored(made: RegisterPlan, *, is_untouched: bool = True) -> tuple[list[KnownContract], list[Supplier]]:
    """What the database would hold after the plan was applied."""
    suppliers = [
        Supplier(id=entry.before.id if entry.before else 100 + place, details=entry.after)
        for place, entry in enumerate(made.suppliers)
    ]
    known = [
        KnownContract(
            id=number, is_untouched=is_untouched, **values_of(one.row, supplier_id=suppliers[one.supplier].id)
        )
        for number, one in enumerate(made.contracts, start=1)
    ]
    return known, suppliers


@pytest.fixture(scope="module")
def register() -> Register:
    return load(as_csv())


class TestColumns:
    def test_those_of_a_typical_register(self) -> None:
        found = recognised(HEADS)
        assert found.named == {
            "reference": "Contract Reference",
            "title": "Contract Title",
            "supplier": "Supplier Company Name",
            "company_number": "Company Number",
            "postcode": "Supplier Postcode",
            "annual_value": "Annual Value",
            "value": "Total Contract Value (including extensions)",
            "starts_on": "Start Date",
            "current_ends_on": "Current Expiry Date",
            "ends_on": "End Date",
            "duration_months": "Contract Duration (months)",
            "extension_months": "Option to extend (months)",
            "process": "Process Used",
            "body": "Purchasing Body",
            "directorate": "Directorate Name",
            "category": "ProClass Description",
            "sme": "SME Supplier?",
        }
        assert found.unused == ("Contact Officer",)

    @pytest.mark.parametrize(
        ("heads", "field", "head"),
        [
            (("Reference number", "Title of agreement"), Field.TITLE, "Title of agreement"),
            (
                ("Description of the goods and/or services", "Supplier"),
                Field.TITLE,
                "Description of the goods and/or services",
            ),
            (("Description", "Contract title"), Field.TITLE, "Contract title"),
            (("ContractTitle", "Contract  Title "), Field.TITLE, "Contract Title"),
            (("Local authority department responsible",), Field.DIRECTORATE, "Local authority department responsible"),
            (("Supplier's postcode", "Postcode"), Field.POSTCODE, "Supplier's postcode"),
            (("Contractor",), Field.SUPPLIER, "Contractor"),
            (("Contract Value (£)",), Field.VALUE, "Contract Value (£)"),
            (("Estimated Annual Value (£)",), Field.ANNUAL_VALUE, "Estimated Annual Value (£)"),
            (("Contract current end date", "Contract end date"), Field.CURRENT_ENDS_ON, "Contract current end date"),
            (("Contract current end date", "Contract end date"), Field.ENDS_ON, "Contract end date"),
            (("Commencement date",), Field.STARTS_ON, "Commencement date"),
            (("Contract length in years",), Field.DURATION, "Contract length in years"),
            (("VCSE",), Field.VCSE, "VCSE"),
            (("Charity number",), Field.CHARITY_NUMBER, "Charity number"),
            (("\ufeffContract ref",), Field.REFERENCE, "Contract ref"),
            (("ï»¿Contract ref",), Field.REFERENCE, "Contract ref"),
            (("Supplier", "Supplier"), Field.SUPPLIER, "Supplier"),
        ],
    )
    def test_other_names(self, heads: tuple[str, ...], field: Field, head: str) -> None:
        assert recognised(heads).named[field] == head

    @pytest.mark.parametrize("head", ["Manager", "Supplier e-mail", "Review date", "Value added tax", "Start time", ""])
    def test_what_is_none_of_them(self, head: str) -> None:
        assert recognised([head]).named == {}

    def test_a_column_is_one_thing(self) -> None:
        assert recognised(["Contract value per annum"]).named == {"annual_value": "Contract value per annum"}

    def test_of_two_that_fit_the_first_is_taken(self) -> None:
        found = recognised(("Supplier Name", "Supplier name"))
        assert found.places[Field.SUPPLIER] == 0
        assert found.unused == ("Supplier name",)

    def test_the_line_with_the_names_is_found_below_a_title(self) -> None:
        rows = [(1, ["Contracts register"]), (2, ["Total", "3"]), (4, HEADS), (5, ROWS[0])]
        found = find_columns(rows)
        assert found is not None
        assert found.line == 4
        assert find_columns(rows[:2]) is None
        assert find_columns([]) is None
        assert find_columns([(1, ["Title", "Supplier"])]) is None

    def test_a_person_may_choose_otherwise(self) -> None:
        found = chosen(
            recognised(HEADS), {Field.TITLE: "ProClass Description", Field.SME: None, Field.BODY: "None such"}
        )
        assert found.named["title"] == "ProClass Description"
        assert "sme" not in found.named
        assert "body" not in found.named

    def test_what_is_missing(self) -> None:
        found = recognised(("Reference", "Contract value", "Postcode"))
        assert [(one.path, one.wanted) for one in faults_of_columns(found)] == [
            (("columns", "title"), "a column for the title of the contract"),
            (("columns", "supplier"), "a column for the supplier"),
            (("columns", "starts_on"), "a column for the start date"),
            (("columns", "ends_on"), "a column for the current expiry date, end date or duration in months"),
        ]
        assert faults_of_columns(recognised(("Title", "Supplier", "Start date", "Duration (months)"))) == ()


def readable(value: object) -> object:
    return "unreadable" if isinstance(value, Unreadable) else value


class TestCells:
    @pytest.mark.parametrize(
        ("text", "wanted"),
        [
            ("01/04/2026", date(2026, 4, 1)),
            ("1/4/26", date(2026, 4, 1)),
            ("1.4.2026", date(2026, 4, 1)),
            ("01-04-2026", date(2026, 4, 1)),
            ("01/04/2026 00:00", date(2026, 4, 1)),
            ("2026-04-01", date(2026, 4, 1)),
            ("2026-04-01T00:00:00Z", date(2026, 4, 1)),
            ("2026/4/1", date(2026, 4, 1)),
            ("1 April 2026", date(2026, 4, 1)),
            ("1st Apr 2026", date(2026, 4, 1)),
            ("01-Apr-26", date(2026, 4, 1)),
            ("01-SEPT-1999", date(1999, 9, 1)),
            ("29/02/2028", date(2028, 2, 29)),
            ("46113", date(2026, 4, 1)),
            ("46113.0", date(2026, 4, 1)),
            ("31/12/79", date(2079, 12, 31)),
            ("31/12/80", date(1980, 12, 31)),
            ("", None),
            ("-", None),
            ("–", None),
            (" N/A ", None),
            ("TBC", None),
            ("29/02/2027", "unreadable"),
            ("04/13/2026", "unreadable"),
            ("April 2026", "unreadable"),
            ("Apr-26", "unreadable"),
            ("2026", "unreadable"),
            ("461130", "unreadable"),
            ("Ongoing", "unreadable"),
            ("1 Foo 2026", "unreadable"),
            ("٠١/٠٤/٢٠٢٦", "unreadable"),
        ],
    )
    def test_days(self, text: str, wanted: object) -> None:
        assert readable(cells.day_of(text)) == wanted

    @pytest.mark.parametrize(
        ("text", "wanted"),
        [
            ("£1,234,567.89", "1234567.89"),
            ("1234567.89", "1234567.89"),
            (" £ 1 234 ", "1234"),
            ("1234 GBP", "1234"),
            ("GBP 1,234", "1234"),
            ("Â£1,234.50", "1234.50"),
            ("£1.2m", "1200000"),
            ("250k", "250000"),
            ("£3 million", "3000000"),
            ("(250.00)", "-250"),
            ("250.00-", "-250"),
            ("-£250", "-250"),
            ("£-250", "-250"),
            ("−250", "-250"),
            ("0", "0"),
            ("-0.00", "0"),
            ("833333.333333333", "833333.33"),
            ("0.005", "0.01"),
            ("9999999999", "9999999999"),
            ("", None),
            ("-", None),
            ("£", "unreadable"),
            ("10000000000", "unreadable"),
            ("1,23,456", "unreadable"),
            ("12.500,00", "unreadable"),
            ("£12,50", "unreadable"),
            ("€100", "unreadable"),
            ("$100", "unreadable"),
            ("100 per annum", "unreadable"),
            ("1e6", "unreadable"),
            ("NaN", "unreadable"),
            ("Various", "unreadable"),
            ("5 - 10", "unreadable"),
            ("1" * 50, "unreadable"),
            ("١٢٣", "unreadable"),
        ],
    )
    def test_amounts(self, text: str, wanted: str | None) -> None:
        found = readable(cells.amount_of(text))
        assert found == (Decimal(wanted) if wanted not in {None, "unreadable"} else wanted)
        assert str(found) != "-0.00"

    @pytest.mark.parametrize(
        ("text", "in_years", "wanted"),
        [
            ("36", False, 36),
            ("36.0", False, 36),
            ("36 months", False, 36),
            ("3 years", False, 36),
            ("3", True, 36),
            ("2.5", True, 30),
            ("18 months", True, 18),
            ("0", False, 0),
            ("-", False, None),
            ("12+12", False, "unreadable"),
            ("2.5", False, "unreadable"),
            ("1201", False, "unreadable"),
            ("three", False, "unreadable"),
        ],
    )
    def test_months(self, text: str, in_years: bool, wanted: object) -> None:
        assert readable(cells.months_of(text, in_years=in_years)) == wanted

    @pytest.mark.parametrize(
        ("text", "wanted"),
        [
            ("Yes", True),
            ("y", True),
            ("TRUE", True),
            ("1", True),
            ("No", False),
            ("0", False),
            ("N/A", None),
            ("Perhaps", "unreadable"),
        ],
    )
    def test_yes_or_no(self, text: str, wanted: object) -> None:
        assert readable(cells.yes_or_no(text)) == wanted

    @pytest.mark.parametrize(
        ("text", "is_charitable", "wanted"),
        [
            ("07689604", False, Numbers(company="07689604")),
            ("7689604", False, Numbers(company="07689604")),
            ("7689604.0", False, Numbers(company="07689604")),
            ("SC 012345", False, Numbers(company="SC012345")),
            ("01105851", False, Numbers(company="01105851")),
            # As it stands it may be the number of a charity or of a company: nobody can tell.
            ("1105851", False, Numbers(note="a charity number, or a company number that lost its zeros")),
            ("219099", False, Numbers(note="a charity number, or a company number that lost its zeros")),
            ("1105851", True, Numbers(charity="1105851")),
            ("Charity No. 1105851", False, Numbers(charity="1105851")),
            ("Registered charity 1105851", False, Numbers(charity="1105851")),
            ("Charity: none", False, Numbers(note="no charity number")),
            ("N/A", False, Numbers()),
            ("-", True, Numbers()),
            ("Sole trader", False, Numbers(note="no company number")),
            ("0", False, Numbers(note="no company number")),
        ],
    )
    def test_company_numbers(self, text: str, is_charitable: bool, wanted: Numbers) -> None:
        assert cells.numbers_of(text, is_charitable=is_charitable) == wanted


class TestRows:
    def test_what_becomes_a_contract(self, register: Register) -> None:
        first = register.rows[0]
        assert (first.line, first.reference, first.title) == (2, "DN100", "Grounds maintenance")
        assert (first.starts_on, first.ends_on) == (date(2024, 4, 1), date(2029, 3, 31))
        assert (first.value, first.annual_value, first.extension_months) == (1_000_000, 250_000, 12)
        assert (first.process, first.directorate, first.category) == ("Open procedure", "Place", "Grounds")
        details = first.supplier.details
        assert (details.name, details.company_number, details.postcode) == ("Alder Gardens Ltd", "07689604", "HD1 2TA")
        assert (details.is_sme, details.is_vcse, first.notes) == (True, None, ())

    def test_a_blank_expiry_leaves_the_end_date_and_a_blank_end_the_duration(self, register: Register) -> None:
        by_title = {row.title: row for row in register.rows}
        assert by_title["Chilled food"].ends_on == date(2028, 3, 31)
        assert by_title["Night shelter"].ends_on == date(2027, 3, 31)

    def test_what_is_left_out_is_told(self, register: Register) -> None:
        by_title = {row.title: row for row in register.rows}
        shelter, play = by_title["Night shelter"], by_title["Play areas"]
        assert (shelter.reference, shelter.value) == (None, None)
        assert shelter.supplier.details.charity_number == "1105851"
        assert shelter.notes == ()
        assert play.notes == (
            "value: £0 is taken as not stated",
            "company number: “1105852” is a charity number, or a company number that lost its zeros, and is left out",
            "postcode: “HX1” is no whole postcode, and is left out",
            "option to extend: “12+12” is no whole number of months, and is left out",
        )
        assert (play.starts_on, play.ends_on, play.value) == (date(2026, 4, 1), date(2027, 3, 31), None)

    def test_every_other_row_is_listed_with_its_reasons(self, register: Register) -> None:
        day = "wanted a day, as in 01/04/2026 or 2026-04-01"
        assert {one.line: one.reason for one in register.listed} == {
            4: "supplier: saw “Various”; wanted one supplier: several share this contract",
            5: "the same as line 3",
            8: "reference: saw “DN103” again, with the same supplier as on line 7; wanted each contract once",
            11: "title: saw “N/A”; wanted the title of the contract; "
            "supplier: saw “-”; wanted the name of the supplier; "
            "start date: saw an empty text; wanted the first day of the contract; "
            "end date: saw “n/a”; wanted the last day, or a duration in months",
            12: "value: saw −£4,000.00; wanted an amount in £ above 0",
            13: "value: saw “£12,50”; wanted an amount in £, as in 1,234.56; "
            f"start date: saw “31/04/2025”; {day}; end date: saw “2026-13-01”; {day}",
            14: "end date: saw 31 March 2025; wanted 1 April 2025, the first day, or later",
            15: "end date: saw 31 December 9999; wanted a day from 1950 to 2199",
            16: "supplier: saw “REDACTED”; wanted the name of the supplier, which is withheld",
            17: "a row of sums, no contract",
        }

    def test_every_row_is_one_or_the_other(self, register: Register) -> None:
        lines = sorted([*(row.line for row in register.rows), *(one.line for one in register.listed)])
        assert lines == list(range(2, len(ROWS) + 2))
        assert register.count == len(ROWS)

    def test_values_are_summed_before_and_after(self, register: Register) -> None:
        found = planned(register)
        assert found.value_in_file == Decimal(SUM_IN_FILE)
        assert found.value == 7_500_000
        assert found.value + found.value_listed == found.value_in_file

    def test_of_a_shared_register_only_the_own_body(self) -> None:
        rows = (ROWS[0], (*ROWS[1][:13], "South Vale Council", *ROWS[1][14:]), (*ROWS[7][:13], "-", *ROWS[7][14:]))
        found = load(as_csv(rows), bodies=frozenset({"North Vale Council"}))
        assert [row.reference for row in found.rows] == ["DN100"]
        assert [one.reason for one in found.listed] == [
            "purchasing body: saw “South Vale Council”; wanted North Vale Council",
            "purchasing body: saw nothing; wanted North Vale Council",
        ]

    @pytest.mark.parametrize(
        ("place", "text", "reason"),
        [
            (0, "R" * 61, "reference: saw 61 characters; wanted at most 60"),
            (1, "T" * 301, "title: saw 301 characters; wanted at most 300"),
            (2, "S" * 301, "supplier: saw 301 characters; wanted at most 300"),
            (9, "31/03/2125", "end date: saw 31 March 2125; wanted a term of at most 100 years"),
            (7, "01/04/1924", "start date: saw 1 April 1924; wanted a day from 1950 to 2199"),
        ],
    )
    def test_limits(self, place: int, text: str, reason: str) -> None:
        row = tuple(text if at == place else cell for at, cell in enumerate(ROWS[0]))
        (one,) = load(as_csv((row,))).listed
        assert one.reason == reason

    def test_a_value_in_words_is_not_stated(self) -> None:
        row = tuple("Various" if at == 6 else cell for at, cell in enumerate(ROWS[0]))
        (one,) = load(as_csv((row,))).rows
        assert (one.value, one.notes) == (None, ("value: “Various” is no amount, and is left out",))

    def test_rows_with_fewer_cells(self) -> None:
        found = load(as_csv((ROWS[0][:10], ROWS[1][:2])))
        assert [row.reference for row in found.rows] == ["DN100"]
        assert len(found.listed) == 1

    def test_two_rows_without_reference_that_are_one(self) -> None:
        twin = ("", *ROWS[7][1:6], "£9", *ROWS[7][7:])
        found = load(as_csv((ROWS[7], twin)))
        assert [one.reason for one in found.listed] == [
            "title: saw the title, supplier and start date of line 2 again; wanted a reference that tells the two apart"
        ]


class TestFiles:
    def test_a_workbook_is_read_like_the_csv_file(self) -> None:
        found, by_csv = load(as_workbook()), load(as_csv())
        assert [row.reference for row in found.rows] == [row.reference for row in by_csv.rows]
        assert [replace(row, line=0) for row in found.rows] == [replace(row, line=0) for row in by_csv.rows]
        # The names of the columns stand on line 3 there.
        assert [row.line - 2 for row in found.rows] == [row.line for row in by_csv.rows]
        assert [one.reason.partition(" line ")[0] for one in found.listed] == [
            one.reason.partition(" line ")[0] for one in by_csv.listed
        ]

    @pytest.mark.parametrize(
        ("data", "notes"),
        [
            (as_csv().encode("utf-8-sig"), ()),
            (as_csv(between=";").encode(), ()),
            (as_csv(between="\t").encode(), ()),
            (as_csv().replace("\r\n", "\n").encode(), ()),
            (as_csv().encode("cp1252"), ("The file is in the old Windows-1252, not in UTF-8.",)),
            # The byte-order mark encoded twice, alone and with the whole file.
            ("ï»¿".encode() + as_csv().encode(), ()),
            (
                as_csv().encode("utf-8-sig").decode("cp1252").encode(),
                ("The file was encoded twice: that is undone.",),
            ),
        ],
    )
    def test_shapes_of_csv_files(self, data: bytes, notes: tuple[str, ...], register: Register) -> None:
        read = load_register(name="register.csv", data=data, at=AT)
        found = read.register
        assert read.problems == ()
        assert found is not None
        assert read.notes == notes
        assert found.columns.named == register.columns.named
        assert (found.rows, found.listed) == (register.rows, register.listed)

    @pytest.mark.parametrize(
        ("data", "seen"),
        [
            (b"", "nothing"),
            (b"a,b,c\n1,2,3\n", "no line in which the names of columns are recognised"),
            (b"%PDF-1.7", "a PDF document"),
            (b"\xff\xfea\x00", "text in UTF-16"),
            (b"Title,Supplier,Start date,End date\nA\x00,B,C,D", "a control character"),
            (b'Title,Supplier,Start date,End date\n"A,B,C,D', "a quote that is not closed"),
            (b"PK\x03\x04broken", None),
            (b"x" * (10 * 1024 * 1024 + 1), "a file of 10,485,761 bytes"),
            (b"Title,Supplier,Start date,End date\n" + b"A,B,C,D\n" * 50_000, "50,001 rows"),
            (b"Reference,Supplier,Start date,Postcode\n", "the columns “Reference, Supplier, Start date, Postcode”"),
        ],
    )
    def test_what_is_no_register(self, data: bytes, seen: str | None) -> None:
        read = load_register(name="register.csv", data=data, at=AT)
        assert read.register is None
        assert read.problems
        assert seen is None or read.problems[0].seen == seen

    @given(st.binary(max_size=300))
    def test_nothing_raises(self, data: bytes) -> None:
        head = b"Contract Title,Supplier,Start Date,End Date,Value,Company number,SME\n"
        for given_data in (data, head + data):
            load_register(name="register.csv", data=given_data, at=AT)

    @settings(max_examples=40)
    @given(
        st.lists(
            st.tuples(
                *[st.sampled_from(("", "-", "A", "Various", "DN1", "dn1", "07689604", "1105851", "HD1 2TA"))] * 5,
                *[st.sampled_from(("", "-", "0", "£5", "(3)", "1,000.005", "x1", "tbc"))] * 2,
                *[st.sampled_from(("", "01/04/2024", "2028-03-31", "46113", "31/04/2025"))] * 3,
            ),
            max_size=12,
        )
    )
    def test_every_row_is_imported_or_listed_and_the_sums_agree(self, rows: list[tuple[str, ...]]) -> None:
        found = planned(load(as_csv(tuple(rows))))
        filled = [place for place, row in enumerate(rows, start=2) if any(row)]
        lines = [*(one.row.line for one in found.contracts), *(one.line for one in found.listed)]
        assert sorted(lines) == filled
        amounts = [cells.amount_of(row[6]) for row in rows if any(row)]
        assert found.value_in_file == numbers.total(one for one in amounts if isinstance(one, Decimal))
        assert all(one.reason for one in found.listed)
        again = planned(load(as_csv(tuple(rows))), *stored(found))
        assert again.does_nothing


class TestPlan:
    def test_a_first_run_makes_everything_new(self, register: Register) -> None:
        found = planned(register)
        assert {one.action for one in found.contracts} == {Action.NEW}
        assert len(found.suppliers) == 6

    def test_a_second_run_changes_nothing(self, register: Register) -> None:
        again = planned(register, *stored(planned(register)))
        assert {one.action for one in again.contracts} == {Action.UNCHANGED}
        assert again.does_nothing
        assert not planned(register).does_nothing

    def test_what_the_register_has_otherwise_is_changed(self, register: Register) -> None:
        known, suppliers = stored(planned(register))
        later = replace(known[0], value=Decimal(5), ends_on=date(2030, 1, 1))
        found = planned(register, [later, *known[1:]], suppliers)
        assert [(one.action, one.changes) for one in found.contracts][:2] == [
            (Action.CHANGED, ("ends_on", "value")),
            (Action.UNCHANGED, ()),
        ]

    def test_what_a_person_changed_is_kept_and_told(self, register: Register) -> None:
        known, suppliers = stored(planned(register), is_untouched=False)
        later = replace(known[0], value=Decimal(5), supplier_id=9999)
        found = planned(register, [later, *known[1:]], suppliers)
        assert found.contracts[0].action is Action.UNCHANGED
        assert found.contracts[0].keeps == ("supplier_id", "value")
        assert (
            2,
            "the contract was changed here and stays: the register has another supplier and value",
        ) in found.notes

    def test_what_the_register_leaves_blank_is_no_difference(self, register: Register) -> None:
        known, suppliers = stored(planned(register))
        place = next(at for at, one in enumerate(known) if one.title == "Play areas")
        known[place] = replace(known[place], value=Decimal(77), extension_months=24)
        assert planned(register, known, suppliers).does_nothing

    def test_the_same_reference_with_another_supplier_is_another_contract(self, register: Register) -> None:
        known, suppliers = stored(planned(register))
        lots = [one for one in planned(register).contracts if one.row.reference == "DN103"]
        assert len({one.supplier for one in lots}) == 2
        # One lot is here, the other is new.
        only = [one for one in known if one.title != "Home care (lot 2)"]
        found = planned(register, only, suppliers)
        assert {one.row.title for one in found.contracts if one.action is Action.NEW} == {"Home care (lot 2)"}

    def test_a_contract_that_went_to_another_supplier_is_changed(self) -> None:
        before = planned(load(as_csv((ROWS[0],))))
        row = (*ROWS[0][:2], "Birch Gardens Ltd", "09999999", *ROWS[0][4:])
        found = planned(load(as_csv((row,))), *stored(before))
        (one,) = found.contracts
        assert (one.action, one.changes) == (Action.CHANGED, ("supplier_id",))

    def test_a_known_supplier_is_found_by_number(self, register: Register) -> None:
        known = Supplier(id=7, details=register.rows[0].supplier.details)
        found = planned(register, (), [known])
        assert found.suppliers[found.contracts[0].supplier].before == known

    def test_everything_that_is_written_is_compared(self) -> None:
        assert {one.name for one in fields(KnownContract)} == {"id", "is_untouched", *WRITTEN}


def test_as_json(register: Register) -> None:
    """The whole answer stands in a golden file; its keys are those of FORMATS 3 and more."""
    answer = import_answer(planned(register))
    assert answer == json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert answer["rows"] == answer["contracts"]["new"] + len(answer["listed"]) == len(ROWS)


def test_columns_are_confirmed_by_name() -> None:
    other = as_csv(heads=tuple("Who" if head == "Supplier Company Name" else head for head in HEADS))
    read = load_register(name="register.csv", data=other.encode(), at=AT)
    assert read.register is None
    assert read.problems[0].wanted == "a column for the supplier"
    assert read.columns is not None
    assert "Who" in read.columns.unused
    by_name, by_place = (
        load(other, choice={Field.SUPPLIER: said}) for said in ("Who", HEADS.index("Supplier Company Name"))
    )
    assert isinstance(by_name.columns, Columns)
    assert by_name == by_place


@pytest.mark.parametrize(
    ("said", "seen", "wanted"),
    [
        ("Nowhere", "“Nowhere”", "one of the columns “"),
        (99, "column 100", "one of the columns “"),
        (-1, "column 0", "one of the columns “"),
        ("Value", "“Value”, the name of 2 columns", "a name that one column has alone"),
    ],
)
def test_a_column_that_is_not_there_or_there_twice(said: str | int, seen: str, wanted: str) -> None:
    data = b"Title,Supplier,Start date,End date,Value,Value\n"
    read = load_register(name="register.csv", data=data, at=AT, choice={Field.VALUE: said})
    assert read.register is None
    (problem,) = read.problems
    assert problem.seen == seen
    assert problem.wanted.startswith(wanted)


def test_a_line_whose_columns_a_person_names() -> None:
    """Nothing of it is recognised by itself."""
    data = b"Our list\nWhat,Who,From when,Till when\nBins,Alder Ltd,01/04/2025,31/03/2026\n"
    assert load_register(name="register.csv", data=data, at=AT).columns is None
    choice = {Field.TITLE: "What", Field.SUPPLIER: "Who", Field.STARTS_ON: "From when", Field.ENDS_ON: "Till when"}
    assert [row.title for row in load(data, choice=choice).rows] == ["Bins"]


def test_two_rows_that_name_one_supplier_in_two_ways_stay_two_contracts() -> None:
    """Only the match by name and postcode shows that it is one supplier; the second import finds each again."""
    head = "Contract reference,Contract title,Supplier,Company number,Supplier postcode,Start date,End date\n"
    rows = [
        "DN1,Home care (lot 1),Oak Ltd,07689604,WF2 9ZZ,01/04/2024,31/03/2027\n",
        "DN1,Home care (lot 2),OAK LIMITED,,WF2 9ZZ,01/04/2024,31/03/2027\n",
    ]
    first = planned(load(head + "".join(rows)))
    known, suppliers = stored(first)
    assert (len(first.contracts), len(suppliers)) == (2, 1)
    for again in (rows, rows[::-1]):
        second = planned(load(head + "".join(again)), known, suppliers)
        assert [one.action for one in second.contracts] == [Action.UNCHANGED] * 2
