"""Measure-set files with one fault each against a valid one: what is said, where, and that nothing is loaded."""

from pathlib import Path
from typing import NamedTuple

import pytest
from tests.frameworks.sample_set import EARLIER, INDICES, LATER, changed

from svtracker.frameworks.loader import VersionFile, load_folder, load_paths


class Fault(NamedTuple):
    """A change to the later version, where its problem stands, and what the problem says."""

    old: str
    new: str
    path: str
    at: str  # words of the changed file that end on the line of the problem
    seen: str
    wanted: str


B1_VALUE = 'value: "11579.41"'
FAULTS: dict[str, Fault] = {
    # the shape of the file
    "a key twice": Fault("price_year: 2021\n", "price_year: 2021\nprice_year: 2022\n", "price_year", "price_year: 2022",
                         "the key “price_year” a second time (first on line 7)", "each key once"),
    "an unknown key": Fault("    title: Jobs\n", "    titel: Jobs\n    title: Jobs\n", "themes[1].titel", "titel: Jobs",
                            "the key “titel”", "one of the keys known here: title, id, outcomes"),
    "a required key is missing": Fault("            counts: Weeks at level 2.\n", "",
                                       "themes[1].outcomes[2].measures[2].counts", "ref: B5",
                                       "nothing", "the key “counts”, which is required here"),
    "a number where a text in quotes is due": Fault('version: "2021.1"', "version: 2021.1", "version", "version: 2021.1",
                                                    "2021.1", "a text in quotes"),
    "a float for a decimal": Fault(B1_VALUE, "value: 11579.41", "themes[1].outcomes[1].measures[1].value",
                                   "value: 11579.41", "11579.41", "a number in quotes"),
    "not a number": Fault(B1_VALUE, 'value: "NaN"', "themes[1].outcomes[1].measures[1].value", 'value: "NaN"',
                          "“NaN”", "a number in quotes"),
    "an exponent": Fault('figure: "9800"', 'figure: "98e2"', "themes[1].outcomes[1].measures[1].value_basis.figure",
                         "98e2", "“98e2”", "a number in quotes"),
    "a number in quotes for a year": Fault("price_year: 2021\n", 'price_year: "2021"\n', "price_year", 'price_year: "2021"',
                                           "“2021”", "a whole number without quotes"),
    "a year out of reach": Fault("price_year: 2021\n", "price_year: 21\n", "price_year", "price_year: 21", "21",
                                 "a number of 1900 or more"),
    "a text for yes or no": Fault("first_year_only: true", "first_year_only: yes",
                                  "themes[1].outcomes[1].measures[1].first_year_only", "first_year_only: yes",
                                  "“yes”", "true or false, without quotes"),
    "a date that is no date": Fault("{from: 2021-04-01, to: 2026-03-31}", "{from: 2021-04-31, to: 2026-03-31}", "valid.from",
                                    "valid:", "“2021-04-31”", "a date, as in 2021-04-01"),
    "a list where a mapping is due": Fault("valid: {from: 2021-04-01, to: 2026-03-31}", "valid: [2021-04-01]", "valid",
                                           "valid:", "a list of 1", "a mapping of keys and values"),
    "a text where a list is due": Fault("lists: [main, lite]", "lists: main", "themes[1].outcomes[1].measures[1].lists",
                                        "lists: main\n", "“main”", "a list"),
    "an empty text": Fault("evidence: A headcount.", 'evidence: ""', "themes[2].outcomes[1].measures[1].evidence",
                           'evidence: ""', "an empty text", "a text that is not empty"),
    "a reference with a blank": Fault("ref: B4", "ref: B 4", "themes[1].outcomes[2].measures[1].ref", "ref: B 4", "“B 4”",
                                      "letters, digits, points"),
    "a link that is none": Fault('href: "https://example.org/study"', "href: javascript:alert(1)", "sources.study.href",
                                 "study: {title", "“javascript:alert(1)”", "a link that starts with https://"),
    "an unknown unit": Fault("unit: gbp_spent", "unit: gbp_spend", "themes[1].outcomes[1].measures[2].unit",
                             "unit: gbp_spend", "“gbp_spend”", "one of: gbp_spent, fte_year, person, person_week"),
    "an unknown category": Fault("category: environmental", "category: green", "themes[1].outcomes[1].measures[3].category",
                                 "category: green", "“green”", "one of: local_economic, social, environmental"),
    "an unknown locality": Fault("            locality: anywhere\n            evidence: A count",
                                 "            locality: everywhere\n            evidence: A count",
                                 "themes[1].outcomes[1].measures[3].locality", "locality: everywhere", "“everywhere”",
                                 "one of: anywhere, local"),
    "an unknown status": Fault("status: released", "status: final", "status", "status: final", "“final”",
                               "one of: draft, released, withdrawn"),
    "an unknown list": Fault("lists: [main, lite]", "lists: [main, light]", "themes[1].outcomes[1].measures[1].lists[2]",
                             "lists: [main, light]", "“light”", "one of: lite, main, record_only"),
    "an unknown reason": Fault("reason: never_used", "reason: unpopular", "dropped[1].reason", "reason: unpopular",
                               "“unpopular”", "one of: not_deliverable, no_added_value_without_weighting"),
    "an unknown way of replacing": Fault("ref: A5, how: same", "ref: A5, how: alike",
                                         "themes[1].outcomes[1].measures[3].replaces[1].how", "how: alike", "“alike”",
                                         "one of: same, split, merge"),
    "an unknown weighting": Fault("weighting: required", "weighting: always", "themes[1].outcomes[1].measures[2].weighting",
                                  "weighting: always", "“always”", "one of: optional, required"),
    "an alias of YAML": Fault("licence: CC-BY-4.0", "licence: &l CC-BY-4.0", "licence", "licence: &l", "the anchor “&l”",
                              "the value written out"),
    "an outcome without measures": Fault("    outcomes:\n      - id: REPORT1\n",
                                         "    outcomes:\n      - {id: REPORT0, title: Empty, measures: []}\n      - id: REPORT1\n",
                                         "themes[2].outcomes[1].measures", "REPORT0", "an empty list", "a list that is not empty"),
    # the version as a whole
    "another id than the folder": Fault("id: sample", "id: simple", "id", "id: simple", "“simple”",
                                        "“sample”, the name of the folder"),
    "another version than the file": Fault('version: "2021.1"', 'version: "2021.2"', "version", 'version: "2021.2"',
                                           "“2021.2”", "“2021.1”, the name of the file"),
    "the end before the beginning": Fault("to: 2026-03-31", "to: 2021-03-31", "valid.to", "valid:", "2021-03-31",
                                          "a day not before 2021-04-01"),
    "a theme id twice": Fault("id: REPORT\n", "id: JOBS\n", "themes[2].id", "by level}\n  - id: JOBS",
                              "“JOBS” a second time", "each theme id once in the version"),
    "an outcome id twice": Fault("id: REPORT1", "id: JOBS2", "themes[2].outcomes[1].id", "    outcomes:\n      - id: JOBS2",
                                 "“JOBS2” a second time", "each outcome id once in the version"),
    "a reference twice": Fault("ref: R2", "ref: R1", "themes[2].outcomes[1].measures[2].ref",
                               "evidence: A headcount.\n          - ref: R1", "“R1” a second time", "each reference once in the version"),
    "an alias that is a reference": Fault("aliases: [NT1]", "aliases: [R1]", "themes[1].outcomes[1].measures[1].aliases[1]",
                                          "aliases: [R1]", "“R1”, which is the reference of a measure",
                                          "an alias that is not a reference of this version"),
    "an alias twice": Fault("            weighting: required\n", "            weighting: required\n            aliases: [NT1]\n",
                            "themes[1].outcomes[1].measures[2].aliases[1]", "weighting: required\n            aliases: [NT1]",
                            "“NT1”, which is already an alias of B1", "each alias once in the version"),
    "a title shared": Fault("title: Training at level 3", "title: Training  at LEVEL 2",
                            "themes[1].outcomes[2].measures[3].title", "Training  at LEVEL 2",
                            "the same text as B5: “Training at LEVEL 2”", "a text of its own in each measure’s title"),
    "counts shared": Fault("counts: Weeks at level 3.", "counts: Weeks at level 2.",
                           "themes[1].outcomes[2].measures[3].counts",
                           "level 3\n            counts: Weeks at level 2.", "the same text as B5", "each measure’s counts"),
    "evidence shared": Fault("evidence: A headcount.", "evidence: A payroll summary.",
                             "themes[2].outcomes[1].measures[1].evidence",
                             "social\n            locality: local\n            evidence: A payroll summary.", "the same text as B1",
                             "each measure’s evidence"),
    "a source that nobody cites": Fault("  price-list:", "  spare: {title: Spare, licence: none}\n  price-list:",
                                        "sources.spare", "spare:", "a source that no measure cites", "or the entry taken away"),
    "a list without measures": Fault("lists: [main, lite]", "lists: [main]", "lists.lite", "lite: {title",
                                     "a list without a measure", "or the list taken away"),
    "a gap between the lists": Fault('{below: "100000"}', '{below: "90000"}', "lists.lite.contract_value.below",
                                     "lite: {title", "90000, where the main list begins at 100000: a gap",
                                     "so that every contract value has one list"),
    "an overlap of the lists": Fault('{below: "100000"}', '{below: "150000"}', "lists.lite.contract_value.below",
                                     "lite: {title", "150000, where the main list begins at 100000: an overlap", "one list"),
    "a list that ends before it begins": Fault('main: {title: Main list, contract_value: {from: "100000"}}',
                                               'main: {title: Main list, contract_value: {from: "100000", below: "5"}}',
                                               "lists.main.contract_value.below", "main: {title", "5",
                                               "an amount above 100000, where the list begins"),
    "a negative contract value": Fault('record_only: {title: Record only}',
                                       'record_only: {title: Record only, contract_value: {from: "-1"}}',
                                       "lists.record_only.contract_value.from", "record_only: {title", "-1", "£0 or more"),
    # one measure
    "on no list": Fault("lists: [main]\n            category: environmental", "lists: []\n            category: environmental",
                        "themes[1].outcomes[1].measures[3].lists", "lists: []", "an empty list", "main, main and lite, or record_only"),
    "on a list twice": Fault("lists: [main, lite]", "lists: [main, lite, main]", "themes[1].outcomes[1].measures[1].lists",
                             "lists: [main, lite, main]", "[main, lite, main]", "each list once"),
    "recorded only and on main": Fault("lists: [record_only]", "lists: [record_only, main]",
                                       "themes[2].outcomes[1].measures[1].lists", "lists: [record_only, main]",
                                       "[record_only, main]", "record_only alone"),
    "on lite and not on main": Fault("lists: [main]\n            category: environmental",
                                     "lists: [lite]\n            category: environmental",
                                     "themes[1].outcomes[1].measures[3].lists", "lists: [lite]", "[lite]",
                                     "main as well, since lite is part of main"),
    "on a list that the file does not define": Fault("  record_only: {title: Record only}\n", "",
                                                     "themes[2].outcomes[1].measures[1].lists", "lists: [record_only]",
                                                     "the list record_only", "one of the lists at the top of the file (main, lite)"),
    "a value forgotten": Fault("            evidence: A count on the spot.\n            kind: recorded\n",
                               "            evidence: A count on the spot.\n", "themes[1].outcomes[1].measures[3].value",
                               "ref: B3", "nothing", "or `kind: recorded` written out"),
    "recorded with a value": Fault("            weighting: required\n", "            kind: recorded\n",
                                   "themes[1].outcomes[1].measures[2].kind", "never_with: [B3]\n            kind: recorded",
                                   "recorded with a value", "valued, or no value"),
    "recorded only with a value": Fault("unit: gbp_spent\n            lists: [main]", "unit: gbp_spent\n            lists: [record_only]",
                                        "themes[1].outcomes[1].measures[2].value", 'value: "0.445"', "0.445",
                                        "no value, since the measure is on the list record_only"),
    "a percentage with a value": Fault("            evidence: A headcount.\n",
                                       '            evidence: A headcount.\n            value: "1"\n'
                                       '            value_basis: {source: study, at: row 2, figure: "1", index: none}\n',
                                       "themes[2].outcomes[1].measures[1].value", 'value: "1"', "1",
                                       "no value, since the unit is percent"),
    "a text with a value": Fault("            evidence: A description.\n",
                                 '            evidence: A description.\n            value: "1"\n'
                                 '            value_basis: {source: study, at: row 2, figure: "1", index: none}\n',
                                 "themes[2].outcomes[1].measures[2].value", 'value: "1"', "1", "no value, since the unit is text"),
    "a percentage called valued": Fault("            evidence: A headcount.\n",
                                        "            evidence: A headcount.\n            kind: valued\n",
                                        "themes[2].outcomes[1].measures[1].kind", "kind: valued", "valued",
                                        "recorded, since the unit is percent"),
    "a text called recorded": Fault("            evidence: A description.\n",
                                    "            evidence: A description.\n            kind: recorded\n",
                                    "themes[2].outcomes[1].measures[2].kind", "description.\n            kind: recorded",
                                    "recorded", "narrative, since the unit is text"),
    "a number called narrative": Fault("            evidence: A headcount.\n",
                                       "            evidence: A headcount.\n            kind: narrative\n",
                                       "themes[2].outcomes[1].measures[1].kind", "kind: narrative", "narrative",
                                       "narrative only with the unit text"),
    "a value without a basis": Fault('            value_basis: {source: price-list, at: page 3, figure: "0.445", index: none}\n', "",
                                     "themes[1].outcomes[1].measures[2].value_basis", "ref: B2", "nothing",
                                     "the basis of the value: source, where it stands"),
    "a basis without a value": Fault('            value: "0.445"\n', "", "themes[1].outcomes[1].measures[2].value", "ref: B2",
                                     "nothing", "a value"),
    "a basis without a source": Fault("source: price-list, ", "", "themes[1].outcomes[1].measures[2].value_basis.source",
                                      "value_basis: {at: page 3", "nothing", "the key “source”, which is required here"),
    "a basis without a place in the source": Fault("at: page 3, ", "", "themes[1].outcomes[1].measures[2].value_basis.at",
                                                   "value_basis: {source: price-list", "nothing", "the key “at”"),
    "a figure that is not above nothing": Fault('figure: "9800"', 'figure: "-9800"',
                                                "themes[1].outcomes[1].measures[1].value_basis.figure", 'figure: "-9800"',
                                                "-9800", "a figure above 0"),
    "a range upside down": Fault('range: {low: "9000", high: "10000"}', 'range: {low: "10000", high: "9000"}',
                                 "themes[1].outcomes[1].measures[1].value_basis.range", "range:", "10000 to 9000",
                                 "a low figure that is not above the high one"),
    "an index that does not exist": Fault("index: deflator", "index: inflator",
                                          "themes[1].outcomes[1].measures[1].value_basis.index", "index: inflator",
                                          "“inflator”", "one of the indices: deflator, none"),
    "an index without a price year": Fault("              price_year: 2012\n", "",
                                           "themes[1].outcomes[1].measures[1].value_basis.price_year", "value_basis:\n",
                                           "nothing", "the source’s price year, since the index deflator is used"),
    "a price year that the index does not cover": Fault("price_year: 2012", "price_year: 1950",
                                                        "themes[1].outcomes[1].measures[1].value_basis.price_year",
                                                        "price_year: 1950", "price year 1950 of the source, 2021 of the version",
                                                        "deflator has no financial figure for 1950-51"),
    "a value that is a penny off": Fault(B1_VALUE, 'value: "11579.42"', "themes[1].outcomes[1].measures[1].value", "11579.42",
                                         "11579.42", "11579.41: 9800 x 87.9486 / 74.4335 = 11579.41; deflator, financial years"),
    "the other series": Fault("index: deflator\n", "index: deflator\n              year: calendar\n",
                              "themes[1].outcomes[1].measures[1].value", 'value: "11579.41"', "11579.41",
                              "11589.57: 9800 x 88.3883 / 74.7401"),
    "a forecast that is none": Fault("index: deflator\n", "index: deflator\n              forecast: true\n",
                                     "themes[1].outcomes[1].measures[1].value_basis.forecast", "forecast: true", "true",
                                     "false, since no forecast is used"),
    "a forecast without an index": Fault('figure: "0.445", index: none', 'figure: "0.445", index: none, forecast: true',
                                         "themes[1].outcomes[1].measures[2].value_basis.forecast", "forecast: true", "true",
                                         "false, since no forecast is used"),
    "another value than the figure without an index": Fault('value: "0.445"', 'value: "0.45"',
                                                            "themes[1].outcomes[1].measures[2].value", 'value: "0.45"', "0.45",
                                                            "0.445: 0.445, the figure of the source as it stands (index: none)"),
    "the first year only of spend": Fault("            weighting: required\n",
                                          "            weighting: required\n            first_year_only: true\n",
                                          "themes[1].outcomes[1].measures[2].first_year_only",
                                          "required\n            first_year_only: true", "true with the unit gbp_spent",
                                          "only full-time years (fte_year)"),
    "a weight for what has no value": Fault("            evidence: A headcount.\n",
                                            "            evidence: A headcount.\n            weighting: required\n",
                                            "themes[2].outcomes[1].measures[1].weighting", "headcount.\n            weighting",
                                            "required on a recorded measure", "optional, since only a valued measure"),
    "an overlap with nothing": Fault("also_counts_in: [B2]", "also_counts_in: [B2, B9]",
                                     "themes[1].outcomes[1].measures[1].also_counts_in[2]", "also_counts_in: [B2, B9]", "“B9”",
                                     "the reference of a measure of this version"),
    "an overlap with itself": Fault("never_with: [B3]", "never_with: [B3, B2]",
                                    "themes[1].outcomes[1].measures[2].never_with[2]", "never_with: [B3, B2]",
                                    "“B2”, the measure itself", "another measure"),
    "an overlap twice": Fault("never_with: [B3]", "never_with: [B3, B3]", "themes[1].outcomes[1].measures[2].never_with[2]",
                              "never_with: [B3, B3]", "“B3” a second time", "each measure once"),
    "counted again and never with": Fault("never_with: [B3]", "never_with: [B1]",
                                          "themes[1].outcomes[1].measures[2].never_with[1]", "never_with: [B1]",
                                          "“B1”, which B2 also counts in or the other way round",
                                          "one or the other: also_counts_in, or never_with"),
    # the version and the one that it supersedes
    "superseding itself": Fault('supersedes: "2018.1"', 'supersedes: "2021.1"', "supersedes", 'supersedes: "2021.1"',
                                "“2021.1”", "an earlier version, or null"),
    "superseding what does not exist": Fault('supersedes: "2018.1"', 'supersedes: "2017.1"', "supersedes",
                                             'supersedes: "2017.1"', "“2017.1”", "another version of sample that exists, or null"),
    "replacing a measure of another version": Fault('{version: "2018.1", ref: A6', '{version: "2017.1", ref: A6',
                                                    "dropped[1].version", 'version: "2017.1"', "“2017.1”",
                                                    "“2018.1”, the version that this one supersedes"),
    "dropping what was not there": Fault("ref: A6, reason: never_used, note: in no tender}",
                                         'ref: A6, reason: never_used, note: ""}\n  - {version: "2018.1", ref: A7, reason: never_used}',
                                         "dropped[2].ref", "ref: A7", "“A7”", "the reference of a measure of sample@2018.1"),
    "replacing what was not there": Fault("            aliases: [NT1]\n",
                                          '              - {version: "2018.1", ref: A7, how: same}\n            aliases: [NT1]\n',
                                          "themes[1].outcomes[1].measures[1].replaces[2].ref", "ref: A7", "“A7”",
                                          "the reference of a measure of sample@2018.1"),
    "a measure forgotten": Fault('dropped:\n  - {version: "2018.1", ref: A6, reason: never_used, note: in no tender}\n', "dropped: []\n",
                                 "dropped", "dropped: []", "neither a successor nor a reason for A6 of sample@2018.1, “Work placements”",
                                 "replaced, or dropped with a reason"),
    "dropped and replaced": Fault("ref: A6, reason: never_used, note: in no tender}",
                                  'ref: A6, reason: never_used}\n  - {version: "2018.1", ref: A5, reason: never_used}',
                                  "dropped[2].ref", "ref: A5, reason", "A5, which B3 replaces", "replaced or dropped, not both"),
    "dropped twice": Fault("ref: A6, reason: never_used, note: in no tender}",
                           'ref: A6, reason: never_used}\n  - {version: "2018.1", ref: A6, reason: duplicate}',
                           "dropped[2].ref", "reason: duplicate", "“A6” a second time", "each dropped measure once"),
    "replaced by two": Fault("            weighting: required\n",
                             '            weighting: required\n            replaces: [{version: "2018.1", ref: A1, how: same}]\n',
                             "themes[1].outcomes[1].measures[2].replaces[1].ref", "replaces: [{", "A1, which B1 replaces too",
                             "one successor of each measure, or `how: split` in every one"),
    "a split with one part": Fault('              - {version: "2018.1", ref: A1, how: same, reason: kept}',
                                   '              - {version: "2018.1", ref: A1, how: split, reason: kept}',
                                   "themes[1].outcomes[1].measures[1].replaces[1].how", "ref: A1, how: split",
                                   "split with one successor", "same, or at least two measures that A1 was split into"),
    "a merge of one": Fault("ref: A5, how: same", "ref: A5, how: merge", "themes[1].outcomes[1].measures[3].replaces[1].how",
                            "ref: A5, how: merge", "merge of one measure", "same, or all the measures that were merged"),
}  # fmt: skip

