"""The page on which an organisation sets what is its own: names, colour, limits of warnings, status bands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from svtracker.kernel import numbers
from svtracker.kernel.problems import Problem
from svtracker.registers.rules.policy import DEFAULT, FIGURES, Policy
from svtracker.registers.store import Organisation
from svtracker.web.pages.frame import FormError, Page

LABELS = {
    "name": "Name",
    "short_name": "Short name",
    "brand_colour": "Colour",
    "high_percent": "Social value above this share of the contract value",
    "concentration_percent": "One line above this share of a bid’s social value",
    "fte_percent": "Full-time years that would cost more than this share of the contract value",
    "median_times": "A quantity of at least so many times the median of the other bids",
    "on_track_percent": "On track from",
    "slightly_behind_percent": "Slightly behind from",
    "behind_percent": "Behind from",
}
CHANGED_MEANWHILE = (
    "Somebody else saved these settings after you opened them. Nothing of yours was saved yet: below each field that "
    "differs stands what is set now. Save again to replace it."
)
GROUPS = (
    ("warnings", "When a figure is doubted", FIGURES[:4], "A warning changes no figure. It asks a person to look."),
    (
        "bands",
        "When delivery counts as on track",
        FIGURES[4:],
        "From the first contract on: verified as a share of what is due. Below the last band it is far behind.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One field of the form."""

    name: str
    label: str
    value: str
    suffix: str
    hint: str | None
    error: str | None
    now: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Settings that belong together."""

    id: str
    title: str
    note: str
    settings: tuple[Setting, ...]


@dataclass(frozen=True, kw_only=True)
class OrganisationPage(Page):
    """The form with what is set, or with what was typed and what is wrong with it."""

    identity: tuple[Setting, ...]
    groups: tuple[Group, ...]
    version: int
    may_change: bool
    may_export: bool
    slug: str


def values_of(organisation: Organisation, policy: Policy) -> dict[str, str]:
    """What is set, as it stands in the fields of the form."""
    figures = {name: numbers.trimmed(getattr(policy, name)) for name in FIGURES}
    return {
        "name": organisation.name,
        "short_name": organisation.short_name,
        "brand_colour": policy.brand_colour,
        **figures,
    }


def organisation_page(
    organisation: Organisation,
    policy: Policy,
    *,
    version: int,
    may_change: bool,
    may_export: bool,
    typed: Mapping[str, str] | None = None,
    problems: Sequence[Problem] = (),
    changed_meanwhile: bool = False,
) -> OrganisationPage:
    """What is set; or what was typed, what is wrong, and what somebody else has set in the meantime."""
    now = values_of(organisation, policy)
    shown = {**now, **(typed or {})}
    faults = {problem.path.replace(" ", "_"): f"Saw {problem.seen}; wanted {problem.wanted}." for problem in problems}
    defaults = values_of(organisation, DEFAULT)

    def setting(name: str, *, suffix: str = "", hint: str | None = None) -> Setting:
        differs = changed_meanwhile and shown[name] != now[name]
        return Setting(
            name=name,
            label=LABELS[name],
            value=shown[name],
            suffix=suffix,
            hint=hint,
            error=faults.get(name),
            now=now[name] if differs else None,
        )

    errors = [FormError(text=text, href=f"#{name}") for name, text in faults.items()]
    if changed_meanwhile:
        errors.insert(0, FormError(text=CHANGED_MEANWHILE, href="#name"))
    return OrganisationPage(
        title=organisation.name,
        head_title="Your organisation",
        caption="Your organisation",
        answer="These settings are yours. They change no figure, only what is pointed out and how it is called.",
        identity=(
            setting("name"),
            setting("short_name", hint="Where room is short, at most 40 characters"),
            setting("brand_colour", hint="As # and six digits, as in #12436d. White words must be readable on it."),
        ),
        groups=tuple(
            Group(
                id=id_,
                title=title,
                note=note,
                settings=tuple(
                    setting(
                        name,
                        suffix="times" if name == "median_times" else "%",
                        hint=None if now[name] == defaults[name] else f"The rules say {defaults[name]}",
                    )
                    for name in names
                ),
            )
            for id_, title, names, note in GROUPS
        ),
        version=version,
        may_change=may_change,
        may_export=may_export,
        slug=organisation.slug,
        errors=tuple(errors),
    )
