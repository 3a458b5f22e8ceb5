"""Bidders' workbooks of a published tender: out to bidders, and back as bids under seal."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from sqlalchemy.orm import Session

from svtracker.audit.rules.events import Actor
from svtracker.kernel import numbers, uk_time
from svtracker.kernel.clock import Clock, system_clock
from svtracker.kernel.exceptions import NotYetError
from svtracker.kernel.problems import Problem
from svtracker.tenders.rules.records import Source, StoredTender
from svtracker.tenders.rules.stages import Step
from svtracker.tenders.service import bids, setup
from svtracker.tenders.service.bids import BidIn, LineIn, Receipt
from svtracker.tenders.service.common import tender_of
from svtracker.tenders.store import tenders
from svtracker.tenders.workbook.bundle import read_bid_files
from svtracker.tenders.workbook.reading import read_bid_workbook
from svtracker.tenders.workbook.values import HelperLine, WorkbookBid, WorkbookBrief
from svtracker.tenders.workbook.writing import bid_workbook

# What a stranger's file says is as sealed as the bid that it would become.
UNDER_SEAL = "something that stays sealed until the opening"

Files = Sequence[tuple[str, bytes]]


def workbook_of(session: Session, number: int, *, organisation_id: int, organisation: str) -> bytes:
    """The workbook that bidders of a published tender fill in, as last published."""
    tender = tender_of(session, number, organisation_id=organisation_id)
    return bid_workbook(brief_of(session, tender, organisation=organisation))


def check_files(
    session: Session, number: int, files: Files, *, organisation_id: int, organisation: str
) -> tuple[tuple[BidIn, ...], tuple[Problem, ...], tuple[str, ...]]:
    """The bids of workbooks, everything that is wrong with them, and the files that were left aside with the reason.

    A file is a workbook, or an archive with many, as an e-tendering portal gives them. What stands in a cell is not
    told: a problem names file, sheet and cell, and what is wanted there.
    """
    tender = tender_of(session, number, organisation_id=organisation_id, step=Step.RECEIVE)
    brief = brief_of(session, tender, organisation=organisation)
    found: list[BidIn] = []
    problems: list[Problem] = []
    aside: list[str] = []
    for name, data in files:
        archive, faults = read_bid_files(name=name, data=data)
        problems += faults
        if archive is None:
            continue
        aside += [f"{path}: {why}" for path, why in archive.left_aside]
        for file in archive.files:
            read, wrong = read_bid_workbook(name=file.path, data=file.data, brief=brief)
            problems += [replace(problem, seen=UNDER_SEAL) for problem in wrong]
            if read is not None:
                found.append(_bid_in(read))
    problems += _twice(found)
    for bid in found:
        refused = bids.problems_of_bid(session, tender, bid)
        problems += [replace(problem, file=bid.file_name, seen=UNDER_SEAL) for problem in refused]
    return tuple(found), tuple(problems), tuple(aside)


def read_own(
    session: Session, number: int, *, name: str, data: bytes, organisation_id: int, organisation: str
) -> tuple[WorkbookBid | None, tuple[Problem, ...]]:
    """A bidder's own workbook, or everything that is wrong with it, with what stands in each cell: it is theirs."""
    tender = tender_of(session, number, organisation_id=organisation_id, step=Step.RECEIVE)
    return read_bid_workbook(name=name, data=data, brief=brief_of(session, tender, organisation=organisation))


def take_in(
    session: Session,
    number: int,
    found: Sequence[BidIn],
    *,
    organisation_id: int,
    actor: Actor,
    clock: Clock = system_clock,
) -> tuple[Receipt, ...]:
    """Takes bids in that were read from workbooks, all of them or none.

    Reading is done before and in its own process: it takes a fifth of a second a workbook, in which nobody else should
    wait for the database.
    """
    by = {"organisation_id": organisation_id}
    return tuple(bids.receive(session, number, bid, **by, actor=actor, clock=clock) for bid in found)


def brief_of(session: Session, tender: StoredTender, *, organisation: str) -> WorkbookBrief:
    """What the workbook of a tender says, by the last edition that was published."""
    settled = setup.settled(session, tender)
    editions = tenders.list_editions(session, tender.id, organisation_id=tender.organisation_id)
    if settled is None or not editions:
        raise NotYetError(step="make the bidders’ workbook", why="the tender is not published.")
    return WorkbookBrief(
        key=f"{tender.id} {tender.reference}",
        title=tender.title,
        organisation=organisation,
        closing="" if tender.closes_at is None else uk_time.said(tender.closes_at),
        edition=editions[-1].number,
        digest=editions[-1].sha256,
        tender=settled[0],
        version=settled[1],
    )


def _bid_in(read: WorkbookBid) -> BidIn:
    content = read.content
    return BidIn(
        bidder=content.bidder.name,
        price=content.price,
        answers=dict(content.answers),
        lines=[
            LineIn(
                commitment=replace(commitment, detailed=True),
                worked=worked_words(content.helpers.get(commitment.measure, ())),
            )
            for commitment in content.commitments
        ],
        source=Source.WORKBOOK,
        details={"company_number": content.bidder.company_number, "postcode": content.bidder.postcode},
        file_name=read.file,
        file_sha256=read.sha256,
    )


def worked_words(lines: Sequence[HelperLine]) -> dict[str, str]:
    """The inputs of a quantity helper in words: what it is about, and each number by its name."""
    return {
        line.about or f"Line {place}": ", ".join(f"{name} {_plain(value)}" for name, value in line.inputs.items())
        for place, line in enumerate(lines, start=1)
        if line.inputs
    }


def _plain(value: Decimal) -> str:
    return numbers.trimmed(value)


def _twice(found: Sequence[BidIn]) -> list[Problem]:
    seen: dict[str, str] = {}
    problems = []
    for bid in found:
        name = " ".join(bid.bidder.split()).casefold()
        if name in seen:
            wanted = f"one workbook for each bidder: {seen[name]} is of the same one"
            problems.append(Problem(file=bid.file_name, path="", seen="a second bid of a bidder", wanted=wanted))
        seen.setdefault(name, bid.file_name)
    return problems
