"""Tender files with one fault each: refused with what was seen, what was wanted, and where (RULES 3.7; FORMATS 2)."""

import json
from itertools import pairwise
from typing import NamedTuple

import pytest
import yaml

from tests.tenders.example import bid, load, result_of, tender, worked

# A valid file over the set with every kind of measure, for what the worked example has no place for.
RICH_FILE = """\
tender:
  id: R-1
  title: A tender with every kind of measure
  framework: rich@2021.1
  list: main
  record_only: true
  contract_value: "100000"
  leave_out: [I1, R2]
  mandatory: [J1]
  measure_weights: {P1: "1.5"}
  weights_applied: true
  scoring:
    method: bands
    quantitative: "10"
    qualitative: "10"
    bands: [["0", "0"], ["5", "4"], ["20", "10"]]
    minimum_percent: "1"
    tie: lower_price
  questions:
    - {id: q1, title: How will you do it, weight: "4"}
    - {id: q2, title: Who will do it, weight: "6"}
  other_marks: [quality, speed]
  outcome: {status: awarded, bidder: A}
bids:
  - bidder: A
    price: "90000"
    qualitative: {q1: "3", q2: "4"}
    other_marks: {quality: "30", speed: "5"}
    commitments:
      J1: {offered: "2", accepted: "1", reason: one job is elsewhere, statement: We hire, outside_area: "1"}
      N1: {text: We listen.}
      R1: "40"
  - bidder: B
    price: "95000"
    qualitative: {q1: "5", q2: "5"}
    other_marks: {quality: "25", speed: "5"}
    commitments: {P1: "8"}
"""

# The same over the lite list, without the record-only measures.
OFF_LIST = (
    RICH_FILE.replace("list: main", "list: lite")
    .replace("  record_only: true\n", "")
    .replace("  leave_out: [I1, R2]\n", "")
    .replace("      N1: {text: We listen.}\n", "")
    .replace('      R1: "40"\n', "")
)


class Case(NamedTuple):
    """One fault: a file, the place it is reported at, its line, and what the message says was seen and wanted."""

    data: bytes
    place: str
    line: int | None
    seen: str
    wanted: str
    name: str = "tender.yaml"


def edited(text: str, old: str, new: str, place: str, seen: str, wanted: str, *, line_of: str = "") -> Case:
    """The text with one change; the fault is reported on the line of the change, or on that of `line_of`."""
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
    changed = text.replace(old, new)
    at = changed.index(line_of) if line_of else text.index(old) + len(new) - len(new.lstrip("\n "))
    return Case(changed.encode(), place, changed.count("\n", 0, at) + 1, seen, wanted)


def in_worked(old: str, new: str, place: str, seen: str, wanted: str, **more: str) -> Case:
    return edited(worked(), old, new, place, seen, wanted, **more)


def in_rich(old: str, new: str, place: str, seen: str, wanted: str, **more: str) -> Case:
    return edited(RICH_FILE, old, new, place, seen, wanted, **more)


def as_json(old: str, new: str, place: str, seen: str, wanted: str) -> Case:
    text = json.dumps(yaml.safe_load(RICH_FILE), indent=1)
    return edited(text, old, new, place, seen, wanted)._replace(name="tender.json")


def whole(data: bytes, seen: str, wanted: str, *, line: int | None = None) -> Case:
    return Case(data, "", line, seen, wanted)


A_NUMBER = 'a number in quotes, as in "750000" or "0.42"'
A_QUANTITY = 'a quantity in quotes, as in "2.5", or "n/a" where the measure does not apply'
A_LINE = f"{A_QUANTITY}, or a mapping of keys and values"
A_TEXT_FILE = "a text file in YAML or JSON"
UTF_8 = "text in UTF-8: save the file again as UTF-8"
A_FILE = "a file in YAML or JSON with the keys of its format"
WRITTEN_OUT = "the value written out (no anchors, no aliases)"
METHOD = "method: relative"
C_PRICE = "bids[3].price"
C_LINE = "bids[3].commitments.X5"
SPARE = "  scoring:\n"
BID_C = '  - bidder: C\n    price: "729999"\n'
BOMB = "\n".join(["a: &a [x, x]", *(f"{c}: &{c} [*{b}, *{b}, *{b}, *{b}]" for b, c in pairwise("abcdefghi"))])
DEEP = b"tender:\n  " + b"[" * 60 + b"]" * 60
MANY = json.dumps(tender(*(bid(f"Firm {number}") for number in range(1001)))).encode()
CP1252 = worked(("Worked example", "Worked example – £750,000")).encode("cp1252")


