"""The note before a procurement, and the checklist for small and local firms: written, read and printed."""

from collections.abc import Mapping
from dataclasses import dataclass

from svtracker.frameworks.rules.values import Version
from svtracker.identity.rules.roles import Role
from svtracker.kernel import wording
from svtracker.tenders.rules.notes import ANSWERS, PARTS, Check, checks_of, measures_of, missing_in, part_of
from svtracker.tenders.rules.records import StoredTender
from svtracker.web.pages.desk import TenderPage, frame_of
from svtracker.web.pages.frame import FormError
from svtracker.web.pages.tender_setup import Differing, offered_measures

TITLES = {
    "considered": "What was considered",
    "consultation": "Consultation",
    "proportion": "Relevance and proportion",
    "market": "Market engagement",
}

CHANGED_MEANWHILE = (
    "Somebody else saved this tender after you opened the note. Nothing of yours was saved yet: what you typed is in "
    "the form, and below stands where the two differ. Save again to replace theirs."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotePart:
    """One part of the note: its question and what was written."""

    name: str
    title: str
    question: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteMeasure:
    """A measure of the tender and why it is relevant and in proportion."""

    n: int
    ref: str
    title: str
    text: str


@dataclass(frozen=True, kw_only=True)
class NotePage(TenderPage):
    """The note, as a form or to be read."""

    action: str
    edit_href: str | None
    is_form: bool
    version: int
    parts: tuple[NotePart, ...]
    checks: tuple[Check, ...]
    answers: tuple[tuple[str, str], ...]
    measures: tuple[NoteMeasure, ...]
    differs: tuple[Differing, ...]


def note_page(
    tender: StoredTender,
    *,
    roles: frozenset[Role],
    note: Mapping[str, object],
    version: Version | None,
    may_edit: bool,
    is_form: bool,
    meanwhile: bool = False,
) -> NotePage:
    """What was considered before the procurement, in the words of the Social Value Act 2012, section 1."""
    missing = missing_in(note)
    here = f"/tenders/{tender.id}/note"
    said = measures_of(note)
    titles = dict(offered_measures(tender.settings, version))
    shown = [*titles, *(ref for ref in said if ref not in titles)] if is_form else list(said)
    open_points = f"{wording.counted(missing, 'question').capitalize()} without an answer yet."
    return NotePage(
        **frame_of(tender, roles=roles, here="/note", title="Before the procurement"),  # type: ignore[arg-type]
        answer=open_points if missing else "What was considered, and how open the tender is to small and local firms.",
        head_title=f"Note before the procurement: {tender.title}",
        errors=(FormError(text=CHANGED_MEANWHILE, href="#differs"),) if meanwhile else (),
        action=here,
        edit_href=f"{here}?edit=yes" if may_edit and not is_form else None,
        is_form=is_form,
        version=tender.version,
        parts=tuple(
            NotePart(name=key, title=TITLES[key], question=question, text=part_of(note, key))
            for key, question in PARTS.items()
        ),
        checks=checks_of(note),
        answers=(("", "Not answered"), *ANSWERS.items()),
        measures=tuple(
            NoteMeasure(n=n, ref=ref, title=titles.get(ref, "not offered"), text=said.get(ref, ""))
            for n, ref in enumerate(shown, start=1)
        ),
        differs=tuple(_differences(note, tender.note)) if meanwhile else (),
    )


def _differences(mine: Mapping[str, object], theirs: Mapping[str, object]) -> list[Differing]:
    first, second = _said(mine), _said(theirs)
    return [
        Differing(label=key, before=first.get(key, "–"), after=second.get(key, "–"))
        for key in dict.fromkeys([*first, *second])
        if first.get(key) != second.get(key)
    ]


def _said(note: Mapping[str, object]) -> dict[str, str]:
    said = {TITLES[key]: part_of(note, key) or "–" for key in PARTS}
    for check in checks_of(note):
        said[check.question] = f"{ANSWERS.get(check.answer, 'Not answered')}. {check.words}".strip()
    return said | {f"Measure {ref}": text for ref, text in measures_of(note).items()}
