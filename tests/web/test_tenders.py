"""Scoring a file by upload, as pasted text and as JSON: the same figures everywhere, and nothing half (RULES 4.7)."""

import csv
import io
import json
from decimal import Decimal
from typing import Any

import pytest
from httpx2 import Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from starlette.testclient import TestClient
from typer.testing import CliRunner

from svtracker.cli import app as command
from svtracker.settings import described
from tests.guards.html_rules import ParsedPage, parse, words
from tests.web.installation import ROOT, WORKED
from tests.web.tender_files import Json, as_json, broken, everywhere, worked

GOLDEN = ROOT / "tests" / "tenders" / "golden" / "worked.json"
DEMO = sorted(path.stem for path in (ROOT / "data" / "demo").glob("*.yaml") if path.stem != "worked")
BANDS = [["0", "0"], ["1", "2"], ["5", "4"], ["10", "6"], ["15", "8"], ["20", "10"]]
SCRIPT = "<script>alert('x')</script>\"&amp;"
MIB = 1024 * 1024


def rows_of(page: ParsedPage) -> dict[str, list[str]]:
    """The rows of the comparison by their name, each with one text per bid."""
    table = next(one for one in page.all("table") if "sv-table--bids" in one.attrib["class"])
    return {words(row.find("th")): [words(cell) for cell in row.findall("td")] for row in table.findall("tbody/tr")}


def heads_of(page: ParsedPage) -> list[str]:
    table = next(one for one in page.all("table") if "sv-table--bids" in one.attrib["class"])
    return [words(head).partition("Pin ")[0] for head in table.findall("thead/tr/th")]


def problems_of(page: ParsedPage) -> list[tuple[str, ...]]:
    tables = [one for one in page.all("table") if "sv-problems" in one.attrib["class"]]
    return [tuple(words(cell) for cell in row) for row in tables[0].findall("tbody/tr")] if tables else []


def paste(client: TestClient, text: str) -> Response:
    return client.post("/score", data={"text": text})


def upload(client: TestClient, data: bytes, name: str = "tender.yaml") -> Response:
    return client.post("/score", files={"file": (name, data)})


def is_refused_whole(answer: Response) -> bool:
    """Nothing of a result stands on the page: no comparison, no word on how firm it is, no download."""
    return answer.status_code == 422 and not any(
        part in answer.text for part in ("sv-table--bids", "How firm", "/score/download", "84.32")
    )


