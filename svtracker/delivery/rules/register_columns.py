"""Which column of a contracts register is which, whatever it is called (FORMATS 3, `contracts import`)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from svtracker.kernel import wording
from svtracker.kernel.problems import Finding, shown

Rows = Sequence[tuple[int, Sequence[str]]]
"""Rows of a table: the line of each, and its cells."""

Choice = Mapping["Field", str | int | None]
"""What a person said about the columns: for a field the name or the place (from 0) of its column, or none of them."""

FIRST_LINES = 20
LEAST_RECOGNISED = 3


class Field(StrEnum):
    """What an import takes from a register."""

    REFERENCE = "reference"
    TITLE = "title"
    SUPPLIER = "supplier"
    COMPANY_NUMBER = "company_number"
    CHARITY_NUMBER = "charity_number"
    POSTCODE = "postcode"
    ANNUAL_VALUE = "annual_value"
    VALUE = "value"
    STARTS_ON = "starts_on"
    CURRENT_ENDS_ON = "current_ends_on"
    ENDS_ON = "ends_on"
    DURATION = "duration_months"
    EXTENSION = "extension_months"
    PROCESS = "process"
    BODY = "body"
    DIRECTORATE = "directorate"
    CATEGORY = "category"
    SME = "sme"
    VCSE = "vcse"


ENDINGS = (Field.CURRENT_ENDS_ON, Field.ENDS_ON, Field.DURATION)

_NUMBER = r"(?:number|no|num)"

# The names of a column in small letters and without signs, the likeliest first; “*” stands for any further words.
_NAMES: Mapping[Field, tuple[str, ...]] = {
    Field.REFERENCE: (
        rf"contract (?:reference|ref|{_NUMBER}|id)(?: {_NUMBER})?",
        rf"(?:agreement|register|unique|procurement) (?:reference|ref|{_NUMBER}|id|identifier)(?: {_NUMBER})?",
        rf"(?:reference|ref|id)(?: {_NUMBER})?",
    ),
    Field.TITLE: (
        r"(?:contract|agreement) (?:title|name)",
        r"(?:title|name)(?: of (?:the )?(?:agreement|contract))?",
        r"(?:contract|agreement) description",
        r"description(?: of .*)?",
    ),
    Field.SUPPLIER: (
        r"(?:supplier|contractor|provider|vendor)(?: company| organisation)? name",
        r"name of (?:the )?(?:supplier|contractor|provider)",
        r"(?:awarded |successful |main )?(?:supplier|contractor|provider|vendor)s?(?: s)?",
        r"(?:awarded to|company name)",
    ),
    Field.COMPANY_NUMBER: (
        rf"(?:supplier )?(?:registered )?(?:company|companies house)(?: registration| reg| registered)? {_NUMBER}",
        rf"supplier registered company {_NUMBER}|company registration|crn",
    ),
    Field.CHARITY_NUMBER: (rf"(?:supplier )?(?:registered )?charity(?: registration| reg)? {_NUMBER}",),
    Field.POSTCODE: (r"(?:supplier|contractor|provider|company)(?: s)? post ?code", r"post ?code"),
    Field.ANNUAL_VALUE: (
        r"(?:estimated |approximate )?annual (?:contract )?(?:value|spend|cost|amount).*",
        r"(?:estimated )?(?:contract )?value (?:per annum|pa|p a|per year).*|yearly value",
    ),
    Field.VALUE: (
        r"(?:estimated )?(?:total|overall|whole life|lifetime|maximum) (?:contract )?(?:award )?(?:value|sum|cost).*",
        r"(?:estimated |awarded )?(?:contract|award|agreement) (?:value|sum|amount).*",
        r"(?:value|amount)(?: of (?:the )?contract)?",
    ),
    Field.STARTS_ON: (
        r"(?:contract |agreement )?(?:start|commencement|begin)(?: date)?",
        r"(?:date|start) of (?:commencement|contract|start)|contract from|date from",
    ),
    Field.CURRENT_ENDS_ON: (
        r"(?:contract )?current (?:contract )?(?:expiry|end|expiration)(?: date)?",
        r"(?:revised|extended|actual) (?:contract )?(?:expiry|end)(?: date)?",
    ),
    Field.ENDS_ON: (
        r"(?:initial |original )?(?:contract |agreement )?(?:end|expiry|expiration|finish|completion)(?: date)?",
        r"contract to|date to|end of contract",
    ),
    Field.DURATION: (
        r"(?:contract |agreement )?(?:duration|length|term|period)(?: in)? (?:months|years)",
        r"(?:contract |agreement )?duration",
    ),
    Field.EXTENSION: (
        r"(?:option to extend|extension (?:options?|period)|(?:possible )?extensions?)(?: in)?(?: months| years)?",
    ),
    Field.PROCESS: (r"(?:procurement |tender |tendering )?(?:process|procedure|route|method)(?: used)?",),
    Field.BODY: (
        r"(?:purchasing|contracting|awarding) (?:body|authority|organisation)(?: name)?",
        r"organisation name|local authority|entity|body",
    ),
    Field.DIRECTORATE: (
        r"directorate(?: name)?",
        r"(?:local authority )?(?:department|division)(?: responsible| name)?|service area",
    ),
    Field.CATEGORY: (
        r"(?:proclass|cpv|category|spend category)(?: code| category| label| name)?(?: label| description| name)?",
        r"(?:proclass|cpv).*",
    ),
    Field.SME: (r"(?:is )?(?:supplier )?(?:an )?sme(?: supplier| status| flag)?",),
    Field.VCSE: (
        r"(?:is )?(?:supplier )?(?:a )?(?:vcse?|vcso|vcfse?|third sector|voluntary sector)"
        r"(?: supplier| status| flag| organisation)?",
    ),
}
_PATTERNS = {field: tuple(re.compile(name, re.ASCII) for name in names) for field, names in _NAMES.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The columns of a register: on which line their names stand, and where each field is found (counted from 0).

    `unused` are the names of the columns that nothing is taken from.
    """

    line: int
    heads: tuple[str, ...]
    places: Mapping[Field, int]

    @property
    def named(self) -> dict[str, str]:
        """Field and the name of its column, as a person confirms it and as the JSON gives it."""
        return {field.value: self.heads[self.places[field]] for field in Field if field in self.places}

    @property
    def unused(self) -> tuple[str, ...]:
        """The columns that nothing is taken from."""
        taken = set(self.places.values())
        return tuple(head for place, head in enumerate(self.heads) if head and place not in taken)

    def is_in_years(self, field: Field) -> bool:
        """Whether a length stands in years: “Contract duration (years)”."""
        return field in self.places and _key(self.heads[self.places[field]]).endswith("years")