def bands(text: str, place: str, seen: str, wanted: str) -> Case:
    return in_worked(METHOD, f"method: bands\n    bands: {text}", place, seen, wanted, line_of="bands: ")


CASES: dict[str, Case] = {
    # --- what is no text file ---
    "more than a mebibyte": whole(worked().encode() + b"#" * 10_000_000, "bytes", "at most 1 MiB (1,048,576 bytes)"),
    "binary": whole(b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR", "binary data", A_TEXT_FILE, line=3),
    "a zip archive": whole(b"PK\x03\x04" + bytes(30), "a spreadsheet, document or zip archive", A_TEXT_FILE),
    "UTF-16": whole(worked().encode("utf-16"), "text in UTF-16", UTF_8),
    "UTF-16 without its mark": whole(worked().encode("utf-16-le"), "text that looks like UTF-16", UTF_8),
    "Windows-1252": whole(CP1252, "the byte 0x96, which is not UTF-8", f"{UTF_8} (it looks like Windows-1252)", line=3),
    "a control character": whole(
        worked(("Worked example", "Worked\x07 example")).encode(), "0x07", "text without control characters", line=3
    ),
    "an empty file": whole(b"", "an empty file", A_FILE),
    "remarks only": whole(b"# nothing here\n", "an empty file", A_FILE),
    # --- what is no YAML or JSON, or more than it should be ---
    "a text": whole(b"tender of parks", "“tender of parks”", "a mapping of keys and values", line=1),
    "a list": whole(b"- tender\n", "a list of 1", "a mapping of keys and values", line=1),
    "a quote that is not closed": whole(
        worked(("title: Worked example of", 'title: "Worked example of')).encode(),
        "“contract_value: ",
        "a closed text",
        line=7,
    ),
    "a tab": in_worked(
        "  list: main", "\tlist: main", "", "“list: main”", "blanks at the start of the line, not a tab"
    ),
    "two documents": in_worked("\nbids:", "\n---\nbids:", "", "a second document", "one document"),
    "an anchor": in_worked('"742000"', '&p "742000"', "bids[1].price", "the anchor “&p”", WRITTEN_OUT),
    "an alias without an anchor": in_worked('"742000"', "*p", "bids[1].price", "the alias “*p”", WRITTEN_OUT),
    "a tag": in_worked(
        '"742000"', "!!float 742000", "bids[1].price", "the tag “tag:yaml.org,2002:float”", "without a tag"
    ),
    "an object of another program": in_worked(
        '"742000"', "!!python/object/apply:os.getcwd []", "bids[1].price", "the tag", "a value without a tag"
    ),
    "too deep": Case(DEEP, "tender[1][1][1][1]", 2, "more than 50 levels", "at most 50 levels"),
    "a duplicate key": in_worked(
        "  list: main\n",
        "  list: main\n  list: lite\n",
        "tender.list",
        "the key “list” a second time (first on line 5)",
        "each key once",
        line_of="  list: lite",
    ),
    "a key that is nothing": in_worked(
        "  area: calderbrook", "  ~: calderbrook", "tender", "nothing as a key", "in quotes"
    ),
    "JSON with a duplicate key": as_json(
        '"list": "main",',
        '"list": "main", "list": "lite",',
        "tender.list",
        "the key “list” a second time",
        "each key once",
    ),
    "JSON with a trailing comma": as_json('"J1"\n  ]', '"J1",  ]', "", '“"J1", ],”', "JSON that can be read"),
    "JSON with a number that is none": as_json('"100000"', "NaN", "tender.contract_value", "NaN", "a plain number"),
    # --- keys and types ---
    "an unknown key": in_worked(
        "  list: main\n",
        "  list: main\n  colour: red\n",
        "tender.colour",
        "the key “colour”",
        "known here: id, title,",
        line_of="  colour",
    ),
    "a misspelt key": in_worked(
        "duration_months: 24",
        "duration_month: 24",
        "tender.duration_month",
        "the key “duration_month”",
        "one of the keys known here: duration_months, id,",
    ),
    "an unknown key of a line": in_worked(
        'X5: "500"', 'X5: {amount: "5"}', f"{C_LINE}.amount", "“amount”", "offered, accepted"
    ),
    "a key that is required": in_worked(
        '  contract_value: "750000"\n',
        "",
        "tender.contract_value",
        "nothing",
        "“contract_value”, which is required here",
        line_of="tender:",
    ),
    "a list for a mapping": in_worked(
        '{X4: "75.5", X5: "500"}', "[X4, X5]", "bids[3].commitments", "a list of 2", "a mapping of keys and values"
    ),
    "a mapping for a list": in_worked("[quality]", "{a: quality}", "tender.other_marks", "a mapping", "a list"),
    "a text for a list": in_worked("[quality]", "quality", "tender.other_marks", "“quality”", "a list"),
    "a bid that is a text": in_worked(
        BID_C + worked().split(BID_C)[1].split("  - bidder: D")[0],
        "  - bidder C\n",
        "bids[3]",
        "“bidder C”",
        "a mapping",
    ),
    "a number for a text": in_worked("- bidder: B", "- bidder: 2", "bids[2].bidder", "2", "a text in quotes"),
    "an empty text": in_worked(
        "- bidder: B", '- bidder: ""', "bids[2].bidder", "an empty text", "a text that is not empty"
    ),
    "a name longer than any": in_worked(
        "- bidder: B", f"- bidder: {'B' * 301}", "bids[2].bidder", "“BBBB", "at most 300 characters"
    ),
    "a text for true or false": in_worked(
        "invented: true", "invented: yes", "tender.invented", "“yes”", "true or false"
    ),
    "a text for a whole number": in_worked(
        "decimals: 2", 'decimals: "2"', "tender.scoring.decimals", "“2”", "a whole number without quotes"
    ),
    "no date": in_worked("2022-03-01", "01/03/2022", "tender.opened", "“01/03/2022”", "a date, as in 2021-04-01"),
    "a day that does not exist": in_worked("2022-03-01", "2022-02-30", "tender.opened", "“2022-02-30”", "a date"),
    "no bids": Case(worked().split("\nbids:")[0].encode() + b"\nbids: []\n", "bids", 25, "an empty list", "not empty"),
    "more bids than any tender has": Case(MANY, "bids", 1, "a list of 1001", "at most 1000 entries", "tender.json"),
    # --- numbers ---
    "a float for a decimal": in_worked(
        'quantitative: "10"', "quantitative: 10.0", "tender.scoring.quantitative", "10.0", A_NUMBER
    ),
    "a number without quotes": in_worked('"742000"', "742000", "bids[1].price", "742000", A_NUMBER),
    "a quantity without quotes": in_worked('X5: "500"', "X5: 500", C_LINE, "500", A_LINE),
    "NaN": in_worked('"729999"', '"NaN"', C_PRICE, "“NaN”", A_NUMBER),
    "YAML’s NaN": in_worked('"729999"', ".nan", C_PRICE, "“.nan”", A_NUMBER),
    "infinity": in_worked('"729999"', '"Infinity"', C_PRICE, "“Infinity”", A_NUMBER),
    "an exponent": in_worked('"729999"', '"7.3e5"', C_PRICE, "“7.3e5”", A_NUMBER),
    "a comma": in_worked('"729999"', '"729,999"', C_PRICE, "“729,999”", A_NUMBER),
    "a pound sign": in_worked('"729999"', '"£729999"', C_PRICE, "“£729999”", A_NUMBER),
    "a blank": in_worked('"729999"', '" 729999"', C_PRICE, "“729999” with blanks around it", A_NUMBER),
    "digits of another script": in_worked('"729999"', '"７29999"', C_PRICE, "“７29999”", A_NUMBER),
    # --- money ---
    "a contract value of 0": in_worked('"750000"', '"0"', "tender.contract_value", "0", "an amount in £ above 0"),
    "a contract value below 0": in_worked('"750000"', '"-1"', "tender.contract_value", "-1", "an amount in £ above 0"),
    "a price of 0": in_worked('"729999"', '"0.00"', C_PRICE, "0.00", "a price in £ above 0"),
    "no price where price is marked": in_worked(
        '    price: "729999"\n',
        "",
        C_PRICE,
        "nothing",
        "a price in £: this tender gives marks for price",
        line_of="  - bidder: C",
    ),
    "no price where the share is of it": edited(
        RICH_FILE.replace("tie: lower_price", "tie: shared").replace(
            "  list: main", "  list: main\n  denominator: bid_price"
        ),
        '    price: "95000"\n',
        "",
        "bids[2].price",
        "nothing",
        "a price in £: social value is a share of the bid’s own price",
        line_of="  - bidder: B",
    ),
    "no price where it decides": in_rich(
        '    price: "95000"\n',
        "",
        "bids[2].price",
        "nothing",
        "a price in £: the lower price decides between equal marks",
        line_of="  - bidder: B",
    ),
    "a price weight of 0": in_worked('{weight: "40"', '{weight: "0"', "tender.price.weight", "0", "a weight above 0"),
    # --- settings ---
    "an unknown method": in_worked(
        METHOD, "method: ratio", "tender.scoring.method", "“ratio”", "relative, target, bands"
    ),
    "an unknown tie rule": in_worked(
        "tie: shared", "tie: coin", "tender.scoring.tie", "“coin”", "shared, higher_value, lower_price"
    ),
    "an unknown zero rule": in_worked(
        "zero: score_zero", "zero: drop", "tender.scoring.zero", "“drop”", "score_zero, disregard"
    ),
    "an unknown denominator": in_worked(
        "denominator: contract_value",
        "denominator: budget",
        "tender.denominator",
        "“budget”",
        "contract_value, bid_price",
    ),
    "an unknown price method": in_worked(
        "lowest_over_own", "inverse", "tender.price.method", "“inverse”", "lowest_over_own"
    ),
    "an unknown list": in_worked("list: main", "list: long", "tender.list", "“long”", "one of: main, lite"),
    "the record-only list alone": in_worked(
        "list: main",
        "list: record_only",
        "tender.list",
        "“record_only”",
        "record_only: true offers the record-only list",
    ),
    "five decimals declared": in_worked(
        "decimals: 2", "decimals: 5", "tender.scoring.decimals", "5", "a number of 4 or less"
    ),
    "a weight below 0": in_worked(
        'quantitative: "10"', 'quantitative: "-10"', "tender.scoring.quantitative", "-10", "0 or more"
    ),
    "a minimum below 0": in_worked(
        "tie: shared",
        'tie: shared\n    minimum_percent: "-1"',
        "tender.scoring.minimum_percent",
        "-1",
        "a share of 0 or more",
        line_of="    minimum",
    ),
    "no target rate": in_worked(
        METHOD,
        "method: target",
        "tender.scoring.target_percent",
        "nothing",
        'a target rate in %, as in "25"',
        line_of="  scoring:",
    ),
    "a target rate of 0": in_worked(
        METHOD,
        'method: target\n    target_percent: "0"',
        "tender.scoring.target_percent",
        "0",
        "a target rate above 0",
        line_of="    target",
    ),
    "no bands": in_worked(
        METHOD,
        "method: bands",
        "tender.scoring.bands",
        "nothing",
        'at least one band, as in ["0", "0"]',
        line_of="  scoring:",
    ),
    "an empty list of bands": bands("[]", "tender.scoring.bands", "nothing", "at least one band"),
    "bands out of order": bands(
        '[["5", "1"], ["5", "2"]]',
        "tender.scoring.bands[2][1]",
        "5",
        "a lower bound above 5: bounds rise from band to band",
    ),
    "marks that fall": bands('[["5", "3"], ["6", "2"]]', "tender.scoring.bands[2][2]", "2", "marks of 3 or more"),
    "marks above the weight": bands(
        '[["5", "10.5"]]', "tender.scoring.bands[1][2]", "10.5", "marks from 0 to the quantitative weight, 10"
    ),
    "a lower bound below 0": bands('[["-5", "1"]]', "tender.scoring.bands[1][1]", "-5", "a lower bound of 0 or more"),
    "a band of one number": bands(
        '[["5"]]', "tender.scoring.bands[1]", "a list of 1", "two numbers, a lower bound in % and the marks"
    ),
    "a scale of 0": in_worked(
        "qualitative_scale: 5", "qualitative_scale: 0", "tender.qualitative_scale", "0", "a number above 0"
    ),
    "an unknown version": in_worked(
        "example@2021.1",
        "example@2030.1",
        "tender.framework",
        "“example@2030.1”",
        "that are here: example@2021.1, rich@2021.1",
    ),
    "a version without a set": in_worked(
        "example@2021.1",
        "example",
        "tender.framework",
        "“example”",
        'a version of a measure set, as in "open-toms@2026.1"',
    ),
    # --- questions and other marks ---
    "weights that do not sum": in_rich(
        'weight: "6"',
        'weight: "5"',
        "tender.questions",
        "weights that sum to 9",
        "weights that sum to scoring.qualitative, 10",
        line_of="  questions:",
    ),
    "the same question twice": in_rich(
        '{id: q2, title: Who will do it, weight: "6"}',
        '{id: q2, title: Who, weight: "2"}\n    - {id: q2, title: Who else, weight: "4"}',
        "tender.questions[3].id",
        "“q2” a second time",
        "each id once",
        line_of="    - {id: q2, title: Who else",
    ),
    "a question of weight 0": in_rich(
        '{id: q2, title: Who will do it, weight: "6"}',
        '{id: q2, title: Who, weight: "6"}\n    - {id: q3, title: Why, weight: "0"}',
        "tender.questions[3].weight",
        "0",
        "a weight above 0",
        line_of="    - {id: q3",
    ),
    "a mark for an unknown question": in_rich(
        '{q1: "5", q2: "5"}', '{q1: "5", q3: "5"}', "bids[2].qualitative.q3", "“q3”", "one of the questions: q1 and q2"
    ),
    "one mark for several questions": in_rich(
        '{q1: "5", q2: "5"}', '"5"', "bids[2].qualitative", "5", 'a mark for each question, as in {q1: "3"}'
    ),
    "several marks for one answer": in_worked(
        'qualitative: "4"',
        'qualitative: {q1: "4"}',
        "bids[2].qualitative",
        "a mapping",
        'one mark in quotes, as in "3"',
    ),
    "a mark above the scale": in_worked(
        'qualitative: "4"', 'qualitative: "5.01"', "bids[2].qualitative", "5.01", "a mark from 0 to 5"
    ),
    "a mark below 0": in_worked(
        'qualitative: "4"', 'qualitative: "-1"', "bids[2].qualitative", "-1", "a mark from 0 to 5"
    ),
    "a mark of three decimals": in_worked(
        'qualitative: "4"', 'qualitative: "4.125"', "bids[2].qualitative", "4.125", "a mark with at most 2 decimals"
    ),
    "another mark is missing": in_worked(
        '{quality: "28"}', "{}", "bids[2].other_marks.quality", "nothing", "the mark for “quality”"
    ),
    "another mark is null": in_worked(
        '{quality: "28"}', "{quality: null}", "bids[2].other_marks.quality", "nothing", "the mark for “quality”"
    ),
    "an unknown other mark": in_worked(
        '{quality: "28"}',
        '{quality: "28", speed: "1"}',
        "bids[2].other_marks.speed",
        "“speed”",
        "listed in tender.other_marks",
    ),
    "another mark below 0": in_worked(
        '{quality: "28"}', '{quality: "-28"}', "bids[2].other_marks.quality", "-28", "a mark of 0 or more"
    ),
    "the name of a mark of our own": edited(
        worked().replace("{quality:", "{total:"),
        "[quality]",
        "[total]",
        "tender.other_marks[1]",
        "“total”",
        "does not use",
    ),
    "the same other mark twice": in_rich(
        "[quality, speed]",
        "[quality, speed, speed]",
        "tender.other_marks[3]",
        "“speed” a second time",
        "each name once",
    ),
    # --- bids and outcome ---
    "the same bidder twice": in_worked(
        "- bidder: B", "- bidder: A", "bids[2].bidder", "“A” a second time", "each bidder once"
    ),
    "an unknown status": in_worked(
        BID_C,
        f"{BID_C}    status: late\n",
        "bids[3].status",
        "“late”",
        "assessed, excluded, withdrawn",
        line_of="    status: late",
    ),
    "a status that only the rule sets": in_worked(
        BID_C,
        f"{BID_C}    status: below_minimum\n",
        "bids[3].status",
        "“below_minimum”",
        "assessed, excluded, withdrawn",
        line_of="    status: below",
    ),
    "an award to somebody unknown": in_rich(
        "bidder: A}", "bidder: E}", "tender.outcome.bidder", "“E”", "one of the bidders: A and B"
    ),
    "an award to nobody": in_rich(
        "{status: awarded, bidder: A}",
        "{status: awarded}",
        "tender.outcome.bidder",
        "nothing",
        "the bidder that was awarded",
    ),
    "a second award to somebody unknown": in_rich(
        "bidder: A}", "bidder: A, also: [E]}", "tender.outcome.also[1]", "“E”", "one of the bidders: A and B"
    ),
    "the same award twice": in_rich(
        "bidder: A}", "bidder: A, also: [A]}", "tender.outcome.also[1]", "“A” a second time", "each bidder once"
    ),
    "a winner of an open tender": in_rich(
        "{status: awarded, bidder: A}", "{bidder: A}", "tender.outcome.bidder", "“A”", "nothing: the tender is open"
    ),
    "an unknown outcome": in_rich(
        "status: awarded", "status: won", "tender.outcome.status", "“won”", "open, awarded, abandoned"
    ),
    # --- lines ---
    "an unknown measure": in_worked(
        'X5: "500"', 'X9: "500"', "bids[3].commitments.X9", "“X9”", "a measure of example@2021.1, written as there"
    ),
    "a measure in other letters": in_worked(
        'X5: "500"', 'x5: "500"', "bids[3].commitments.x5", "“x5”", "written as there"
    ),
    "an alias": in_rich('P1: "8"', 'NT9: "8"', "bids[2].commitments.NT9", "“NT9”", "NT9 is an alias of P1"),
    "a measure off the list": edited(
        OFF_LIST,
        'P1: "8"',
        'V1: "8"',
        "bids[2].commitments.V1",
        "“V1”",
        "a measure on the lite list; V1 stands on main",
    ),
    "a measure left out": in_rich(
        'P1: "8"', 'I1: "8"', "bids[2].commitments.I1", "“I1”", "a measure that this tender has not left out"
    ),
    "a record-only measure left out": in_rich(
        'R1: "40"', 'R2: "40"', "bids[1].commitments.R2", "“R2”", "a measure that this tender has not left out"
    ),
    "a record-only measure where none is offered": edited(
        OFF_LIST,
        'P1: "8"',
        'R1: "8"',
        "bids[2].commitments.R1",
        "“R1”",
        "no record-only measure: this tender does not offer that list",
    ),
    "a measure twice": in_worked(
        'X5: "500"', 'X4: "1", X5: "500"', "bids[3].commitments.X4", "the key “X4” a second time", "each key once"
    ),
    "a quantity below 0": in_worked(
        'X4: "75.5"', 'X4: "-75.5"', "bids[3].commitments.X4", "-75.5", "a quantity of 0 or more"
    ),
    "a quantity of five decimals": in_worked(
        'X4: "75.5"', 'X4: "75.55555"', "bids[3].commitments.X4", "75.55555", "a quantity with at most 4 decimals"
    ),
    "a quantity too large": in_worked(
        'X7: "35"', 'X7: "1000000000"', "bids[1].commitments.X7", "1000000000", "a quantity of at most 999,999,999.9999"
    ),
    "a line too large": in_rich(
        'P1: "8"',
        'J1: "500000"',
        "bids[2].commitments.J1",
        "a line of £10,000,000,000.00",
        "a line of at most £9,999,999,999",
    ),
    "a weighted line too large": in_rich(
        'P1: "8"',
        'P1: "13333334"',
        "bids[2].commitments.P1",
        "a line of £10,000,000,500.00",
        "a line of at most £9,999,999,999",
    ),
    "accepted above offered": in_worked(
        'X5: "500"',
        'X5: {offered: "500", accepted: "500.0001", reason: x}',
        f"{C_LINE}.accepted",
        "500.0001",
        "at most what is offered, 500",
    ),
    "accepted below 0": in_worked(
        'X5: "500"',
        'X5: {offered: "500", accepted: "-1", reason: x}',
        f"{C_LINE}.accepted",
        "-1",
        "a quantity of 0 or more",
    ),
    "different without a reason": in_worked(
        'X5: "500"',
        'X5: {offered: "500", accepted: "400"}',
        f"{C_LINE}.reason",
        "nothing",
        "a reason: 400 of 500 is accepted",
    ),
    "a reason of blanks": in_worked(
        'X5: "500"',
        'X5: {offered: "500", accepted: "400", reason: "  "}',
        f"{C_LINE}.reason",
        "blank characters",
        "not empty",
    ),
    "accepted and nothing offered": in_worked(
        'X5: "500"', 'X5: {accepted: "400", reason: x}', f"{C_LINE}.accepted", "400", "nothing: no quantity is offered"
    ),
    "applies in one half only": in_worked(
        'X5: "500"',
        'X5: {offered: "n/a", accepted: "400"}',
        f"{C_LINE}.accepted",
        "400",
        '"n/a" in both, or a quantity in both',
    ),
    "a text on a counted measure": in_worked(
        'X5: "500"', 'X5: {text: "money"}', f"{C_LINE}.text", "“money”", "a quantity: this measure is counted"
    ),
    "a quantity on a text measure": in_rich(
        "N1: {text: We listen.}", 'N1: "3"', "bids[1].commitments.N1", "a quantity", "this measure has no quantity"
    ),
    "more outside the area than offered": in_rich(
        'outside_area: "1"',
        'outside_area: "2.5"',
        "bids[1].commitments.J1.outside_area",
        "2.5",
        "at most what is offered, 2",
    ),
    "outside the area below 0": in_rich(
        'outside_area: "1"',
        'outside_area: "-1"',
        "bids[1].commitments.J1.outside_area",
        "-1",
        "a quantity of 0 or more",
    ),
    # --- measures that the tender names ---
    "an unknown mandatory measure": in_rich(
        "[J1]", "[J1, Z9]", "tender.mandatory[2]", "“Z9”", "a measure of rich@2021.1"
    ),
    "a mandatory measure left out": in_rich("[J1]", "[I1]", "tender.mandatory[1]", "“I1”", "has not left out"),
    "a mandatory measure twice": in_rich(
        "[J1]", "[J1, J1]", "tender.mandatory[2]", "“J1” a second time", "each measure once"
    ),
    "an unknown measure left out": in_rich(
        "[I1, R2]", "[I1, Z2]", "tender.leave_out[2]", "“Z2”", "a measure of rich@2021.1"
    ),
    "a measure left out twice": in_rich(
        "[I1, R2]", "[I1, I1]", "tender.leave_out[2]", "“I1” a second time", "each measure once"
    ),
    "a weight of 0": in_worked(
        SPARE,
        f'  measure_weights: {{X4: "0"}}\n{SPARE}',
        "tender.measure_weights.X4",
        "0",
        "a weight above 0 with at most 4 decimals",
    ),
    "a weight of five decimals": in_worked(
        SPARE,
        f'  measure_weights: {{X4: "1.00001"}}\n{SPARE}',
        "tender.measure_weights.X4",
        "1.00001",
        "at most 4 decimals",
    ),
    "a weight without quotes": in_worked(
        SPARE, f"  measure_weights: {{X4: 1.5}}\n{SPARE}", "tender.measure_weights.X4", "1.5", A_NUMBER
    ),
    "a weight of an unknown measure": in_worked(
        SPARE,
        f'  measure_weights: {{X9: "1"}}\n{SPARE}',
        "tender.measure_weights.X9",
        "“X9”",
        "a measure of example@2021.1",
    ),
    "a weight of a measure left out": in_rich(
        '{P1: "1.5"}', '{I1: "1.5"}', "tender.measure_weights.I1", "“I1”", "has not left out"
    ),
}


@pytest.mark.parametrize("valid", [worked(), RICH_FILE, OFF_LIST], ids=["worked", "rich", "lite"])
def test_the_files_that_the_faults_are_put_into_score(valid: str) -> None:
    assert result_of(valid).bids


def test_the_classes_of_faults_are_many_and_each_is_another_file() -> None:
    assert len(CASES) >= 100
    assert len({case.data for case in CASES.values()}) == len(CASES)


@pytest.mark.parametrize("name", CASES)
def test_one_fault_is_one_problem_with_its_place(name: str) -> None:
    case = CASES[name]
    loaded, problems = load(case.data, name=case.name)
    assert loaded is None
    assert [problem.path for problem in problems] == [case.place], "\n".join(map(str, problems))
    (problem,) = problems
    assert case.seen in problem.seen
    assert case.wanted in problem.wanted
    assert (problem.file, problem.line) == (case.name, case.line)


def test_an_alias_bomb_is_refused_before_it_grows() -> None:
    loaded, problems = load(BOMB)
    assert loaded is None
    assert len(problems) < 100
    assert str(problems[0]) == f"tender.yaml, line 1: a: saw the anchor “&a”; wanted {WRITTEN_OUT}"


def test_a_byte_order_mark_is_no_fault() -> None:
    assert load(b"\xef\xbb\xbf" + worked().encode())[0] is not None


def test_a_name_stands_on_one_line() -> None:
    loaded, _ = load(worked(("- bidder: B", '- bidder: "Kerne\\n  Grounds\\tLtd"')))
    assert loaded is not None
    assert [each.bidder for each in loaded[0].bids] == ["A", "Kerne Grounds Ltd", "C", "D"]


def test_a_problem_in_one_line() -> None:
    (problem,) = load(CASES["accepted above offered"].data)[1]
    assert str(problem) == (
        "tender.yaml, line 40: bids[3].commitments.X5.accepted: saw 500.0001; wanted at most what is offered, 500"
    )


def places(text: str) -> list[tuple[int | None, str]]:
    loaded, problems = load(text)
    assert loaded is None
    return [(problem.line, problem.path) for problem in problems]


def test_faults_of_every_kind_are_reported_at_once_from_the_top_down() -> None:
    """Types, settings, measures, quantities and prices together; what depends on a fault is not reported as another."""
    text = worked(
        ("  list: main\n", "  list: mian\n"),
        ('contract_value: "750000"', "contract_value: 750000"),
        ('quantitative: "10"', "quantitative: 10"),
        ("tie: shared", "tie: coin"),
        ("other_marks: [quality]", "other_marks: quality"),
        ('"742000"', '"0"'),
        ('qualitative: "4"', 'qualitative: "9"'),
        ("  - bidder: C\n", "  - bidder: B\n"),
        ('"729999"', "729999"),
        ('X4: "75.5", X5: "500"', 'X9: "75.5", X5: {offered: "500", accepted: "600"}'),
    )
    assert places(text) == [
        (5, "tender.list"),
        (7, "tender.contract_value"),
        (17, "tender.scoring.quantitative"),
        (21, "tender.scoring.tie"),
        (23, "tender.other_marks"),
        (27, "bids[1].price"),
        (33, "bids[2].qualitative"),
        (36, "bids[3].bidder"),
        (37, "bids[3].price"),
        (40, "bids[3].commitments.X9"),
        (40, "bids[3].commitments.X5.accepted"),
    ]


def rich(*changes: tuple[str, str]) -> str:
    text = RICH_FILE
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        (
            [("record_only: true", "record_only: maybe"), ('P1: "8"', 'P1: "-8"')],
            ["tender.record_only", "bids[2].commitments.P1"],
        ),
        ([("{id: q1,", "{id: 1,"), ('P1: "8"', 'P9: "8"')], ["tender.questions[1].id", "bids[2].commitments.P9"]),
        ([('qualitative: "10"', "qualitative: 10")], ["tender.scoring.qualitative"]),
        ([("status: awarded", "status: won"), ("[J1]", "[J1, Z]")], ["tender.mandatory[2]", "tender.outcome.status"]),
        ([("- bidder: A", "- bidder: 1"), ('P1: "8"', 'P1: "-8"')], ["bids[1].bidder", "bids[2].commitments.P1"]),
        (
            [('offered: "2"', "offered: 2"), ('P1: "8"', 'P1: "-8"')],
            ["bids[1].commitments.J1.offered", "bids[2].commitments.P1"],
        ),
        ([('{q1: "5", q2: "5"}', '{q1: 5, q2: "6"}')], ["bids[2].qualitative.q1"]),
        (
            [('price: "95000"', "status: late"), ('J1: {offered: "2"', 'J1: {offered: "-2"')],
            ["bids[1].commitments.J1.offered", "bids[2].status"],
        ),
        (
            [("  - bidder: B", "  - bidder B\n  - bidder: B"), ('P1: "8"', 'P1: "-8"')],
            ["bids[2]", "bids[3].commitments.P1"],
        ),
        (
            [("title: A tender with every kind of measure", 'title: ""'), ('"90000"', '"0"')],
            ["tender.title", "bids[1].price"],
        ),
        (
            [("method: bands", "method: band"), ('minimum_percent: "1"', 'minimum_percent: "-1"')],
            ["tender.scoring.method", "tender.scoring.minimum_percent"],
        ),
    ],
)
def test_a_fault_that_hides_something_makes_nothing_else_look_wrong(
    changes: list[tuple[str, str]], wanted: list[str]
) -> None:
    assert [path for _, path in places(rich(*changes))] == wanted


def test_more_faults_than_anybody_reads_are_counted() -> None:
    lines = ", ".join(f'Z{number}: "1"' for number in range(300))
    _, problems = load(worked(('{X4: "75.5", X5: "500"}', f"{{{lines}}}")))
    assert len(problems) == 201
    assert problems[-1].seen == "100 more problems of this file"
