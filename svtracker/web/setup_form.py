"""The form in which a tender is set up: what was typed becomes settings, and a fault finds its field again.

Whatever was typed is kept, also where it is wrong, so that nobody types it twice.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Annotated, Any

from fastapi import Depends, Form

from svtracker.kernel import uk_time
from svtracker.kernel.problems import Problem
from svtracker.tenders.rules.policy_rules import PROBLEM
from svtracker.tenders.rules.settings import DESCRIPTORS, REASONS, TYPED_CLOSING, Settings, tender_part
from svtracker.tenders.rules.values import Method

Short = Annotated[str, Form(max_length=1_000)]
Long = Annotated[str, Form(max_length=20_000)]
Many = Annotated[list[Annotated[str, Form(max_length=4_000)]], Form(default_factory=list)]

LEFT_OUT, MANDATORY = "leave_out", "mandatory"


@dataclass(frozen=True, kw_only=True)
class SetupForm:
    """What was sent. Rows come as lists of the same length: the first of each belongs to the first row."""

    version: Annotated[int, Form()]
    do: Short = ""
    title: Short = ""
    reference: Short = ""
    directorate: Short = ""
    category: Short = ""
    contract_value: Short = ""
    vat: Short = ""
    extensions: Short = ""
    duration_months: Short = ""
    area: Short = ""
    closes_day: Short = ""
    closes_month: Short = ""
    closes_year: Short = ""
    closes_time: Short = ""
    framework: Short = ""
    measure_list: Short = ""
    record_only: Short = ""
    measure: Many
    use: Many
    weight: Many
    because: Many
    weights_applied: Short = ""
    denominator: Short = ""
    method: Short = ""
    quantitative: Short = ""
    qualitative: Short = ""
    target_percent: Short = ""
    cap: Short = ""
    band_from: Many
    band_marks: Many
    zero: Short = ""
    minimum_percent: Short = ""
    decimals: Short = ""
    tie: Short = ""
    price_weight: Short = ""
    other_marks: Long = ""
    question_id: Many
    question: Many
    question_weight: Many
    qualitative_scale: Short = ""
    descriptor: Many
    reason: Long = ""


SentForm = Annotated[SetupForm, Depends()]

_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,6}", re.ASCII)


def closing_of(form: SetupForm) -> datetime | None:
    """The closing time in UTC; nothing where none was typed, or what was typed is no time."""
    return uk_time.from_local(
        day=form.closes_day, month=form.closes_month, year=form.closes_year, time=form.closes_time
    )


def settings_of(form: SetupForm, *, before: Settings) -> dict[str, object]:
    """The settings that were typed, right or wrong; what the form does not know of stays as it was before."""
    part = {key: value for key, value in tender_part(before).items() if key not in _OWN}
    part |= _given(
        category=line(form.category),
        area=line(form.area),
        contract_value=figure(form.contract_value),
        duration_months=_whole(form.duration_months),
        framework=line(form.framework),
        list=line(form.measure_list),
        denominator=line(form.denominator),
        qualitative_scale=_whole(form.qualitative_scale),
        value_basis=_given(vat=line(form.vat), extensions=line(form.extensions)),
        other_marks=[line(name) for name in form.other_marks.splitlines() if name.strip()],
        questions=list(_questions(form)),
    )
    if form.price_weight.strip():
        part["price"] = {"weight": figure(form.price_weight), "method": "lowest_over_own"}
    part |= {"record_only": bool(form.record_only), "weights_applied": bool(form.weights_applied)}
    part["scoring"] = _scoring(form)
    rows = list(zip_longest(form.measure, form.use, form.weight, form.because, fillvalue=""))
    part |= _given(
        leave_out=[ref for ref, use, _, _ in rows if use == LEFT_OUT],
        mandatory=[ref for ref, use, _, _ in rows if use == MANDATORY],
        measure_weights={ref: figure(weight) for ref, _, weight, _ in rows if weight.strip()},
    )
    made: dict[str, object] = {key: value for key, value in before.items() if key != TYPED_CLOSING}
    made["tender"] = part
    made[REASONS] = {ref: line(why) for ref, _, _, why in rows if why.strip()}
    made[DESCRIPTORS] = {str(mark): line(words) for mark, words in enumerate(form.descriptor) if words.strip()}
    closing = [line(text) for text in (form.closes_day, form.closes_month, form.closes_year, form.closes_time)]
    if any(closing[:3]) and closing_of(form) is None:
        made[TYPED_CLOSING] = closing
    return made


# The keys of a tender file that the form sets; whatever else a file brought along stays.
_OWN = frozenset(
    {"category", "area", "contract_value", "duration_months", "framework", "list", "denominator", "qualitative_scale"}
    | {"value_basis", "other_marks", "questions", "price", "record_only", "weights_applied", "scoring"}
    | {"leave_out", "mandatory", "measure_weights"}
)


def _scoring(form: SetupForm) -> dict[str, object]:
    bands = [
        [figure(lower), figure(marks)]
        for lower, marks in zip_longest(form.band_from, form.band_marks, fillvalue="")
        if lower.strip() or marks.strip()
    ]
    scoring = _given(
        method=line(form.method),
        quantitative=figure(form.quantitative),
        qualitative=figure(form.qualitative),
        target_percent=figure(form.target_percent),
        bands=bands,
        zero=line(form.zero),
        minimum_percent=figure(form.minimum_percent),
        decimals=_whole(form.decimals),
        tie=line(form.tie),
    )
    if form.method == Method.TARGET and not form.cap:
        scoring["cap"] = False
    return scoring


def _questions(form: SetupForm) -> Iterator[dict[str, str]]:
    """The questions that were typed; a new one gets the next free name, which nobody needs to see."""
    rows = list(zip_longest(form.question_id, form.question, form.question_weight, fillvalue=""))
    taken = {line(name) for name, title, weight in rows if title.strip() or weight.strip()}
    for name, title, weight in rows:
        if title.strip() or weight.strip():
            own = line(name) or next(f"q{n}" for n in range(1, len(rows) + len(taken) + 2) if f"q{n}" not in taken)
            taken.add(own)
            yield {"id": own, "title": line(title), "weight": figure(weight)}


def _given(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in ("", [], {})}


def line(text: str) -> str:
    """A text on one line, without blanks around it."""
    return " ".join(text.split())


def figure(text: str) -> str:
    """A figure without what people write around it: £750,000 is 750000, 25 % is 25; what is no figure stays."""
    bare = text.strip().removeprefix("£").removesuffix("%").strip()
    return bare.replace(",", "") if _GROUPED.fullmatch(bare) else bare


def _whole(text: str) -> int | str:
    bare = text.strip()
    return int(bare) if _WHOLE.fullmatch(bare) else bare


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A problem of the settings at the field of the form where it is mended; none where it has no field there."""

    field: str | None
    label: str
    text: str
    is_missing: bool