def recognised(heads: Sequence[str], *, line: int = 1) -> Columns:
    """Which of these columns is which. A column is one thing, and of two that would fit the likelier, then the first.

    “Supplier Company Name” is the supplier, “Total Contract Value (including extensions)” the value, and beside
    “Current Expiry Date” an “End Date” is the end as it first was.
    """
    keys = [_key(head) for head in heads]
    places: dict[Field, int] = {}
    for field, patterns in _PATTERNS.items():
        fitting = (
            place
            for pattern in patterns
            for place, key in enumerate(keys)
            if place not in places.values() and pattern.fullmatch(key)
        )
        found = next(fitting, None)
        if found is not None:
            places[field] = found
    return Columns(line=line, heads=tuple(_line(head) for head in heads), places=MappingProxyType(places))


def find_columns(rows: Rows, choice: Choice = MappingProxyType({})) -> Columns | None:
    """The line with the names of the columns: of the first 20 that of which most is recognised, at least three.

    What a person named counts as recognised.
    """
    named = {_line(head) for head in choice.values() if isinstance(head, str)}
    found = [recognised(cells, line=line) for line, cells in rows[:FIRST_LINES]]
    weights = [len(one.places) + len(named.intersection(one.heads)) for one in found]
    best = max(range(len(found)), key=lambda place: weights[place], default=None)
    return None if best is None or weights[best] < LEAST_RECOGNISED else found[best]


def chosen(columns: Columns, choice: Choice) -> Columns:
    """The columns after a person has said which is which: by name, by place, or none of them for a field."""
    places = {field: place for field, place in columns.places.items() if field not in choice}
    for field, said in choice.items():
        found = _places_of(said, columns)
        if found:
            places[field] = found[0]
    return Columns(line=columns.line, heads=columns.heads, places=MappingProxyType(places))


def faults_of_choice(columns: Columns, choice: Choice) -> tuple[Finding, ...]:
    """What a person chose that is not there, or is there several times."""
    faults = []
    for field, said in choice.items():
        found = [] if said is None else _places_of(said, columns)
        if said is not None and not found:
            seen = shown(said) if isinstance(said, str) else f"column {said + 1}"
            faults.append(
                Finding(path=("columns", field.value), seen=seen, wanted=f"one of the columns {_all(columns)}")
            )
        elif len(found) > 1:
            seen = f"{shown(said)}, the name of {len(found)} columns"
            faults.append(Finding(path=("columns", field.value), seen=seen, wanted="a name that one column has alone"))
    return tuple(faults)


def _all(columns: Columns) -> str:
    return shown(", ".join(head for head in columns.heads if head), longest=300)


def _places_of(said: str | int | None, columns: Columns) -> list[int]:
    if said is None:
        return []
    if isinstance(said, int):
        return [said] if 0 <= said < len(columns.heads) else []
    wanted = _line(said)
    return [place for place, head in enumerate(columns.heads) if head == wanted]


def faults_of_columns(columns: Columns) -> tuple[Finding, ...]:
    """What a register lacks to be imported at all: a title, a supplier, a first day, anything that says the last."""
    wanted = [(field.value, (field,)) for field in (Field.TITLE, Field.SUPPLIER, Field.STARTS_ON)]
    seen = f"the columns {_all(columns)}"
    return tuple(
        Finding(path=("columns", name), seen=seen, wanted=f"a column for the {_words(fields)}")
        for name, fields in [*wanted, ("ends_on", ENDINGS)]
        if not any(field in columns.places for field in fields)
    )


def _words(fields: Sequence[Field]) -> str:
    names = {
        Field.TITLE: "title of the contract",
        Field.SUPPLIER: "supplier",
        Field.STARTS_ON: "start date",
        Field.CURRENT_ENDS_ON: "current expiry date",
        Field.ENDS_ON: "end date",
        Field.DURATION: "duration in months",
    }
    return wording.listed([names[field] for field in fields]).replace(" and ", " or ")


def _line(text: str) -> str:
    return " ".join(text.replace("\ufeff", "").replace("ï»¿", "").split())


def _key(head: str) -> str:
    letters = "".join(letter if letter.isalnum() else " " for letter in _line(head).casefold())
    return " ".join(letters.split())
