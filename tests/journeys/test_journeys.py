"""What people come to do, from the first page to the end, as they do it (DESIGN 1 and 4)."""

import json
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import ElementHandle, Locator, Page, expect

from tests.web.installation import ROOT, WORKED
from tests.web.tender_files import as_json, broken

GOLDEN = ROOT / "tests" / "tenders" / "golden" / "worked.json"


def open_menu(page: Page, label: str) -> None:
    page.get_by_role("navigation", name="Menu").get_by_role("link", name=label).click()


def heading(page: Page, name: str) -> Locator:
    return page.get_by_role("heading", level=1, name=name, exact=True)


def row_of(page: Page, name: str) -> Locator:
    """The figures of a row of the comparison."""
    own = page.get_by_role("rowheader", name=name, exact=True)
    return page.get_by_role("row").filter(has=own).get_by_role("cell")


def containing(part: str) -> re.Pattern[str]:
    """An address with that part in it."""
    return re.compile(re.escape(part))


def download(page: Page, link: Locator, folder: Path) -> Path:
    with page.expect_download() as waiting:
        link.click()
    file = folder / waiting.value.suggested_filename
    waiting.value.save_as(file)
    return file


def test_a_newcomer_finds_a_measure_and_where_its_value_comes_from(page: Page) -> None:
    page.goto("/")
    page.get_by_role("region", name="Measure sets").get_by_role("link", name="Open TOMs 2021.1").click()
    expect(heading(page, "Open TOMs 2021.1")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("37 measures")
    page.get_by_role("link", name="Lite").click()
    expect(page).to_have_url(containing("list=lite"))
    expect(page.get_by_role("status")).to_contain_text("16 of 37 measures")
    page.get_by_label("Find a measure").fill("out of work")
    page.get_by_role("button", name="Find").click()
    expect(page).to_have_url(containing("find=out"))
    expect(page.get_by_role("status")).to_contain_text("“out of work”")
    page.get_by_role("main").locator("a[href='/frameworks/open-toms/2021.1/measures/J3']").click()
    expect(page.get_by_role("heading", name="How the unit value is worked out")).to_be_visible()
    working = page.get_by_role("region", name="How the unit value is worked out")
    for text in (
        "£9,800",
        "£11,579.41",
        "87.9486",
        "74.4335",
        "Where it stands",
        "Terms of the source",
        "GDP deflator",
    ):
        expect(working.get_by_text(text).first).to_be_visible()
    expect(working.get_by_role("link").first).to_have_attribute("href", re.compile("^https://"))
    told = page.locator("section[aria-labelledby='history']")
    for version in ("2018.1", "2021.1", "2026.1"):
        expect(told.get_by_text(version).first).to_be_visible()
    page.get_by_role("link", name="Next").click()
    expect(page).to_have_url(containing("/measures/J4"))
    page.get_by_role("navigation", name="Breadcrumb").get_by_role("link").last.click()
    expect(page.get_by_role("status")).to_contain_text("measures")


def test_filters_work_while_typing_where_scripts_run(page: Page, has_scripts: bool) -> None:
    page.goto("/frameworks/open-toms/2021.1")
    field = page.get_by_label("Find a measure")
    field.press_sequentially("apprentice")
    if not has_scripts:
        field.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("“apprentice”")
    expect(page).to_have_url(containing("find=apprentice"))
    if has_scripts:
        expect(field).to_be_focused()
    page.locator(".sv-filter").get_by_role("link", name="Lite").click()
    expect(page.get_by_role("status")).to_contain_text("lite list, “apprentice”")
    expect(field).to_have_value("apprentice")
    page.go_back()
    expect(page.get_by_role("status")).not_to_contain_text("lite list")
    expect(page.get_by_role("status")).to_contain_text("“apprentice”")
    page.reload()
    expect(page.get_by_role("status")).to_contain_text("“apprentice”")
    expect(page.get_by_role("heading", level=1)).to_have_text("Open TOMs 2021.1")


def test_a_search_without_a_find_shows_the_way_out(page: Page) -> None:
    page.goto("/frameworks/open-toms/2021.1?find=zzzz&list=lite")
    expect(page.get_by_text("No measure fits.")).to_be_visible()
    page.get_by_role("link", name="Without “zzzz”").click()
    expect(page.get_by_role("status")).to_contain_text("16 of 37 measures")
    page.goto("/frameworks/open-toms/2021.1?find=zzzz")
    page.get_by_role("link", name="Show all measures").click()
    expect(page.get_by_role("status")).to_have_text("37 measures")


def test_two_versions_are_compared(page: Page, tmp_path: Path) -> None:
    page.goto("/")
    open_menu(page, "Measures")
    page.get_by_role("link", name="with 2018.1").first.click()
    counts = page.get_by_role("table", name="Measures per list")
    for name, figures in {"Main": "46 34 −12", "Lite, part of main": "22 16 −6", "Record only": "9 3 −6"}.items():
        own = page.get_by_role("rowheader", name=name, exact=True)
        expect(counts.get_by_role("row").filter(has=own).get_by_role("cell")).to_have_text(figures.split())
    page.get_by_label("Version to start from").select_option("2021.1")
    page.get_by_label("Version to compare it with").select_option("2026.1")
    page.get_by_role("button", name="Compare").click()
    expect(page).to_have_url(containing("from=2021.1&to=2026.1"))
    expect(page.get_by_role("region", name="unit value").first).to_contain_text("%")
    page.get_by_role("link", name="Swap the two").click()
    expect(page.get_by_text("2026.1 is the later version")).to_be_visible()
    file = download(page, page.get_by_role("link", name="XLSX"), tmp_path)
    assert load_workbook(file).sheetnames
    page.get_by_label("Version to compare it with").select_option("2026.1")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("alert")).to_be_visible()


