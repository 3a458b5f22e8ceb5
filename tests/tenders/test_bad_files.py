"""Tender files with one fault each: refused with what was seen, what was wanted, and where (RULES 3.7; FORMATS 2)."""

from collections.abc import Callable
from typing import NamedTuple

import pytest
from svtracker.kernel.problems import Problem

from tests.tenders.example import WORKED, load, result_of, worked

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
    - {id: q1, title: How will you do it?, weight: "4"}
    - {id: q2, title: Who will do it?, weight: "6"}
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


class Case(NamedTuple):
    """One fault: a file, the place it is reported at, and what the message says was seen and wanted."""

    data: bytes
    place: str
    line: int | None
    seen: str
    wanted: str
    name: str = "tender.yaml"


def in_worked(old: str, new: str, place: str, line: int | None, seen: str, wanted: str) -> Case:
    return Case(worked((old, new)).encode(), place, line, seen, wanted)


def in_rich(old: str, new: str, place: str, line: int | None, seen: str, wanted: str) -> Case:
    assert RICH_FILE.count(old) == 1, old
    return Case(RICH_FILE.replace(old, new).encode(), place, line, seen, wanted)


A_NUMBER = 'a number in quotes, as in "750000" or "0.42"'
A_QUANTITY = 'a quantity in quotes, as in "2.5", or "n/a" where the measure does not apply'
TARGET = 'method: target\n    target_percent: "25"'

CASES: dict[str, Case] = {}
