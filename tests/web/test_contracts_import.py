"""The page that imports a contracts register: sent once, columns put right, the plan shown, and Import does it."""

import re
from html import unescape

import pytest
from httpx2 import Response
from sqlalchemy import text

from svtracker.delivery.rules.register_columns import Field
from svtracker.identity.rules.roles import Role
from svtracker.web.uploads import LARGEST_PART, packed, unpacked
from tests.delivery.registers import HEADS, as_csv, as_workbook
from tests.web.council import Browser, Council, at_field, words

PATH = "/contracts/import"
WHO = as_csv(heads=tuple("Who" if head == "Supplier Company Name" else head for head in HEADS)).encode()


@pytest.fixture
def keeper(council: Council) -> Browser:
    return council.signed_in(council.add("Robin Ash", Role.CONTRACT_MANAGER))


def send(browser: Browser, data: bytes, name: str = "register.csv", **fields: str) -> Response:
    """Sends a file as the form on the page does."""
    token = {"form_token": browser.form_token(PATH)}
    return browser.client.post(PATH, data={**token, **fields}, files={"file": (name, data, "text/csv")})


def again(browser: Browser, shown: Response, do: str = "", **columns: str) -> Response:
    """Presses a button of the plan: sends the hidden fields and the columns, with some of them chosen otherwise."""
    hidden = dict(re.findall('<input type="hidden" name="(name|planned)" value="([^"]*)">', shown.text))
    found = re.search(r"<textarea name=\"kept\"[^>]*>(.*?)</textarea>", shown.text, flags=re.DOTALL)
    assert found is not None
    fields = {"form_token": browser.form_token(PATH), "kept": unescape(found[1]), "do": do}
    fields |= {name: unescape(value) for name, value in hidden.items()}
    parts: list[tuple[str, tuple[None, str]]] = [(name, (None, value)) for name, value in fields.items()]
    for field in Field:
        place = re.search(
            rf'<select[^>]* id="column-{field.value.replace("_", "-")}".*?</select>', shown.text, flags=re.DOTALL
        )
        assert place is not None
        selected = re.search('<option value="([^"]*)" selected>', place[0])
        assert selected is not None
        parts.append(("column", (None, columns.get(field.value, selected[1]))))
    return browser.client.post(PATH, files=parts)


def stored(council: Council, table: str = "contract") -> int:
    with council.database.reading() as session:
        return int(session.execute(text(f"SELECT COUNT(*) FROM {table}")).scalar_one())


@pytest.mark.parametrize("data", [as_csv().encode("utf-8-sig"), as_csv().encode("cp1252"), as_workbook()])
def test_a_register_is_sent_once_and_imported(council: Council, keeper: Browser, data: bytes) -> None:
    planned = send(keeper, data)
    assert planned.status_code == 200
    said = words(planned)
    assert "16 rows: 6 contracts would be added and 0 changed. 10 rows cannot be used." in said
    assert "Nothing has been changed yet." in said
    assert "Value of the contracts £7.5m of £28,453,201.00 in the file" in said
    assert "Rows left out 10 with £20,953,201.00; each with its reason" in said
    assert "supplier: saw “Various”; wanted one supplier: several share this contract (£2,500,000.00)" in said
    assert "DN100; Alder Gardens Ltd new 1 April 2024 to 31 March 2029 £1,000,000.00" in said
    assert "Nothing is taken from Contact Officer." in said
    assert stored(council) == 0
    done = again(keeper, planned, "import")
    assert (done.status_code, done.headers["location"]) == (303, "/contracts")
    assert (stored(council), stored(council, "supplier")) == (6, 6)
    with council.database.reading() as session:
        roles = session.execute(text("SELECT DISTINCT role FROM audit_event WHERE object_kind = 'contract'")).scalars()
        assert list(roles) == ["contract manager"]
    events = stored(council, "audit_event")
    second = send(keeper, data)
    assert "There is nothing to import." in words(second)
    assert ">Import</button>" not in second.text
    assert again(keeper, second, "import").status_code == 303
    assert (stored(council), stored(council, "audit_event")) == (6, events)


def test_columns_are_put_right(council: Council, keeper: Browser) -> None:
    shown = send(keeper, WHO)
    assert shown.status_code == 422
    assert "Nothing was imported: 1 thing to put right." in words(shown)
    assert "a column for the supplier" in words(shown)
    assert ">Import</button>" not in shown.text
    right = again(keeper, shown, supplier=str(HEADS.index("Supplier Company Name")))
    assert right.status_code == 200
    assert "6 contracts would be added" in words(right)
    assert again(keeper, right, "import").status_code == 303
    assert stored(council) == 6


def test_columns_that_were_changed_are_shown_before_anything_is_imported(council: Council, keeper: Browser) -> None:
    shown = send(keeper, as_csv().encode())
    other = again(keeper, shown, "import", value="", directorate=str(HEADS.index("ProClass Description")))
    assert other.status_code == 200
    assert "You changed the columns: this is what would happen now." in words(other)
    assert "Value of the contracts £0" in words(other)
    assert stored(council) == 0
    assert again(keeper, other, "import").status_code == 303
    with council.database.reading() as session:
        values = session.execute(text("SELECT DISTINCT value, directorate FROM contract")).all()
    assert [tuple(row) for row in values] == [(None, "Grounds")]


