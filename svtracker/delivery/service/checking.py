"""The proof that contracts still say what was awarded, and that of every claim the latest row counts, alone."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from svtracker.delivery.rules.awarding import promised
from svtracker.delivery.rules.claims import faults_of_row
from svtracker.delivery.rules.records import BEFORE_THIS_SYSTEM, Claim, Commitment, Spread
from svtracker.delivery.rules.stored import Source, StoredContract
from svtracker.delivery.store import claims as claim_store
from svtracker.delivery.store import contracts as store
from svtracker.frameworks.rules.values import Kind
from svtracker.kernel.problems import Problem
from svtracker.tenders.service import results


def check_contracts(session: Session, *, organisation_id: int) -> tuple[Problem, ...]:
    """What is wrong with the contracts of an organisation.

    The commitments of an award are made again from the result that was frozen with it, and the rows of every claim are
    followed from the first to the latest.
    """
    found = store.list_contracts(session, organisation_id=organisation_id)
    known = [one.id for one in found]
    rows = claim_store.list_claims(session, known, organisation_id=organisation_id, only_latest=False)
    latest = claim_store.list_claims(session, known, organisation_id=organisation_id)
    return tuple(
        problem
        for one in found
        for problem in (
            *_check_promises(session, one),
            *_check_claims(one, rows.get(one.id, ()), latest.get(one.id, ())),
        )
    )


def _check_promises(session: Session, stored: StoredContract) -> Iterator[Problem]:
    if stored.source is not Source.AWARD or stored.tender_id is None:
        return
    scored = results.score_tender(session, stored.tender_id, organisation_id=stored.organisation_id, minimum_wage=None)
    wanted = [_as_awarded(line) for line, _ in promised(scored.result, stored.supplier)]
    seen = [_as_awarded(line) for line in stored.contract.commitments if line.in_force_from is None]
    if seen != wanted or stored.framework_sha256 != scored.result.version.sha256:
        yield Problem(
            file=f"contract {stored.id}",
            path="commitments",
            seen="commitments that differ from what was awarded",
            wanted="the accepted lines of the bid with the unit values that were frozen",
        )


def _as_awarded(line: Commitment) -> Commitment:
    """A commitment without what a person says of it when the contract begins."""
    return replace(line, id=0, spread=Spread.EVEN, profile=(), rate=None, estimated_spend=None)


def _check_claims(stored: StoredContract, rows: Sequence[Claim], latest: Sequence[Claim]) -> Iterator[Problem]:
    place = f"contract {stored.id}"
    lines = {one.id: one for one in stored.contract.commitments}
    before: dict[tuple[int, int], Claim] = {}
    for row in rows:
        line = lines.get(row.commitment_id)
        key = (row.commitment_id, row.period)
        is_opening = row.period == BEFORE_THIS_SYSTEM
        if line is None or (
            not is_opening and faults_of_row(row, before=before.get(key), in_words=line.kind is Kind.NARRATIVE)
        ):
            seen, wanted = "a claim that cannot follow the one before it", "the rows as they were written"
            yield Problem(file=place, path=f"claim {row.id}", seen=seen, wanted=wanted)
        before[key] = row
    counted = Counter((row.commitment_id, row.period) for row in latest)
    if set(latest) != set(before.values()) or any(number > 1 for number in counted.values()):
        seen, wanted = "another row than the latest that counts", "of each commitment and period the latest, alone"
        yield Problem(file=place, path="claims", seen=seen, wanted=wanted)
