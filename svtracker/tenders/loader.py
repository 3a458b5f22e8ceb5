"""A tender file becomes a tender and its bids, or every problem that it has (FORMATS 2, RULES 3.7)."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from itertools import takewhile
from types import MappingProxyType

from svtracker.files.shapes import fit, path_text
from svtracker.files.yaml_reader import Document, Path, capped, read_document
from svtracker.frameworks.rules.values import Version
from svtracker.kernel import numbers
from svtracker.kernel.problems import Finding, Problem, shown
from svtracker.tenders.rules.checks import faults_of
from svtracker.tenders.rules.values import (
    METHOD_OF_SETTING,
    Band,
    Bid,
    BidStatus,
    Commitment,
    Outcome,
    Question,
    Scoring,
    Tender,
)
from svtracker.tenders.schema import (
    NOT_APPLICABLE,
    BidShape,
    CommitmentShape,
    ScoringShape,
    TenderFileShape,
    TenderShape,
)

# A tender without named questions has one; its mark is the bid's `qualitative`.
THE_ANSWER = "answer"

FindVersion = Callable[[str, str], Version | None]
KnownVersions = Callable[[], list[str]]


def load_tender(
    *, name: str, data: bytes, find_version: FindVersion, known_versions: KnownVersions
) -> tuple[tuple[Tender, Version] | None, tuple[Problem, ...]]:
    """The tender of a file with the version that it names, or nothing and all problems at once.

    Nothing is half-read: a file with one problem gives no tender.
    """
    document = read_document(name=name, data=data)
    return load_document(document, find_version=find_version, known_versions=known_versions)


def load_settings(
    settings: Mapping[str, object], *, find_version: FindVersion, known_versions: KnownVersions
) -> tuple[tuple[Tender, Version] | None, tuple[Problem, ...]]:
    """A tender without bids, from what was set for it (the keys of FORMATS 2), or every problem at once.

    Where an entry does not fit its shape, the rest is checked all the same, as in a file.
    """
    plain = {key: value for key, value in settings.items() if key not in {"outcome", "opened"}}
    # A bid that is in nobody's way stands in for those that are still to come: a file has at least one.
    content = {"tender": plain, "bids": [{"bidder": "-", "status": "excluded"}]}
    found, problems = load_content(content, find_version=find_version, known_versions=known_versions)
    return (None, problems) if found is None else ((replace(found[0], bids=()), found[1]), ())


def load_content(
    content: object, *, find_version: FindVersion, known_versions: KnownVersions
) -> tuple[tuple[Tender, Version] | None, tuple[Problem, ...]]:
    """The same as `load_tender`, from a value with the keys of a tender file that stands in no file."""
    lines = dict.fromkeys(_places(content), 0)
    document = Document(name="tender", value=content, lines=lines)
    found, problems = load_document(document, find_version=find_version, known_versions=known_versions)
    return found, tuple(replace(problem, line=None) for problem in problems)


def _places(value: object, at: Path = ()) -> Iterator[Path]:
    yield at
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in inner:
        yield from _places(below, (*at, key))


def load_document(
    document: Document, *, find_version: FindVersion, known_versions: KnownVersions
) -> tuple[tuple[Tender, Version] | None, tuple[Problem, ...]]:
    """The same as `load_tender`, from a document that was read or put together before."""
    file, problems = fit(document, TenderFileShape)
    if file is None:
        rest, cut = _without(document, problems)
        if rest is None:
            return None, problems
        more = _read(rest, document, find_version=find_version, known_versions=known_versions)[1]
        found = [*problems, *(problem for problem in more if not _follows(problem.path, cut))]
        return None, capped(sorted(found, key=lambda problem: problem.line or 0))
    return _read(file, document, find_version=find_version, known_versions=known_versions)


def _read(
    file: TenderFileShape, document: Document, *, find_version: FindVersion, known_versions: KnownVersions
) -> tuple[tuple[Tender, Version] | None, tuple[Problem, ...]]:
    tender, misfits = _tender(file)
    found = [*misfits]
    set_id, _, version_name = tender.framework.partition("@")
    version = find_version(set_id, version_name)
    if version is None:
        wanted = f"one of the versions that are here: {', '.join(known_versions()) or 'none'}"
        found.append(Finding(path=("tender", "framework"), seen=shown(tender.framework), wanted=wanted))
    else:
        said = {misfit.path for misfit in misfits}
        found.extend(fault for fault in faults_of(tender, version=version) if fault.path not in said)
    if found or version is None:
        problems = [_problem(finding, document=document) for finding in found]
        return None, capped(sorted(problems, key=lambda problem: problem.line or 0))
    return (tender, version), ()


# What takes the place of an entry that does not fit, so that the rest can be checked and nothing else looks wrong.
_STAND_INS: dict[Path, object] = {
    ("tender", "id"): "-",
    ("tender", "title"): "-",
    ("tender", "list"): "main",
    ("tender", "record_only"): True,
    ("tender", "contract_value"): "1",
    ("tender", "qualitative_scale"): 100,
    ("tender", "price", "weight"): "1",
    ("tender", "scoring", "method"): "relative",
    ("tender", "scoring", "quantitative"): "1000000000",
    ("tender", "scoring", "qualitative"): "0",
}


def _without(document: Document, problems: Sequence[Problem]) -> tuple[TenderFileShape | None, set[str]]:
    """The file without the entries that do not fit, so that everything else can be checked in the same go.

    Of a list in the tender the whole list is left out: without one entry the places of the others would be wrong.
    """
    places = {path_text(path): path for path in document.lines}
    value = deepcopy(document.value)
    cut = {problem.path for problem in problems}
    for path in [places[text] for text in cut if text in places]:
        whole = path if path[:1] == ("bids",) else tuple(takewhile(lambda step: isinstance(step, str), path))
        holder = _at(value, whole[:-1])
        if whole and isinstance(holder, dict):
            holder.pop(whole[-1], None)
            cut.add(path_text(whole))
    bids = _at(value, ("bids",))
    for place in range(len(bids) if isinstance(bids, list) else 0):
        _stand_in(value, ("bids", place), {"bidder": f"-{place}", "status": "excluded"}, cut)
        _stand_in(value, ("bids", place, "bidder"), f"-{place}", cut)
        _stand_in(value, ("bids", place, "status"), "excluded", cut)
    for path, instead in _STAND_INS.items():
        _stand_in(value, path, instead, cut)
    return fit(Document(name=document.name, value=value, lines=document.lines), TenderFileShape)[0], cut


def _stand_in(value: object, path: Path, instead: object, cut: set[str]) -> None:
    holder = _at(value, path[:-1])
    if path_text(path) in cut and isinstance(holder, (dict, list)):
        holder[path[-1]] = instead  # type: ignore[index]


def _at(value: object, path: Path) -> object:
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


# Where the first place was left out, the second looks wrong although nothing may be wrong with it.
_FOLLOWS = re.compile(
    r"""
      tender\.(?:questions|scoring\.qualitative) \ (?:bids\[\d+\]\.qualitative|tender\.questions)
    | tender\.other_marks \ bids\[\d+\]\.other_marks
    | (?:tender\.outcome\.status|bids\[\d+\](?:\.bidder)?) \ tender\.outcome
    | (bids\[\d+\]\.qualitative)\..+ \ \1
    | (bids\[\d+\]\.commitments\..+)\.(?:offered|accepted) \ \2
    """,
    re.VERBOSE,
)


def _follows(path: str, cut: set[str]) -> bool:
    """Whether a place looks wrong only because another was left out."""
    return any(path == place or path.startswith((f"{place}.", f"{place}[")) for place in cut) or any(
        _FOLLOWS.match(f"{place} {path}") for place in cut
    )


def _problem(finding: Finding, *, document: Document) -> Problem:
    return Problem(
        file=document.name,
        path=path_text(finding.path),
        seen=finding.seen,
        wanted=finding.wanted,
        line=document.line_of(finding.path),
    )


def _tender(file: TenderFileShape) -> tuple[Tender, list[Finding]]:
    shape = file.tender
    scoring = _scoring(shape.scoring)
    questions = _questions(shape)
    misfits: list[Finding] = []
    bids = []
    for place, bid in enumerate(file.bids):
        answers, faults = _answers(bid, at=("bids", place, "qualitative"), named=shape.questions is not None)
        misfits += faults
        misfits += _halves(bid, at=("bids", place, "commitments"))
        bids.append(_bid(bid, answers=answers))
    return (
        Tender(
            id=shape.id,
            title=shape.title,
            framework=shape.framework,
            list=shape.list,
            record_only=shape.record_only,
            contract_value=shape.contract_value,
            value_basis=MappingProxyType(
                {key: value for key, value in shape.value_basis.model_dump().items() if value is not None}
            ),
            denominator=shape.denominator,
            duration_months=shape.duration_months,
            category=shape.category,
            area=shape.area,
            opened=shape.opened,
            outcome=Outcome(
                status=shape.outcome.status,
                bidder=shape.outcome.bidder,
                also=shape.outcome.also,
                on=shape.outcome.on,
                reason=shape.outcome.reason,
            ),
            invented=shape.invented,
            leave_out=shape.leave_out,
            mandatory=shape.mandatory,
            measure_weights=MappingProxyType(shape.measure_weights),
            weights_applied=shape.weights_applied,
            scoring=scoring,
            questions=questions,
            questions_named=shape.questions is not None,
            qualitative_scale=shape.qualitative_scale,
            price_weight=shape.price.weight if shape.price else None,
            other_marks=shape.other_marks,
            bids=tuple(bids),
            digest=_digest(file),
        ),
        misfits,
    )


def _digest(file: TenderFileShape) -> str:
    """A hash of what the file says, whatever its layout, the order of keys and bids, or whether 5 is written 5.0."""
    said = file.model_dump()
    if not file.tender.outcome.also:
        del said["tender"]["outcome"]["also"]
    said["bids"] = sorted(said["bids"], key=lambda bid: str(bid["bidder"]))
    content = json.dumps(_canonical(said), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()


def _canonical(value: object) -> object:
    match value:
        case dict():
            return {str(key): _canonical(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_canonical(inner) for inner in value]
        case Decimal():
            return numbers.trimmed(value)
        case None | bool() | int() | str():
            return value
        case _:
            return str(value)


def _scoring(shape: ScoringShape) -> Scoring:
    return Scoring(
        method=shape.method,
        quantitative=shape.quantitative,
        qualitative=shape.qualitative,
        target_percent=shape.target_percent,
        cap=shape.cap is not False,
        bands=tuple(Band(lower_percent=lower, marks=marks) for lower, marks in shape.bands or ()),
        decimals=shape.decimals,
        zero=shape.zero,
        minimum_percent=shape.minimum_percent,
        tie=shape.tie,
        ignored=tuple(
            key
            for key, method in METHOD_OF_SETTING.items()
            if getattr(shape, key) is not None and method is not shape.method
        ),
    )


def _questions(shape: TenderShape) -> tuple[Question, ...]:
    if shape.questions is None:
        return (Question(id=THE_ANSWER, title="Social value: answer", weight=shape.scoring.qualitative),)
    return tuple(Question(id=q.id, title=q.title, weight=q.weight) for q in shape.questions)


def _answers(shape: BidShape, *, at: tuple[str | int, ...], named: bool) -> tuple[dict[str, Decimal], list[Finding]]:
    given = shape.qualitative
    if given is None:
        return {}, []
    if named != isinstance(given, dict):
        wanted = 'a mark for each question, as in {q1: "3"}' if named else 'one mark in quotes, as in "3"'
        return {}, [Finding(path=at, seen=shown(given), wanted=wanted)]
    if isinstance(given, dict):
        return {question: mark for question, mark in given.items() if mark is not None}, []
    return {THE_ANSWER: given}, []


def _halves(shape: BidShape, *, at: tuple[str | int, ...]) -> Iterator[Finding]:
    """Lines on which a measure applies to what is offered and not to what is accepted, or the other way round."""
    for ref, given in shape.commitments.items():
        if isinstance(given, CommitmentShape) and given.accepted is not None:
            halves = NOT_APPLICABLE in {given.offered, given.accepted} and given.offered != given.accepted
            if halves:
                wanted = '"n/a" in both, or a quantity in both: a measure applies or it does not'
                yield Finding(path=(*at, ref, "accepted"), seen=shown(given.accepted), wanted=wanted)


def _bid(shape: BidShape, *, answers: dict[str, Decimal]) -> Bid:
    return Bid(
        bidder=shape.bidder,
        status=BidStatus(shape.status),
        price=shape.price,
        qualitative=MappingProxyType(answers),
        other_marks=MappingProxyType({name: mark for name, mark in shape.other_marks.items() if mark is not None}),
        commitments=tuple(_commitments(shape)),
    )


def _commitments(shape: BidShape) -> Iterator[Commitment]:
    for ref, given in shape.commitments.items():
        match given:
            case None:
                yield Commitment(measure=ref)
            case CommitmentShape():
                yield _detailed(ref, given)
            case Decimal():
                yield Commitment(measure=ref, offered=given, accepted=given)
            case _:
                yield Commitment(measure=ref, not_applicable=True)


def _detailed(ref: str, shape: CommitmentShape) -> Commitment:
    offered = shape.offered if isinstance(shape.offered, Decimal) else None
    accepted = shape.accepted if isinstance(shape.accepted, Decimal) else None
    return Commitment(
        measure=ref,
        offered=offered,
        accepted=offered if shape.accepted is None else accepted,
        not_applicable=shape.offered == NOT_APPLICABLE,
        text=shape.text,
        reason=shape.reason,
        statement=shape.statement,
        outside_area=shape.outside_area,
        detailed=True,
    )