def test_rows_that_are_left_out_are_taken_along(keeper: Browser) -> None:
    taken = again(keeper, send(keeper, as_csv().encode()), "listed")
    assert taken.headers["content-type"].startswith("text/csv")
    assert 'filename="register-listed.csv"' in taken.headers["content-disposition"]
    lines = taken.text.lstrip("\ufeff").splitlines()
    assert len(lines) == 11
    assert lines[0] == "line,reason,value"
    assert lines[2].startswith("5,the same as line 3,6000000")


def test_what_a_person_changed_is_told(council: Council, keeper: Browser) -> None:
    again(keeper, send(keeper, as_csv().encode()), "import")
    with council.database.writing() as session:
        session.execute(text("UPDATE contract SET title = 'Ours', version = 2 WHERE reference = 'DN100'"))
    said = words(send(keeper, as_csv().encode()))
    assert "Line 2 the contract was changed here and stays: the register has another title" in said


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("plan.pdf", b"%PDF-1.7", "a PDF document"),
        ("nothing.csv", b"", "nothing"),
        ("list.csv", b"a,b,c\n1,2,3\n", "no line in which the names of columns are recognised"),
        ("broken.xlsx", as_workbook()[:900], "broken.xlsx"),
        ("control.csv", b"Title,Supplier,Start date,End date\nA\x00,B,C,D", "a control character"),
        ("none.csv", b"Reference,Value,Postcode\n1,2,3\n", "a column for the title of the contract"),
    ],
)
def test_what_is_no_register_is_told(council: Council, keeper: Browser, name: str, data: bytes, said: str) -> None:
    for do in ("", "import", "listed"):
        answer = send(keeper, data, name, do=do)
        assert answer.status_code == 422
        assert said in words(answer)
    assert stored(council) == 0


def test_columns_of_one_name_are_told_apart(keeper: Browser) -> None:
    data = b"\xef\xbb\xbf\xef\xbb\xbfTitle,Supplier,Start date,End date,Value,Value,\nBins,Alder,1/4/25,31/3/26,5,7,x\n"
    shown = send(keeper, data)
    assert ">Value (column 5)</option>" in shown.text
    assert ">column 7, without a name</option>" in shown.text
    assert "Value of the contracts £7 " in words(again(keeper, shown, value="5"))


def test_nothing_is_run_and_nothing_is_believed(keeper: Browser) -> None:
    odd = "<script>alert(1)</script>"
    head = f"Title,Supplier,Start date,End date,{odd}\n"
    shown = send(keeper, f"{head}{odd},{odd},1/4/25,31/3/26,1\n{odd},,,,\n".encode(), f"{odd}.csv")
    assert shown.status_code == 200
    assert odd not in shown.text


def test_odd_forms_are_refused_without_a_fault(council: Council, keeper: Browser) -> None:
    good = packed(as_csv().encode())
    for fields, status in (
        ({}, 422),
        ({"kept": "no such thing"}, 422),
        ({"kept": packed(b"x" * 5_000_000)}, 422),
        ({"kept": good[:-8], "do": "import"}, 422),
        ({"kept": good, "column": ["99"] * len(Field), "do": "import"}, 422),
        ({"kept": good, "column": ["x", "-1", "٣"], "planned": "1", "do": "import"}, 200),
        ({"kept": good, "column": ["٣"] * len(Field), "do": "import"}, 422),
        ({"kept": good, "do": "everything", "name": "\x00" * 50}, 200),
    ):
        assert keeper.send(PATH, on=PATH, **fields).status_code == status, fields
    assert stored(council) == 0
    assert at_field(keeper.send(PATH, on=PATH), "file") == "Choose a contracts register."


def test_a_file_that_could_not_be_sent_again_is_refused_at_once(council_on_sqlite: Council) -> None:
    keeper = council_on_sqlite.signed_in(council_on_sqlite.add("Robin Ash", Role.PROCUREMENT_OFFICER))
    said = "The file is too large for this page. Import it by the command instead."
    noise = "".join(chr(0x4E00 + (place * 7919 + place // 97 * 104729) % 20000) for place in range(600_000))
    data = as_csv().encode() + noise.encode()
    assert len(packed(data)) > LARGEST_PART
    assert len(data) < 2 * 1024 * 1024
    assert at_field(send(keeper, data), "file") == said


def test_a_packed_file_is_unpacked_up_to_its_limit() -> None:
    assert unpacked(packed(b"abc"), limit=3) == b"abc"
    assert unpacked(packed(b""), limit=3) == b""
    assert unpacked(packed(b"abcd"), limit=3) is None
    assert unpacked(packed(b"\0" * 50_000_000), limit=1_000) is None
    for text_ in ("", "é", "AAAA", "====", packed(b"abc")[:-4]):
        assert unpacked(text_, limit=100) is None


def test_keepers_of_contracts_may_and_others_may_not(council: Council) -> None:
    for browser in (council.signed_in(), council.signed_in(council.add("Jay Elm", Role.EVALUATOR, Role.VIEWER))):
        assert browser.get(PATH).status_code == 403
        assert send(browser, as_csv().encode()).status_code == 403
    assert council.browser().get(PATH).status_code == 303
    officer = council.signed_in(council.add("Eve Sorrel", Role.PROCUREMENT_OFFICER))
    assert send(officer, as_csv().encode()).status_code == 200
    assert stored(council) == 0
