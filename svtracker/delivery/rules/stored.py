"""A contract as it is kept: what is calculated with, and beside it what is only said of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from svtracker.delivery.rules.records import Contract


class Source(StrEnum):
    """Where a contract comes from (RULES 5.1, 5.4)."""

    AWARD = "award"
    TAKEN_OVER = "taken_over"
    REGISTER = "register"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a commitment says in words: its measure's title, the text of a narrative, the bidder's statement."""

    title: str
    text: str
    statement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredContract:
    """A contract as it is kept.

    `framework_sha256` is that of the version whose unit values are frozen in the commitments; `words` are those of
    each commitment by its number; a return is due `due_days` after the last day of its period. What only a register
    says: `annual_value` in £, the option to extend in months, the process used; at `imported_version` nobody has worked
    on the contract since the last import.
    """

    organisation_id: int
    source: Source
    tender_id: int | None
    bid_id: int | None
    supplier: str
    framework_sha256: str | None
    due_days: int
    annual_value: Decimal | None
    extension_months: int | None
    process: str
    is_invented: bool
    created_at: datetime
    version: int
    imported_version: int | None
    contract: Contract
    words: Mapping[int, Words]

    @property
    def id(self) -> int:
        """The number of the contract."""
        return self.contract.id
