"""Where a policy lead loads a version of the organisation's own: the file, what is wrong with it, what it would do."""

from collections.abc import Sequence
from dataclasses import dataclass

from svtracker.frameworks.rules.values import Version
from svtracker.frameworks.service import LoadOutcome
from svtracker.kernel import wording
from svtracker.kernel.problems import Problem
from svtracker.web.pages.frame import FormError, Page
from svtracker.web.pages.frameworks import STATUS_WORDS, Fact, counts_text, version_title

_HAPPENS = {
    LoadOutcome.NEW: "would be loaded. Nothing has been changed yet.",
    LoadOutcome.REPLACED: "would take the place of the draft that is loaded. Nothing has been changed yet.",
    LoadOutcome.UNCHANGED: "is loaded already, byte for byte: there is nothing to do.",
}


@dataclass(frozen=True, kw_only=True)
class UploadPage(Page):
    """The form that takes a file, what is wrong with it, or what loading it would do."""

    problems: tuple[Problem, ...]
    facts: tuple[Fact, ...]
    can_load: bool
    file_name: str
    text: str
    field_error: str | None


def upload_page(
    *,
    file_name: str = "",
    text: str = "",
    problems: Sequence[Problem] = (),
    version: Version | None = None,
    outcome: LoadOutcome | None = None,
    error: str | None = None,
) -> UploadPage:
    """The form; or what is wrong with the file, all at once; or what loading it would do, to be confirmed."""
    if problems:
        error = f"{file_name or 'The file'} cannot be used. {wording.counted(len(problems), 'thing')} to put right."
    answer = "One version, as YAML. First you see everything that is wrong with it, or what it would do."
    facts: tuple[Fact, ...] = ()
    if version is not None and outcome is not None:
        answer = f"{version_title(version)} {_HAPPENS[outcome]}"
        facts = (
            Fact(label="Name", text=version.name),
            Fact(label="State", text=STATUS_WORDS[version.status]),
            Fact(label="Measures", text=counts_text(version)),
            Fact(label="For tenders opened from", text=wording.day(version.valid_from)),
            Fact(label="Supersedes", text=version.supersedes or "nothing"),
        )
    return UploadPage(
        title="Load a version of your own",
        crumbs=(("Measure sets", "/frameworks"),),
        answer=answer,
        problems=tuple(problems),
        facts=facts,
        can_load=outcome in {LoadOutcome.NEW, LoadOutcome.REPLACED},
        file_name=file_name,
        text=text,
        field_error=error,
        errors=(FormError(text=error, href="#file"),) if error else (),
    )