# Faults that cannot but show at a second place as well.
SECOND_PROBLEMS: dict[str, list[str]] = {
    "a value without a basis": ["sources.price-list"],
    "replacing what was not there": ["themes[1].outcomes[1].measures[1].replaces[1].how", "themes[1].outcomes[1].measures[1].replaces[2].how"],
}


def read_folder(tmp_path: Path, later: str, earlier: str = EARLIER) -> VersionFile:
    folder = tmp_path / "sample"
    folder.mkdir()
    (folder / "2018.1.yaml").write_text(earlier, encoding="utf-8")
    (folder / "2021.1.yaml").write_text(later, encoding="utf-8")
    first, second = load_folder(tmp_path, indices=INDICES)
    assert first.version_name == "2018.1"
    return second


def test_the_files_that_the_faults_are_put_into_are_valid(tmp_path: Path) -> None:
    found = read_folder(tmp_path, LATER)
    assert found.problems == ()
    assert found.version is not None
    assert found.version.name == "sample@2021.1"


@pytest.mark.parametrize("name", list(FAULTS))
def test_one_fault(tmp_path: Path, name: str) -> None:
    fault = FAULTS[name]
    text = changed(LATER, fault.old, fault.new)
    found = read_folder(tmp_path, text)
    assert found.version is None
    problems = {problem.path: problem for problem in found.problems}
    assert set(problems) == {fault.path, *SECOND_PROBLEMS.get(name, [])}
    problem = problems[fault.path]
    assert problem.file == str(tmp_path / "sample" / "2021.1.yaml")
    assert problem.seen.startswith(fault.seen)
    assert fault.wanted in problem.wanted
    line = text[: text.index(fault.at) + len(fault.at.rstrip())].count("\n") + 1
    assert problem.line == line
