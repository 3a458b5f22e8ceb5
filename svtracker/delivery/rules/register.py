"""What an import of a contracts register would do: every row becomes a contract or is listed with its reason.

Nothing is written here. A row needs a title, one supplier, and its first and last day; a value that is blank or £0 is
not stated. An import changes a contract only as long as it is what earlier imports made of it: once a person has
worked on it, it is kept, and what the register says otherwise is told.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from svtracker.delivery.rules import periods as calendar
from svtracker.delivery.rules import register_cells as cells
from svtracker.delivery.rules.opening import FIRST_DAY, LAST_DAY, LONGEST_TERM_YEARS
from svtracker.delivery.rules.register_cells import Unreadable
from svtracker.delivery.rules.register_columns import Columns, Field, Rows
from svtracker.kernel import numbers, wording
from svtracker.kernel.problems import shown
from svtracker.registers.rules.suppliers import (
    Action,
    Details,
    Entry,
    Matching,
    Sighting,
    charity_number,
    name_key,
    postcode,
    postcode_within,
)

LONGEST_REFERENCE = 60
LONGEST_TITLE = 300
LONGEST_WORDS = 200

# What an import writes of a contract.
WRITTEN = (
    "reference", "title", "supplier_id", "starts_on", "ends_on", "value", "annual_value", "extension_months", "process",
    "directorate", "category",
)  # fmt: skip

_CHARITABLE = re.compile(r"\b(?:charity|charitable|cio|hospice|trust|foundation|church|diocese)\b", re.ASCII)
_SUM = re.compile(r"(?:grand |sub ?-?)?totals?:?", re.ASCII)

Identity = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterRow:
    """One row that can become a contract. `value` and `annual_value` in £; `notes` say what of it was left out."""

    line: int
    reference: str | None
    title: str
    supplier: Sighting
    starts_on: date
    ends_on: date
    value: Decimal | None
    annual_value: Decimal | None
    extension_months: int | None
    process: str
    directorate: str | None
    category: str | None
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A row that is not imported, why, and the value in £ that it would have brought."""

    line: int
    reason: str
    value: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """What stands in a register: the rows that can become contracts, and the others with their reasons."""

    columns: Columns
    rows: tuple[RegisterRow, ...]
    listed: tuple[Listed, ...]

    @property
    def count(self) -> int:
        """How many rows there were."""
        return len(self.rows) + len(self.listed)

    @property
    def sightings(self) -> tuple[Sighting, ...]:
        """The suppliers as the rows name them, to be matched with those that are known."""
        return tuple(row.supplier for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownContract:
    """A contract that is here already; `is_untouched` as long as nobody has changed what an import made of it."""

    id: int
    is_untouched: bool
    reference: str | None
    title: str
    supplier_id: int | None
    starts_on: date
    ends_on: date
    value: Decimal | None
    annual_value: Decimal | None
    extension_months: int | None
    process: str
    directorate: str | None
    category: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedContract:
    """What becomes of one row; `supplier` is a place in the plan's list of suppliers.

    `changes` names what the import changes, `keeps` what a person changed here and the register has otherwise.
    """

    row: RegisterRow
    known: KnownContract | None
    supplier: int
    action: Action
    changes: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterPlan:
    """What an import does or would do. Every row of the file is one of `contracts` or of `listed`."""

    columns: Columns
    suppliers: tuple[Entry, ...]
    contracts: tuple[PlannedContract, ...]
    listed: tuple[Listed, ...]

    @property
    def rows(self) -> int:
        """How many rows the file has."""
        return len(self.contracts) + len(self.listed)

    @property
    def value(self) -> Decimal:
        """The sum in £ of the rows that become contracts, or are contracts already."""
        return numbers.total(one.row.value for one in self.contracts if one.row.value is not None)

    @property
    def value_listed(self) -> Decimal:
        """The sum in £ of the rows that are listed, as far as it can be read."""
        return numbers.total(one.value for one in self.listed if one.value is not None)

    @property
    def value_in_file(self) -> Decimal:
        """The sum in £ of all rows: what is imported and what is listed."""
        return numbers.plus(self.value, self.value_listed)

    @property
    def notes(self) -> tuple[tuple[int, str], ...]:
        """What was left out of rows that are imported, and what is kept of contracts that people changed, by line."""
        found = []
        for one in self.contracts:
            found += [(one.row.line, note) for note in one.row.notes]
            if one.keeps:
                names = wording.listed([name.removesuffix("_id").replace("_", " ") for name in one.keeps])
                found.append(
                    (one.row.line, f"the contract was changed here and stays: the register has another {names}")
                )
        return tuple(found)

    @property
    def does_nothing(self) -> bool:
        """Whether everything is here already."""
        things: tuple[Entry | PlannedContract, ...] = (*self.suppliers, *self.contracts)
        return all(thing.action is Action.UNCHANGED for thing in things)


def read_register(columns: Columns, rows: Rows, *, at: datetime, bodies: frozenset[str] | None = None) -> Register:
    """Every row below the names of the columns, as a contract to be or with the reason why not.

    `at` is the moment of the import. Of a register that several bodies share, only the rows of these `bodies` are
    taken where some are named.
    """
    found: list[RegisterRow] = []
    listed: list[Listed] = []
    for line, texts in rows:
        if line <= columns.line or not any(text.strip() for text in texts):
            continue
        row = _Row(columns, line, texts, at=at).read(bodies)
        if isinstance(row, RegisterRow):
            found.append(row)
        else:
            listed.append(row)
    once, again = _once(found)
    return Register(
        columns=columns, rows=tuple(once), listed=tuple(sorted([*listed, *again], key=lambda one: one.line))
    )


def plan(register: Register, *, known: Sequence[KnownContract], matching: Matching) -> RegisterPlan:
    """What becomes of every row, given the contracts that are here and who its supplier is.

    A row is a known contract where its reference is that of one row and one contract alone, else where reference and
    supplier agree; without a reference, where title, supplier and first day do.
    """
    planned, taken = [], set[int]()
    references = Counter(_folded(row.reference) for row in register.rows)
    here = _Here(known)
    for row in register.rows:
        place = matching.places[row.supplier]
        entry = matching.entries[place]
        supplier_id = None if entry.before is None else entry.before.id
        found = here.find(row, supplier_id, is_alone=references[_folded(row.reference)] == 1, taken=taken)
        if found is not None:
            taken.add(found.id)
        planned.append(_planned(row, found, supplier=place, supplier_id=supplier_id))
    return RegisterPlan(
        columns=register.columns,
        suppliers=matching.entries,
        contracts=tuple(planned),
        listed=register.listed,
    )


def count(things: Iterable[Entry | PlannedContract]) -> dict[str, int]:
    """How many are new, changed and unchanged."""
    found = {action.value: 0 for action in Action}
    for thing in things:
        found[thing.action.value] += 1
    return found


class _Row:
    """One row while it is read: what is wrong with it, and what is left out."""

    def __init__(self, columns: Columns, line: int, texts: Sequence[str], *, at: datetime) -> None:
        self.columns, self.line, self.texts, self.at = columns, line, texts, at
        self.reasons: list[str] = []
        self.notes: list[str] = []

    def read(self, bodies: frozenset[str] | None) -> RegisterRow | Listed:
        """The row as a contract to be, or listed with every reason."""
        value, annual_value = self._amount(Field.VALUE), self._amount(Field.ANNUAL_VALUE)
        body = self._said(Field.BODY)
        if bodies is not None and Field.BODY in self.columns.places and body not in bodies:
            seen = shown(body) if body else "nothing"
            return self._listed([f"purchasing body: saw {seen}; wanted {wording.listed(sorted(bodies))}"], value)
        is_sum = any(_SUM.fullmatch(text.strip().casefold()) for text in self.texts)
        if is_sum and not self._said(Field.STARTS_ON):
            return self._listed(["a row of sums, no contract"], value)
        title, name = self._title(), self._supplier()
        starts_on, ends_on = self._days()
        details = self._details(name)
        reference = self._short(Field.REFERENCE, LONGEST_REFERENCE, "reference")
        directorate = self._cut(Field.DIRECTORATE)
        category, process = self._cut(Field.CATEGORY), self._cut(Field.PROCESS)
        extension = self._months(Field.EXTENSION, "option to extend")
        if self.reasons or starts_on is None or ends_on is None:
            return self._listed(self.reasons, value)
        return RegisterRow(
            line=self.line,
            reference=reference or None,
            title=title,
            supplier=Sighting(details=details, at=self.at),
            starts_on=starts_on,
            ends_on=ends_on,
            value=value or None,
            annual_value=annual_value or None,
            extension_months=extension,
            process=process,
            directorate=directorate or None,
            category=category or None,
            notes=tuple(self.notes),
        )

    def _listed(self, reasons: Sequence[str], value: Decimal | None) -> Listed:
        return Listed(line=self.line, reason="; ".join(reasons), value=value)

    def _text(self, field: Field) -> str:
        place = self.columns.places.get(field)
        return "" if place is None or place >= len(self.texts) else self.texts[place]

    def _said(self, field: Field) -> str:
        return cells.said(self._text(field))

    def _refuse(self, name: str, seen: str, wanted: str) -> None:
        self.reasons.append(f"{name}: saw {seen}; wanted {wanted}")

    def _leave(self, name: str, text: str, why: str) -> None:
        self.notes.append(f"{name}: {shown(text)} is {why}, and is left out")

    def _title(self) -> str:
        title = self._short(Field.TITLE, LONGEST_TITLE, "title")
        if not title and not any(reason.startswith("title:") for reason in self.reasons):
            self._refuse("title", shown(self._text(Field.TITLE)), "the title of the contract")
        return title

    def _supplier(self) -> str:
        name = self._short(Field.SUPPLIER, LONGEST_TITLE, "supplier")
        folded = name.casefold()
        if cells.SEVERAL.fullmatch(folded):
            self._refuse("supplier", shown(name), "one supplier: several share this contract")
        elif cells.WITHHELD.fullmatch(folded):
            self._refuse("supplier", shown(name), "the name of the supplier, which is withheld")
        elif not name and not any(reason.startswith("supplier:") for reason in self.reasons):
            self._refuse("supplier", shown(self._text(Field.SUPPLIER)), "the name of the supplier")
        return name

    def _days(self) -> tuple[date | None, date | None]:
        starts_on = self._day(Field.STARTS_ON, "start date")
        current = self._day(Field.CURRENT_ENDS_ON, "current expiry date")
        ends_on = current or self._day(Field.ENDS_ON, "end date")
        are_readable = not any("date:" in reason for reason in self.reasons)
        if are_readable and starts_on is None:
            self._refuse("start date", shown(self._text(Field.STARTS_ON)), "the first day of the contract")
        months = self._months(Field.DURATION, "duration")
        if are_readable and ends_on is None:
            if starts_on is not None and months:
                ends_on = calendar.months_later(starts_on, months) - timedelta(days=1)
            else:
                texts = [self._text(field) for field in (Field.CURRENT_ENDS_ON, Field.ENDS_ON) if self._text(field)]
                self._refuse("end date", shown(texts[0] if texts else ""), "the last day, or a duration in months")
        if starts_on is not None and ends_on is not None and not self.reasons:
            self._term(starts_on, ends_on)
        return starts_on, ends_on

    def _term(self, starts_on: date, ends_on: date) -> None:
        if ends_on < starts_on:
            self._refuse("end date", wording.day(ends_on), f"{wording.day(starts_on)}, the first day, or later")
        elif ends_on.year - starts_on.year > LONGEST_TERM_YEARS:
            self._refuse("end date", wording.day(ends_on), f"a term of at most {LONGEST_TERM_YEARS} years")

    def _day(self, field: Field, name: str) -> date | None:
        text = self._text(field)
        day = cells.day_of(text)
        if isinstance(day, Unreadable):
            self._refuse(name, shown(text), "a day, as in 01/04/2026 or 2026-04-01")
            return None
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            self._refuse(name, wording.day(day), f"a day from {FIRST_DAY.year} to {LAST_DAY.year}")
            return None
        return day

    def _amount(self, field: Field) -> Decimal | None:
        name = "annual value" if field is Field.ANNUAL_VALUE else "value"
        text = self._text(field)
        amount = cells.amount_of(text)
        if isinstance(amount, Unreadable):
            if any(letter.isdigit() for letter in text):
                self._refuse(name, shown(text), "an amount in £, as in 1,234.56")
            else:
                self._leave(name, text, "no amount")
            return None
        if amount is not None and amount < 0:
            self._refuse(name, wording.pounds(amount), "an amount in £ above 0")
        elif amount == 0:
            self.notes.append(f"{name}: £0 is taken as not stated")
        return amount

    def _months(self, field: Field, name: str) -> int | None:
        text = self._text(field)
        months = cells.months_of(text, in_years=self.columns.is_in_years(field))
        if isinstance(months, Unreadable):
            self._leave(name, text, "no whole number of months")
            return None
        return months

    def _details(self, name: str) -> Details:
        is_vcse = self._flag(Field.VCSE, "VCSE")
        is_charitable = is_vcse is True or bool(_CHARITABLE.search(name.casefold()))
        text = self._text(Field.COMPANY_NUMBER)
        found = cells.numbers_of(text, is_charitable=is_charitable)
        if found.note:
            self._leave("company number", text, found.note)
        charity = found.charity
        if own := self._said(Field.CHARITY_NUMBER):
            charity = charity_number(own) or charity
            if charity_number(own) is None:
                self._leave("charity number", own, "no charity number")
        code = None
        if place := self._said(Field.POSTCODE):
            code = postcode(place) or postcode_within(place)
            if code is None:
                self._leave("postcode", place, "no whole postcode")
        return Details(
            name=name,
            company_number=found.company,
            charity_number=charity,
            postcode=code,
            is_sme=self._flag(Field.SME, "SME"),
            is_vcse=is_vcse,
        )

    def _flag(self, field: Field, name: str) -> bool | None:
        text = self._text(field)
        flag = cells.yes_or_no(text)
        if isinstance(flag, Unreadable):
            self._leave(name, text, "neither yes nor no")
            return None
        return flag

    def _short(self, field: Field, longest: int, name: str) -> str:
        text = self._said(field)
        if len(text) > longest:
            self._refuse(name, f"{len(text):,} characters", f"at most {longest}")
            return ""
        return text

    def _cut(self, field: Field) -> str:
        """Words that only describe, cut where they are long."""
        text = self._said(field)
        return text if len(text) <= LONGEST_WORDS else f"{text[: LONGEST_WORDS - 1]}…"


def _once(rows: Sequence[RegisterRow]) -> tuple[list[RegisterRow], list[Listed]]:
    """Each contract once: a row that says the same again, or something else about the same one, is listed."""
    first: dict[Identity, RegisterRow] = {}
    again = []
    for row in rows:
        before = first.setdefault(_identity(row), row)
        if before is row:
            continue
        if _content(before) == _content(row):
            reason = f"the same as line {before.line}"
        elif row.reference is not None:
            reason = f"reference: saw {shown(row.reference)} again, with the same supplier as on line {before.line}; "
            reason += "wanted each contract once"
        else:
            reason = f"title: saw the title, supplier and start date of line {before.line} again; "
            reason += "wanted a reference that tells the two apart"
        again.append(Listed(line=row.line, reason=reason, value=row.value))
    return list(first.values()), again


def _identity(row: RegisterRow) -> Identity:
    details = row.supplier.details
    supplier = details.company_number or name_key(details.name)
    if row.reference is not None:
        return _folded(row.reference), supplier
    return None, name_key(row.title), supplier, row.starts_on


def _content(row: RegisterRow) -> tuple[object, ...]:
    return (
        row.title, row.supplier, row.starts_on, row.ends_on, row.value, row.annual_value, row.extension_months,
        row.process, row.directorate, row.category,
    )  # fmt: skip


class _Here:
    """The contracts that are here, found by what a register says of them."""

    def __init__(self, known: Sequence[KnownContract]) -> None:
        self._alike: dict[Identity, list[KnownContract]] = {}
        for one in known:
            self._alike.setdefault(_called(one), []).append(one)

    def find(
        self, row: RegisterRow, supplier_id: int | None, *, is_alone: bool, taken: AbstractSet[int]
    ) -> KnownContract | None:
        """The contract of a row, or nothing where it is a new one; those that are `taken` are other rows' contracts.

        Two rows may name one supplier in two ways, and share a reference: each finds the contract with its title.
        """
        alike = [one for one in self._alike.get(_called(row), []) if one.id not in taken]
        if row.reference is not None and is_alone and len(alike) == 1:
            return alike[0]
        own = [one for one in alike if supplier_id is not None and one.supplier_id == supplier_id]
        return min(own, key=lambda one: (one.title != row.title, one.starts_on != row.starts_on), default=None)


def _called(one: RegisterRow | KnownContract) -> Identity:
    """By what a contract is looked for: its reference, else its title and first day."""
    return (_folded(one.reference),) if one.reference is not None else (None, name_key(one.title), one.starts_on)


def _planned(
    row: RegisterRow, known: KnownContract | None, *, supplier: int, supplier_id: int | None
) -> PlannedContract:
    if known is None:
        return PlannedContract(row=row, known=None, supplier=supplier, action=Action.NEW)
    differing = tuple(_differences(row, known, supplier_id))
    if not differing or not known.is_untouched:
        return PlannedContract(row=row, known=known, supplier=supplier, action=Action.UNCHANGED, keeps=differing)
    return PlannedContract(row=row, known=known, supplier=supplier, action=Action.CHANGED, changes=differing)


def _differences(row: RegisterRow, known: KnownContract, supplier_id: int | None) -> Iterator[str]:
    """The fields that the register has otherwise; one that it leaves blank is no difference."""
    wanted: Mapping[str, Any] = values_of(row, supplier_id=supplier_id)
    for name in WRITTEN:
        is_blank = wanted[name] in (None, "") and name != "supplier_id"
        if not is_blank and getattr(known, name) != wanted[name]:
            yield name


def values_of(row: RegisterRow, *, supplier_id: int | None) -> dict[str, Any]:
    """The fields of a contract that an import writes."""
    return {name: supplier_id if name == "supplier_id" else getattr(row, name) for name in WRITTEN}


def _folded(reference: str | None) -> str | None:
    return None if reference is None else reference.casefold()