class TestTheWorkedExample:
    """RULES 4.7 to the digit, whichever way the file comes in and the result goes out."""

    def test_command_page_download_and_json_give_one_answer(
        self, each_client: TestClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for one in described():
            monkeypatch.delenv(one.variable, raising=False)
        golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
        printed = CliRunner().invoke(command, ["score", str(ROOT / "data" / "demo" / "worked.yaml"), "--json"])
        assert (printed.exit_code, json.loads(printed.stdout)) == (0, golden)
        as_yaml = each_client.post("/api/v1/score", content=WORKED, headers={"content-type": "application/yaml"})
        assert (as_yaml.status_code, as_yaml.json()) == (200, golden)
        assert each_client.post("/api/v1/score", json=json.loads(as_json(worked()))).json() == golden
        assert each_client.get("/score/example/download.json").json() == golden
        sent = each_client.post("/score/download.json", data={"name": "mine.yaml", "text": WORKED})
        assert sent.json() == golden

    def test_the_page_shows_the_figures_of_the_rules(self, each_client: TestClient) -> None:
        answer = upload(each_client, WORKED.encode())
        assert answer.status_code == 200
        page = parse(answer.text)
        rows = rows_of(page)
        assert heads_of(page) == ["Bid A2nd", "Bid B1st", "Bid C3rd", "Bid D4th"]
        assert rows["Marks"] == ["83.20", "84.32", "79.92", "74.00"]
        assert rows["Social value: quantity of 10"] == ["10.00", "8.81", "0.11", "0.00"]
        assert rows["Social value: answer of 10"] == ["6.00", "8.00", "10.00", "0.00"]
        assert rows["Price of 40"] == ["37.20", "39.51", "37.81", "40.00"]
        assert rows["Quality"] == ["30", "28", "32", "34"]
        assert rows["Social value"] == ["£157,442", "£138,691", "£1,787", "£0"]
        assert rows["Share of contract value"] == ["20.99%", "18.49%", "0.24%", "0.00%"]
        assert rows["Without local jobs and spend"] == ["£33,914", "£22,327", "£1,787", "£0"]
        text = words(page.all("main")[0])
        assert "while the quantity counts for 5.90 to 13.50 of the 20 social value marks" in text
        # Of the three pairs only the one with the first bid is shown (RULES 4.6).
        assert "£318,381.72" in text
        assert "235,483.80" not in text

    @pytest.mark.parametrize(
        ("scoring", "marks"),
        [
            ({"method": "relative"}, ["10.00", "8.81", "0.11", "0.00"]),
            ({"method": "target", "target_percent": "25"}, ["8.40", "7.40", "0.10", "0.00"]),
            ({"method": "target", "target_percent": "10"}, ["10.00", "10.00", "0.24", "0.00"]),
            ({"method": "bands", "bands": BANDS}, ["10.00", "8.00", "0.00", "0.00"]),
        ],
    )
    def test_each_method_gives_the_marks_of_the_rules(
        self, client: TestClient, scoring: Json, marks: list[str]
    ) -> None:
        file = as_json(worked(**scoring))
        assert rows_of(parse(paste(client, file).text))["Social value: quantity of 10"] == marks
        bids = client.post("/api/v1/score", json=json.loads(file)).json()["bids"]
        assert [Decimal(bid["marks"]["quantitative"]) for bid in bids] == [Decimal(mark) for mark in marks]

    def test_shares_of_the_bid_price(self, client: TestClient) -> None:
        file = worked()
        file["tender"]["denominator"] = "bid_price"
        rows = rows_of(parse(paste(client, as_json(file)).text))
        assert rows["Share of its own price"] == ["21.22%", "19.86%", "0.24%", "0.00%"]

    def test_a_line_that_is_not_accepted(self, client: TestClient) -> None:
        """B without X6: 75,691.42 and 4.81 marks, the others as before (RULES 4.7)."""
        file = worked()
        file["bids"][1]["commitments"]["X6"] = {"offered": "150000", "accepted": "0", "reason": "not local"}
        page = parse(paste(client, as_json(file)).text)
        assert rows_of(page)["Social value: quantity of 10"] == ["10.00", "4.81", "0.11", "0.00"]
        assert rows_of(page)["Social value"][1] == "£75,691"
        assert "Bid B, X6: 0 of £150,000 spent accepted. Reason: not local." in words(page.all("main")[0])

    def test_the_workbook_and_the_csv_hold_the_same_figures(self, client: TestClient) -> None:
        sent = {"name": "mine.yaml", "text": WORKED}
        book = load_workbook(io.BytesIO(client.post("/score/download.xlsx", data=sent).content))
        assert book.sheetnames == ["Bids", "Lines", "How firm", "Warnings"]
        listed = list(
            csv.DictReader(io.StringIO(client.post("/score/download.csv", data=sent).content.decode("utf-8-sig")))
        )
        assert [row["Marks"] for row in listed] == ["83.20", "84.32", "79.92", "74.00"]
        assert [row["Social value £"] for row in listed] == ["157442.07", "138691.42", "1787.28", "0.00"]
        assert [row["Local jobs and spend £"] for row in listed] == ["123528.35", "116364.18", "0.00", "0.00"]
        assert [row["Rank"] for row in listed] == ["2", "1", "3", "4"]
        sheet = [[cell.value for cell in row] for row in book["Bids"].iter_rows()]
        start = next(number for number, row in enumerate(sheet) if row[0] == "Bidder")
        for row, same in zip(sheet[start + 1 :], listed, strict=True):
            for name, value in zip(sheet[start], row, strict=True):
                if name not in {"Bidder", "Status"}:
                    assert Decimal(str(value)) == Decimal(same[name]), name
        lines = [row for row in book["Lines"].iter_rows(values_only=True) if row[0] == "B"]
        assert [(row[1], Decimal(str(row[9]))) for row in lines][:2] == [
            ("X1", Decimal("53364.175")),
            ("X3", Decimal("8235.24")),
        ]


@pytest.mark.parametrize("key", DEMO)
def test_page_and_json_of_a_tender_agree(each_client: TestClient, key: str) -> None:
    answer = each_client.get(f"/api/v1/tenders/{key}").json()
    page = parse(each_client.get(f"/tenders/{key}").text)
    rows, heads = rows_of(page), heads_of(page)
    assert len(heads) == len(answer["bids"])

    def given(bid: Json, name: str) -> str:
        return f"{Decimal(bid[name]):,.2f}%" if bid[name] is not None else "–none"

    for place, bid in enumerate(answer["bids"]):
        assert heads[place].startswith(bid["bidder"])
        total = bid["total"]
        shown = rows["Marks"][place].rpartition(" ")[2]
        assert shown.removesuffix("–none").endswith(total or ""), (bid["bidder"], shown)
        share = next(name for name in rows if name.startswith("Share of") and not name.endswith("weighted"))
        assert rows[share][place] == given(bid, "percent")
        value = Decimal(bid["value"])
        assert abs(Decimal(rows["Social value"][place].removeprefix("£").replace(",", "")) - value) <= Decimal("0.5")
        if bid["rank"] is None:
            assert heads[place].endswith(bid["status"].replace("below_minimum", "below the minimum"))
        else:
            assert str(bid["rank"]) in heads[place].removeprefix(bid["bidder"])
    text = words(page.all("main")[0])
    for warning in [*answer["warnings"], *(one for bid in answer["bids"] for one in bid["warnings"])]:
        assert " ".join(warning["message"].split()) in text


def test_the_list_and_its_json_and_downloads_agree(each_client: TestClient) -> None:
    listed = each_client.get("/api/v1/tenders").json()
    assert sorted(one["key"] for one in listed) == DEMO
    page = parse(each_client.get("/tenders").text)
    rows = {words(row.find("th/a")): row for row in page.all("tr") if row.find("td") is not None}
    table = list(csv.DictReader(io.StringIO(each_client.get("/tenders/download.csv").content.decode("utf-8-sig"))))
    assert len(rows) == len(table) == len(listed) == 7
    for one in listed:
        row = next(rows[name] for name in rows if name.startswith(f"{one['title']} (£"))
        shown = {cell.attrib["data-label"]: words(cell) for cell in row.findall("td") if "data-label" in cell.attrib}
        own = next(own for own in table if own["Tender"] == one["title"])
        figures = {name: Decimal(own[f"{name} %"] or "0") for name in ("Lowest", "Highest", "First bid")}
        answered = [Decimal(one["range"][edge] or "0") for edge in ("lowest", "highest", "winner")]
        assert list(figures.values()) == answered
        for name, figure in figures.items():
            assert not own[f"{name} %"] or abs(Decimal(shown[name].removesuffix("%")) - figure) <= Decimal("0.055"), (
                name
            )
        assert own["First"] == (one["winner"] or "tied")
        assert int(own["Bids"]) == one["bids"] == int(shown["Bids"])


class TestWaysIn:
    def test_the_text_may_be_pasted_or_sent_as_a_file(self, client: TestClient) -> None:
        results = [
            rows_of(parse(answer.text))
            for answer in (
                paste(client, WORKED),
                paste(client, as_json(worked())),
                paste(client, WORKED.replace("\n", "\r\n")),
                upload(client, WORKED.encode()),
                upload(client, b"\xef\xbb\xbf" + WORKED.encode(), "with-a-mark.yml"),
                upload(client, as_json(worked()).encode(), "tender.json"),
                upload(client, as_json(worked()).encode(), "TENDER.JSON"),
                upload(client, WORKED.encode(), "no-ending"),
            )
        ]
        assert results[0]["Marks"] == ["83.20", "84.32", "79.92", "74.00"]
        assert [one for one in results if one != results[0]] == []

    def test_a_file_goes_before_text(self, client: TestClient) -> None:
        answer = client.post("/score", files={"file": ("tender.yaml", WORKED.encode())}, data={"text": "other: text"})
        assert answer.status_code == 200

    def test_text_counts_where_the_file_field_is_empty(self, client: TestClient) -> None:
        """A browser sends an empty field as a file without a name."""
        body = (
            b'--b\r\nContent-Disposition: form-data; name="file"; filename=""\r\n'
            b"Content-Type: application/octet-stream\r\n\r\n\r\n"
            b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\n' + WORKED.encode() + b"\r\n--b--\r\n"
        )
        answer = client.post("/score", content=body, headers={"content-type": "multipart/form-data; boundary=b"})
        assert answer.status_code == 200

    @pytest.mark.parametrize("sent", [{}, {"text": ""}, {"text": " \n\t"}, {"other": "field"}])
    def test_nothing_sent(self, client: TestClient, sent: dict[str, str]) -> None:
        answer = client.post("/score", data=sent)
        assert is_refused_whole(answer)
        assert '<a href="#file">Choose a tender file, or paste its text.</a>' in answer.text

    def test_the_result_can_be_taken_along_as_it_was_sent(self, client: TestClient) -> None:
        """The page carries the file in its form, so that the download is of the same file and nothing is stored."""
        strange = WORKED.replace("bidder: A", 'bidder: "<A> & \\"B\\" </textarea>"')
        page = parse(paste(client, strange).text)
        form = next(one for one in page.all("form") if one.attrib["action"].startswith("/score/download"))
        kinds = [button.attrib["formaction"] for button in form.iter("button")]
        assert kinds == [f"/score/download.{kind}" for kind in ("xlsx", "csv", "json")]
        sent = {one.attrib["name"]: one.attrib.get("value", one.text) for one in form.iter() if "name" in one.attrib}
        assert sent["text"] == strange
        answer = client.post(kinds[2], data=sent).json()
        assert answer["bids"][0]["bidder"] == '<A> & "B" </textarea>'

    @pytest.mark.parametrize(
        ("content_type", "text"),
        [("application/json", as_json(worked())), ("application/yaml", WORKED), ("text/plain", WORKED), ("", WORKED)],
    )
    def test_programs_send_json_or_yaml(self, client: TestClient, content_type: str, text: str) -> None:
        answer = client.post("/api/v1/score", content=text.encode(), headers={"content-type": content_type})
        assert (answer.status_code, answer.json()["winner"]) == (200, "B")


class TestRefused:
    def test_every_problem_at_once_with_its_place(self, client: TestClient) -> None:
        answer = paste(client, as_json(broken()))
        assert is_refused_whole(answer)
        found = problems_of(parse(answer.text))
        assert len(found) == 5
        asked = client.post("/api/v1/score", content=as_json(broken()), headers={"content-type": "application/json"})
        assert asked.status_code == 422
        said = asked.json()
        assert set(said) == {"problems"}
        assert {problem["path"] for problem in said["problems"]} == {
            "tender.contract_value",
            "tender.scoring.method",
            "bids[1].commitments.X1",
            "bids[2].colour",
            "bids[3].bidder",
        }
        for problem, (place, seen, wanted) in zip(said["problems"], found, strict=True):
            assert place == f"Line {problem['line']}{problem['path']}"
            assert (seen, wanted) == (problem["seen"], problem["wanted"])

    def test_the_message_stands_on_top_and_at_the_field(self, client: TestClient) -> None:
        page = parse(upload(client, as_json(broken()).encode(), "mine.json").text)
        wanted = "mine.json was not scored: 5 things to put right. Nothing was stored."
        summary = next(one for one in page.all("a") if one.attrib.get("href") == "#file")
        assert words(summary) == wanted
        field = next(one for one in page.all("input") if one.attrib.get("id") == "file")
        at_field = {one.attrib["id"]: words(one) for one in page.tree.iter() if "id" in one.attrib}
        assert at_field[field.attrib["aria-describedby"].split()[-1]] == f"Error: {wanted}"

    def test_the_text_comes_back_to_be_mended(self, client: TestClient) -> None:
        text = as_json(broken()).replace('"A"', '"</textarea><b>A</b>"')
        page = parse(paste(client, text).text)
        field = next(one for one in page.all("textarea") if one.attrib.get("name") == "text")
        assert field.text == text

    @pytest.mark.parametrize(
        ("data", "seen"),
        [
            (b"", "an empty file"),
            (b"\x89PNG\r\n\x1a\n\x00\x00", "binary data"),
            (b"%PDF-1.7\n%\xe2\xe3", "a PDF document"),
            (bytes(range(256)), "binary data"),
            (b"PK\x03\x04\x14\x00\x06\x00" + b"\x00" * 40, "a spreadsheet, document or zip archive"),
            (WORKED.encode("utf-16"), "text in UTF-16"),
            (WORKED.encode("utf-16-be"), "text that looks like UTF-16"),
            (WORKED.encode("utf-32"), "text in UTF-32"),
            (WORKED.replace("Worked", "Café").encode("latin-1"), "the byte 0xE9, which is not UTF-8"),
            (b"a: &x [1]\nb: *x\n", "the anchor “&x”"),
            (b"[" * 3000, "more than 50 levels inside one another"),
            (b'{"a":' * 3000, "more than 50 levels inside one another"),
            (b"!!python/object/apply:os.system ['true']", "the tag “tag:yaml.org,2002:python/object/apply:os.system”"),
            (b"--- {}\n--- {}\n", "a second document in the file"),
            (b"tender: {}\ntender: {}\n", "the key “tender” a second time (first on line 1)"),
            (b"%YAML 9.9\n---\na: 1", "“%YAML 9.9”"),
            (b"good morning", "“good morning”"),
            (b"- 1\n- 2\n", "a list of 2"),
            (b"tender:\n\tid: x\n", "“id: x”"),
            (b"#" + b"a" * (MIB + 10), "a file of 1,048,587 bytes"),
        ],
    )
    def test_files_that_are_no_tender_file(self, client: TestClient, data: bytes, seen: str) -> None:
        answer = upload(client, data)
        assert is_refused_whole(answer)
        assert problems_of(parse(answer.text))[0][1] == seen
        asked = client.post("/api/v1/score", content=data, headers={"content-type": "application/yaml"})
        assert (asked.status_code, asked.json()["problems"][0]["seen"]) == (422, seen)
        assert is_refused_whole(upload(client, data, "tender.json"))
        as_json = client.post("/api/v1/score", content=data, headers={"content-type": "application/json"})
        assert as_json.status_code == 422
        assert as_json.json()["problems"]

    @pytest.mark.parametrize(
        "codec", ["unicode_escape", "raw_unicode_escape", "utf-7", "utf-16", "idna", "rot13", "nonsense"]
    )
    def test_a_form_may_name_any_encoding(self, client: TestClient, codec: str) -> None:
        body = b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\na: \\ud800 +2AA- \xff\r\n--b--\r\n'
        headers = {"content-type": f"multipart/form-data; boundary=b; charset={codec}"}
        for path in ("/score", "/score/download.csv?name=x"):
            assert client.post(path, content=body, headers=headers).status_code == 422

    @pytest.mark.parametrize("text", ['{"tender": "\\ud800"}', '{"\\u0000": 1}', '{"tender": NaN}', '{"a": 1, "a": 2}'])
    def test_json_that_is_no_text(self, client: TestClient, text: str) -> None:
        assert is_refused_whole(paste(client, text))

    def test_a_broken_form_is_an_error_page(self, client: TestClient) -> None:
        answer = client.post("/score", content=b"--x--", headers={"content-type": "multipart/form-data"})
        assert answer.status_code == 400
        assert "The request was refused" in answer.text

    def test_a_download_of_a_broken_file_is_refused(self, client: TestClient) -> None:
        answer = client.post("/score/download.xlsx", data={"name": "mine.json", "text": as_json(broken())})
        assert answer.status_code == 422
        assert "content-disposition" not in answer.headers
        assert "bids[2].colour" in answer.text

    @pytest.mark.parametrize("kind", ["yaml", "pdf", "xlsx.exe", "%2e%2e", "XLSX"])
    def test_a_kind_of_download_that_there_is_not(self, client: TestClient, kind: str) -> None:
        answer = client.post(f"/score/download.{kind}", data={"name": "mine.yaml", "text": WORKED})
        assert answer.status_code == 404


LINES = WORKED.splitlines(keepends=True)
ODD = [
    "",
    "\t",
    ": ",
    "- ",
    "[",
    "{",
    "'",
    '"',
    "\\",
    "#",
    "&a",
    "*a",
    "!!t",
    "\x07",
    "\x85",
    "é",
    "1e9",
    ".inf",
    "~",
    "n/a",
    "-1",
]


class TestAnyFile:
    """Whatever a slip of the hand makes of a file, it is scored whole or refused with a reason (DESIGN 5)."""

    @settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
    @given(
        drop=st.sets(st.integers(0, len(LINES) - 1), max_size=2),
        double=st.sets(st.integers(0, len(LINES) - 1), max_size=1),
        slips=st.lists(st.tuples(st.integers(0, len(WORKED)), st.integers(0, 3), st.sampled_from(ODD)), max_size=2),
    )
    def test_a_slip_of_the_hand(
        self, client: TestClient, drop: set[int], double: set[int], slips: list[tuple[int, int, str]]
    ) -> None:
        text = "".join(line * (2 if number in double else 1) for number, line in enumerate(LINES) if number not in drop)
        for place, gone, instead in slips:
            text = text[:place] + instead + text[place + gone :]
        asked = client.post("/api/v1/score", content=text, headers={"content-type": "application/yaml"})
        answer = paste(client, text)
        assert answer.status_code == asked.status_code
        if asked.status_code == 422:
            assert is_refused_whole(answer)
            assert [problem["seen"] for problem in asked.json()["problems"]] == [
                seen for _, seen, _ in problems_of(parse(answer.text))
            ]
            assert asked.json()["problems"]
        else:
            assert asked.status_code == 200
            assert len(heads_of(parse(answer.text))) == len(asked.json()["bids"])


class TestOddNames:
    @pytest.mark.parametrize(
        "name",
        [
            "../../etc/passwd",
            "C:\\Users\\officer\\tender.yaml",
            "<script>alert(1)</script>.yaml",
            '"><img src=x onerror=alert(1)>.yaml',
            "a\r\nSet-Cookie: x=1.yaml",
            "\u202elmay.rednet",
            "n" * 3000,
            "..",
            "/",
            "tender.yaml\x00.exe",
            "été à la mairie.yaml",
            "con.yaml",
            " ",
        ],
    )
    def test_a_name_is_only_shown(self, client: TestClient, name: str) -> None:
        answer = upload(client, b"a: [", name)
        assert is_refused_whole(answer)
        page = parse(answer.text)
        assert page.errors == ()
        assert [one for one in page.all("script") if "src" not in one.attrib] == []
        assert page.all("img") == []
        summary = words(next(one for one in page.all("a") if one.attrib.get("href") == "#file"))
        assert len(summary) < 250
        assert "/etc/" not in summary
        assert "officer" not in summary

    @pytest.mark.parametrize(
        "name",
        [
            "../../x.yaml",
            'a"; filename="b.exe',
            "a\r\nX-Odd: 1",
            "<script>",
            "n" * 3000,
            "été.yaml",
            "",
            ".yaml",
            "=1+1",
        ],
    )
    def test_a_download_has_a_plain_name(self, client: TestClient, name: str) -> None:
        answer = client.post("/score/download.csv", data={"name": name, "text": WORKED})
        if not name:
            assert answer.status_code in {200, 422}
            return
        assert answer.status_code == 200
        said = answer.headers["content-disposition"]
        file = said.removeprefix('attachment; filename="').removesuffix('"')
        assert said == f'attachment; filename="{file}"'
        assert all(character.isascii() and (character.isalnum() or character in "-._") for character in file)
        assert file.endswith(".csv")
        assert 5 <= len(file) <= 90
        assert "x-odd" not in answer.headers


class TestEscaped:
    @pytest.mark.parametrize(
        "trick", [SCRIPT, "{{ 7 * 7 }}{% raw %}", "<img src=x onerror=alert(1)>", "&lt;b&gt;", "'\"><svg/onload=x>"]
    )
    def test_every_text_of_a_tender_is_shown_as_it_is(self, client: TestClient, trick: str) -> None:
        answer = paste(client, as_json(everywhere(trick)))
        assert answer.status_code == 200
        page = parse(answer.text)
        assert page.errors == ()
        assert words(page.all("h1")[0]) == trick
        assert [one for one in page.all("script") if "src" not in one.attrib] == []
        assert page.all("img") == []
        assert [one for one in page.tree.iter() if any(name.startswith("on") for name in one.attrib)] == []
        shown = words(page.tree)
        # Title in three places, bidder, other mark, question, reason, text: each at least once.
        assert shown.count(trick) >= 8
        assert "49" not in heads_of(page)[0]

    @pytest.mark.parametrize("trick", [SCRIPT, "{{ 7 * 7 }}"])
    def test_what_was_seen_in_a_broken_file_is_shown_as_it_is(self, client: TestClient, trick: str) -> None:
        file = worked(method=trick)
        file["tender"][trick] = trick
        page = parse(paste(client, as_json(file)).text)
        assert page.errors == ()
        assert [one for one in page.all("script") if "src" not in one.attrib] == []
        assert trick in " ".join(cell for problem in problems_of(page) for cell in problem)

    @pytest.mark.parametrize(
        "trick", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x.example","x")', "=cmd|' /C calc'!A0"]
    )
    def test_no_spreadsheet_runs_what_a_bidder_typed(self, client: TestClient, trick: str) -> None:
        sent = {"name": "mine.json", "text": as_json(everywhere(trick))}
        answered = client.post("/score/download.xlsx", data=sent)
        assert answered.status_code == 200
        book = load_workbook(io.BytesIO(answered.content))
        cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
        assert [cell.coordinate for cell in cells if cell.data_type == "f" or cell.hyperlink] == []
        typed = [cell for cell in cells if isinstance(cell.value, str) and cell.value.startswith(trick)]
        assert len(typed) >= 5
        text = client.post("/score/download.csv", data=sent).content.decode("utf-8-sig")
        first = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
        assert [cell for cell in first if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
        assert any(trick.strip() in cell for cell in first)


def test_the_example_is_a_file_that_scores(client: TestClient) -> None:
    file = client.get("/score/example/download.yaml")
    assert file.content == WORKED.encode()
    assert file.headers["content-disposition"] == 'attachment; filename="example-tender.yaml"'
    assert rows_of(parse(upload(client, file.content).text)) == rows_of(parse(client.get("/score/example").text))


@pytest.mark.parametrize("key", DEMO)
def test_every_tender_of_the_demo_downloads_as_a_file_that_scores_alike(client: TestClient, key: str) -> None:
    file = client.get(f"/tenders/{key}/download.yaml")
    assert file.content == (ROOT / "data" / "demo" / f"{key}.yaml").read_bytes()
    answer = client.post("/api/v1/score", content=file.content, headers={"content-type": "application/yaml"}).json()
    assert answer == client.get(f"/api/v1/tenders/{key}").json() == client.get(f"/tenders/{key}/download.json").json()


def test_without_measure_sets_a_file_is_refused_in_words(empty: TestClient) -> None:
    answer = paste(empty, WORKED)
    assert is_refused_whole(answer)
    assert "framework" in answer.text
    assert "No measure set is loaded yet" in empty.get("/score").text


def test_nothing_sent_is_kept(client: TestClient, demo: Any) -> None:
    before = dict(demo.state.scored)
    text = WORKED.replace("id: WORKED-1", "id: ONLY-HERE")
    assert paste(client, text).status_code == 200
    assert demo.state.scored == before
    for path in ("/", "/tenders", "/api/v1/tenders"):
        assert "ONLY-HERE" not in client.get(path).text