def test_the_example_is_scored_downloaded_and_scored_again(page: Page, tmp_path: Path) -> None:
    page.goto("/")
    page.get_by_role("main").get_by_role("link", name="Score a tender file").first.click()
    page.get_by_role("link", name="See its result").click()
    expect(page.get_by_text("Bid B is first with 84.32 marks, 1.12 ahead of bid A.")).to_be_visible()
    open_menu(page, "Score a tender file")
    file = download(page, page.get_by_role("link", name="Download the example file"), tmp_path)
    assert file.read_text(encoding="utf-8") == WORKED
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Score this tender").click()
    expect(heading(page, "Worked example of the scoring rules")).to_be_visible()
    expect(row_of(page, "Marks")).to_have_text(["83.20", "84.32", "79.92", "74.00"])
    expect(row_of(page, "Social value: quantity of 10")).to_have_text(["10.00", "8.81", "0.11", "0.00"])
    answer = download(page, page.get_by_role("button", name="JSON"), tmp_path)
    assert json.loads(answer.read_text(encoding="utf-8")) == json.loads(GOLDEN.read_text(encoding="utf-8"))
    book = download(page, page.get_by_role("button", name="Workbook"), tmp_path)
    assert load_workbook(book).sheetnames[0] == "Bids"


def test_a_broken_file_is_mended_on_the_page(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "tender.json"
    file.write_text(as_json(broken()), encoding="utf-8")
    page.goto("/score")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Score this tender").click()
    expect(page).to_have_title("Error: Score a tender file – Social value – Borough of Calderbrook")
    said = "tender.json was not scored: 5 things to put right. Nothing was stored."
    expect(page.get_by_role("alert").get_by_role("link", name=said)).to_be_visible()
    table = page.get_by_role("region", name="What to put right").get_by_role("table")
    expect(table.get_by_role("row")).to_have_count(6)
    expect(table).to_contain_text("bids[1].commitments.X1")
    expect(table).to_contain_text('a number in quotes, as in "750000"')
    text = page.get_by_label("Text of the tender file")
    expect(text).to_have_value(as_json(broken()))
    text.fill(WORKED)
    page.get_by_role("button", name="Score this tender").click()
    expect(row_of(page, "Marks")).to_have_text(["83.20", "84.32", "79.92", "74.00"])
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_check_is_followed_from_the_list_of_tenders_to_its_measure(page: Page) -> None:
    page.goto("/")
    open_menu(page, "Tenders")
    expect(page.get_by_role("main").get_by_role("link", name="(£")).to_have_count(7)
    page.get_by_role("link", name="Smart corridor (£7.5m)").click()
    expect(heading(page, "Smart corridor")).to_be_visible()
    expect(page.get_by_text("The bids and figures of this tender are invented.")).to_be_visible()
    flag = page.get_by_role("table").get_by_role("link", name="Check").first
    number = (flag.text_content() or "").removeprefix("Check ").strip()
    flag.click()
    expect(page).to_have_url(containing(f"#check-{number}"))
    expect(page.locator(f"#check-{number}")).to_be_in_viewport()
    measure = page.get_by_role("rowheader").filter(has=page.locator(".sv-ref")).get_by_role("link").first
    title = measure.text_content() or ""
    measure.click()
    expect(heading(page, title)).to_be_visible()
    expect(page.get_by_role("heading", name="What counts", exact=True)).to_be_visible()
    page.go_back()
    expect(heading(page, "Smart corridor")).to_be_visible()


class TestKeyboardAlone:
    def test_to_a_measure(self, page: Page) -> None:
        page.goto("/")
        page.keyboard.press("Tab")
        skip = page.get_by_role("link", name="Skip to main content")
        expect(skip).to_be_focused()
        expect(skip).to_be_in_viewport()
        assert_visible_focus(page)
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("() => document.querySelector('main').contains(document.activeElement)")
        page.goto("/")
        tab_to(page, page.get_by_role("navigation", name="Menu").get_by_role("link", name="Measures"))
        page.keyboard.press("Enter")
        tab_to(page, page.get_by_role("link", name="Open TOMs 2021.1").first)
        page.keyboard.press("Enter")
        expect(heading(page, "Open TOMs 2021.1")).to_be_visible()
        tab_to(page, page.get_by_label("Find a measure"))
        page.keyboard.type("living wage")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("“living wage”")
        tab_to(page, page.locator(".sv-filter").get_by_role("link", name="Lite"))
        page.keyboard.press("Enter")
        expect(page).to_have_url(containing("list=lite"))
        expect(page.get_by_role("status")).to_contain_text("lite list")

    def test_to_a_result(self, page: Page) -> None:
        page.goto("/score")
        summary = page.get_by_text("Paste the text instead")
        tab_to(page, page.locator("summary"))
        expect(summary).to_be_in_viewport()
        page.keyboard.press("Enter")
        tab_to(page, page.get_by_label("Text of the tender file"))
        page.keyboard.insert_text("tender: {}")
        tab_to(page, page.get_by_role("button", name="Score this tender"))
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_be_visible()
        tab_to(page, page.get_by_role("alert").get_by_role("link"))
        page.keyboard.press("Enter")
        tab_to(page, page.get_by_label("Text of the tender file"))
        page.keyboard.press("Control+A")
        page.keyboard.insert_text(WORKED)
        tab_to(page, page.get_by_role("button", name="Score this tender"))
        page.keyboard.press("Enter")
        expect(row_of(page, "Marks")).to_have_text(["83.20", "84.32", "79.92", "74.00"])
        tab_to(page, page.get_by_role("link", name="Check").first)


FOCUS = """wanted => {
    const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect()
    const marked = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== 'none'
    return {
        marked: marked || style.backgroundColor === 'rgb(255, 221, 0)' || style.outlineStyle === 'auto',
        inside: box.bottom > 0 && box.top < innerHeight && box.width > 0 && box.height > 0,
        html: one.outerHTML.slice(0, 200),
        there: wanted !== null && (wanted === one || wanted.contains(one)),
    }
}"""


def assert_visible_focus(page: Page, wanted: ElementHandle | None = None) -> bool:
    """What has the focus shows it and is in sight; says whether it is what is wanted, or inside it."""
    focus = page.evaluate(FOCUS, wanted)
    assert focus["marked"], f"nothing shows that this has the focus: {focus['html']}"
    assert focus["inside"], f"the focus is out of sight: {focus['html']}"
    return focus["there"]


def tab_to(page: Page, wanted: Locator, *, at_most: int = 120) -> None:
    """Presses Tab until what is wanted has the focus; every stop on the way must show that it has it."""
    element = wanted.element_handle()
    for _ in range(at_most):
        page.keyboard.press("Tab")
        if assert_visible_focus(page, element):
            return
    pytest.fail(f"Tab does not reach {wanted} within {at_most} stops")