_FIELDS = {
    "reference": "reference",
    "title": "title",
    "closes_at": "closes_at",
    "tender.id": "reference",
    "tender.title": "title",
    "tender.framework": "framework",
    "tender.list": "measure_list",
    "tender.value_basis.vat": "vat",
    "tender.value_basis.extensions": "extensions",
    "tender.scoring": "method",
    "tender.price": "price_weight",
    "tender.price.weight": "price_weight",
    "tender.questions": "questions",
    **{
        f"tender.{key}": key
        for key in (
            "contract_value", "denominator", "duration_months", "category", "area", "other_marks", "qualitative_scale"
        )
    },
    **{
        f"tender.scoring.{key}": key
        for key in (
            "method", "quantitative", "qualitative", "target_percent", "bands", "decimals", "zero", "minimum_percent",
            "tie",
        )
    },
}  # fmt: skip

LABELS = {
    "title": "Title",
    "reference": "Your reference",
    "closes_at": "Closing time",
    "framework": "Measure set",
    "measure_list": "List",
    "contract_value": "Contract value",
    "vat": "VAT",
    "extensions": "Extensions",
    "denominator": "Share of",
    "duration_months": "Term",
    "category": "CPV category",
    "area": "Area",
    "other_marks": "Other marks",
    "qualitative_scale": "Scale",
    "method": "Method",
    "quantitative": "Marks for the quantity",
    "qualitative": "Marks for the answers",
    "target_percent": "Target rate",
    "bands": "Bands",
    "decimals": "Decimals",
    "zero": "Nothing offered",
    "minimum_percent": "Minimum",
    "tie": "Equal marks",
    "price_weight": "Marks for price",
    "questions": "Questions",
}

