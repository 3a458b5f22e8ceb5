"""Marks for answers: which answers there are to mark, the scale, and what moderation looks at (RULES 4.3)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from svtracker.kernel import numbers
from svtracker.tenders.rules.records import AgreedMark, StoredBid, StoredMark, StoredTender
from svtracker.tenders.rules.settings import DEFAULT_DESCRIPTORS, descriptors_of, tender_part
from svtracker.tenders.rules.values import BidStatus

# A tender without named questions has one; its mark is the bid's `qualitative` (FORMATS 2).
THE_ANSWER = "answer"
THE_ANSWER_TITLE = "Social value: answer"
MARK_DECIMALS = 2
DEFAULT_SCALE = 5
LARGEST_SCALE_TO_CHOOSE = 10
HALF = Decimal("0.5")


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedQuestion:
    """A question that carries weight in a tender."""

    id: str
    title: str
    weight: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Moderation:
    """One answer in moderation: every evaluator's mark, how far they lie apart, and what was agreed."""

    bid: StoredBid
    question: AskedQuestion
    marks: tuple[StoredMark, ...]
    agreed: AgreedMark | None

    @property
    def spread(self) -> Decimal:
        """From the lowest to the highest mark: 1.5 for marks of 2, 3 and 3.5; 0 where there are fewer than two."""
        given = [mark.mark for mark in self.marks]
        return numbers.minus(max(given), min(given)) if len(given) > 1 else numbers.ZERO

    @property
    def is_overtaken(self) -> bool:
        """Whether an evaluator's mark came after what was agreed, so that it is to be agreed anew."""
        return self.agreed is not None and any(mark.at > self.agreed.at for mark in self.marks)

    @property
    def is_open(self) -> bool:
        """Whether a mark is still to be agreed."""
        return self.agreed is None or self.is_overtaken


def questions_of(tender: StoredTender) -> tuple[AskedQuestion, ...]:
    """The questions of a tender that carry weight; one without a name where none is named."""
    part: Any = tender_part(tender.settings)
    scoring = part.get("scoring")
    weight = numbers.parse_decimal(str(scoring.get("qualitative"))) if isinstance(scoring, dict) else None
    if weight is None or weight <= 0:
        return ()
    named = part.get("questions")
    if not named:
        return (AskedQuestion(id=THE_ANSWER, title=THE_ANSWER_TITLE, weight=weight),)
    return tuple(
        AskedQuestion(
            id=str(one["id"]), title=str(one["title"]), weight=numbers.parse_decimal(str(one["weight"])) or numbers.ZERO
        )
        for one in named
    )


def scale_of(tender: StoredTender) -> int:
    """The top of the scale on which answers are marked."""
    scale: Any = tender_part(tender.settings).get("qualitative_scale", DEFAULT_SCALE)
    return scale if isinstance(scale, int) else DEFAULT_SCALE


def spread_to_talk_about(scale: int) -> Decimal:
    """Marks further apart than this are talked about first: a fifth of the scale, so 1 on a scale to 5, 2 to 10."""
    return numbers.round_half_up(numbers.ratio(scale, DEFAULT_SCALE), MARK_DECIMALS)


def words_of_scale(tender: StoredTender) -> Mapping[str, str]:
    """What each mark stands for: as published, else the default words where the scale is the default one."""
    own = descriptors_of(tender.settings)
    return own or (DEFAULT_DESCRIPTORS if scale_of(tender) == DEFAULT_SCALE else {})


def marks_to_choose(scale: int) -> tuple[tuple[Decimal, ...], tuple[Decimal, ...]]:
    """The whole marks and the half marks that are chosen with one press: 0 to 5, and 0.5 to 4.5.

    Of a scale above 10 there would be too many: its marks are typed.
    """
    if scale > LARGEST_SCALE_TO_CHOOSE:
        return (), ()
    whole = tuple(Decimal(mark) for mark in range(scale + 1))
    return whole, tuple(numbers.plus(mark, HALF) for mark in whole[:-1])


def fault_of_mark(mark: Decimal | None, *, scale: int) -> str | None:
    """What was wanted instead of a mark that cannot be one; half marks are allowed, to 2 decimals (RULES 4.3)."""
    if mark is None or not 0 <= mark <= scale or numbers.decimal_places(mark) > MARK_DECIMALS:
        return f"a mark from 0 to {scale} with at most {MARK_DECIMALS} decimals, as in 3.5"
    return None


def asked_of(tender: StoredTender, bids: Iterable[StoredBid]) -> tuple[tuple[StoredBid, str], ...]:
    """Every answer that is to be marked: of each bid in the running, each question that it answers.

    A question without an answer is not marked: the zero rule speaks about it (RULES 3.5).
    """
    questions = [question.id for question in questions_of(tender)]
    return tuple(
        (bid, question)
        for bid in bids
        if bid.counts and bid.status is BidStatus.ASSESSED
        for question in questions
        if bid.answers.get(question)
    )


def marking_order(tender: StoredTender, bids: Sequence[StoredBid]) -> tuple[tuple[StoredBid, AskedQuestion], ...]:
    """The answers to mark in the order of marking: one question of all bids, then the next.

    Whoever reads the same question side by side measures all bids alike.
    """
    asked = {(bid.id, question) for bid, question in asked_of(tender, bids)}
    return tuple((bid, question) for question in questions_of(tender) for bid in bids if (bid.id, question.id) in asked)


def unanswered(bids: Iterable[StoredBid], question: str) -> tuple[StoredBid, ...]:
    """The bids in the running that leave a question without an answer: 0 by the zero rule (RULES 3.5)."""
    return tuple(
        bid for bid in bids if bid.counts and bid.status is BidStatus.ASSESSED and not bid.answers.get(question)
    )


def moderation_of(
    tender: StoredTender, bids: Sequence[StoredBid], *, marks: Iterable[StoredMark], agreed: Iterable[AgreedMark]
) -> tuple[Moderation, ...]:
    """Every answer with all its marks, in the order of the questions and bids."""
    by_answer: dict[tuple[int, str], list[StoredMark]] = {}
    for mark in marks:
        by_answer.setdefault((mark.bid_id, mark.question), []).append(mark)
    settled = {(mark.bid_id, mark.question): mark for mark in agreed}
    return tuple(
        Moderation(
            bid=bid,
            question=question,
            marks=tuple(by_answer.get((bid.id, question.id), ())),
            agreed=settled.get((bid.id, question.id)),
        )
        for bid, question in marking_order(tender, bids)
    )
