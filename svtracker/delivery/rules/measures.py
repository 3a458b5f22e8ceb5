"""What became of each measure over all contracts: the record for cutting measures (RULES 7.4)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from svtracker.delivery.rules.claims import latest
from svtracker.delivery.rules.figures import Amount, Position, added
from svtracker.delivery.rules.records import Claim, ClaimState
from svtracker.kernel import numbers
from svtracker.kernel.units import Unit

MeasureKey = tuple[str | None, str]
"""A version and a reference: a reference means nothing outside its version (RULES 2.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRecord:
    """One measure: quantities in its unit. `due` leaves out what is unknown; `returned` counts claims that went back.

    `offered` and `accepted` are of all bids, won or lost; `contracts` is how many contracts carry it.
    """

    framework: str | None
    measure: str
    unit: Unit
    offered: Decimal
    accepted: Decimal
    contracts: int
    committed: Decimal
    due: Amount
    verified: Decimal
    claims: int
    returned: int


def measure_records(
    some: Iterable[Position],
    claims: Iterable[Claim],
    *,
    bids: Mapping[MeasureKey, tuple[Decimal, Decimal]] | None = None,
) -> tuple[MeasureRecord, ...]:
    """The record of every measure that a contract carries, by version and reference.

    `bids` gives what was offered and accepted of each. A claim counts as returned each time that it goes back.
    """
    rows = tuple(claims)
    sent_back = [row.commitment_id for row in rows if row.state is ClaimState.RETURNED]
    claimed = [commitment for commitment, _ in latest(rows)]
    groups: dict[MeasureKey, list[Position]] = {}
    for one in some:
        groups.setdefault((one.contract.framework, one.commitment.measure), []).append(one)
    return tuple(
        _record(key, group, claimed=claimed, sent_back=sent_back, bids=(bids or {}).get(key))
        for key, group in sorted(groups.items(), key=lambda item: (item[0][0] or "", item[0][1]))
    )


def _record(
    key: MeasureKey,
    group: list[Position],
    *,
    claimed: list[int],
    sent_back: list[int],
    bids: tuple[Decimal, Decimal] | None,
) -> MeasureRecord:
    own = {one.commitment.id for one in group}
    offered, accepted = bids or (numbers.ZERO, numbers.ZERO)
    return MeasureRecord(
        framework=key[0],
        measure=key[1],
        unit=group[0].commitment.unit,
        offered=offered,
        accepted=accepted,
        contracts=len({one.contract.id for one in group}),
        committed=numbers.total(one.committed for one in group),
        due=added(one.due for one in group if one.due is not None),
        verified=numbers.total(one.verified for one in group),
        claims=sum(one in own for one in claimed),
        returned=sum(one in own for one in sent_back),
    )