# What to say where a field is empty that is needed.
NEEDED = {
    "title": "Enter a title",
    "reference": "Enter your reference",
    "closes_at": "Enter the day and time until which bids may come in",
    "framework": "Choose a version of a measure set",
    "measure_list": "Choose the main or the lite list",
    "contract_value": "Enter the contract value in £",
    "method": "Choose how the quantity earns marks",
    "quantitative": "Enter the marks for the quantity",
    "qualitative": "Enter the marks for the answers, 0 where none is asked",
    "target_percent": "Enter the target rate in %",
    "bands": "Enter at least one band",
    "question": "Enter the question",
    "question_weight": "Enter the marks for this question",
    "band_from": "Enter the share in % from which the band begins",
    "band_marks": "Enter the marks of the band",
}

# The words for a place in a file, and how the same is said of a form.
_PLAIN = (
    ('a number in quotes, as in "750000" or "0.42"', "a plain figure, as in 750000 or 0.42"),
    ("a whole number without quotes", "a whole number"),
    ("weights that sum to scoring.qualitative,", "weights that sum to the marks for the answers,"),
    (" (record_only: true offers the record-only list beside it)", ""),
)

_ROW = re.compile(r"tender\.(?:scoring\.(bands)|(questions))\[(\d+)\](?:\.(\w+)|\[(\d)\])?", re.ASCII)
_LISTED = re.compile(r"tender\.(leave_out|mandatory)\[(\d+)\]", re.ASCII)


def faults_at_fields(problems: Sequence[Problem], *, settings: Settings, rows: Mapping[str, int]) -> tuple[Fault, ...]:
    """Every problem with the field where it is mended; `rows` is the place of each measure in the form."""
    return tuple(_fault(problem, settings=settings, rows=rows) for problem in problems)


def _fault(problem: Problem, *, settings: Settings, rows: Mapping[str, int]) -> Fault:
    if problem.path.startswith(f"{PROBLEM}."):
        # Not wrong, and not for one field alone: it is mended where the rule says, or waived.
        number = problem.path.removeprefix(f"{PROBLEM}.")
        return Fault(field=f"rule-{number}", label="Policy rule", text=problem.seen, is_missing=True)
    field, label = _place(problem.path, settings=settings, rows=rows)
    is_missing = problem.seen in {"nothing", "an empty text"}
    kind = None if field is None else field.partition("-")[0]
    if is_missing and kind in NEEDED:
        text = NEEDED[kind]
    else:
        wanted = problem.wanted
        for written, said in _PLAIN:
            wanted = wanted.replace(written, said)
        text = f"Enter {wanted}" if is_missing else f"Saw {problem.seen}; wanted {wanted}"
    return Fault(field=field, label=label, text=f"{text}.", is_missing=is_missing)


def _place(path: str, *, settings: Settings, rows: Mapping[str, int]) -> tuple[str | None, str]:
    """The field of a path and what it is called."""
    if path in _FIELDS:
        return _FIELDS[path], LABELS[_FIELDS[path]]
    if row := _ROW.fullmatch(path):
        number = row[3]
        if row[1]:
            name = "band_marks" if row[5] == "2" else "band_from"
            return f"{name}-{number}", f"Band {number}"
        name = "question_weight" if row[4] == "weight" else "question"
        return f"{name}-{number}", f"Question {number}"
    if path.startswith("tender.other_marks"):
        return "other_marks", LABELS["other_marks"]
    if listed := _LISTED.fullmatch(path):
        refs: Any = tender_part(settings).get(listed[1])
        place = int(listed[2]) - 1
        ref = str(refs[place]) if isinstance(refs, list | tuple) and place < len(refs) else ""
        return _of_measure("use", ref, rows)
    for start, name in (("tender.measure_weights.", "weight"), ("reasons.", "because")):
        if path.startswith(start):
            return _of_measure(name, path.removeprefix(start), rows)
    return None, path.removeprefix("tender.")


def _of_measure(name: str, ref: str, rows: Mapping[str, int]) -> tuple[str | None, str]:
    return (f"{name}-{rows[ref]}" if ref in rows else None), f"Measure {ref}"
