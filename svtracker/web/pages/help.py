"""Help pages: the glossary of RULES section 1, and the pages that are only text."""

from dataclasses import dataclass

from svtracker.web.access import ACCESS, Rule
from svtracker.web.pages.frame import Page

CRUMBS = (("Help", "/help"),)

HELP_PAGES: dict[str, tuple[str, Page]] = {
    "/help": (
        "help/index.html",
        Page(title="Help", answer="How social value is counted, valued and scored, and whom to tell of a problem."),
    ),
    "/help/scoring": (
        "help/scoring.html",
        Page(
            title="How scoring works",
            crumbs=CRUMBS,
            answer="Each promise is multiplied by its unit value. The sum is a share of the contract value, and that "
            "share becomes marks.",
        ),
    ),
    "/help/measures": (
        "help/measures.html",
        Page(
            title="Measures and unit values",
            crumbs=CRUMBS,
            answer="A measure says what is counted. Its unit value says what one of it is worth in pounds, and where "
            "that figure comes from.",
        ),
    ),
    "/help/data": (
        "help/data.html",
        Page(
            title="Files, data and commands",
            crumbs=CRUMBS,
            answer="Everything here can be downloaded, and everything works without this website.",
        ),
    ),
    "/accessibility": (
        "help/accessibility.html",
        Page(title="Accessibility statement", answer="Who can use this service, what was tested, what may not work."),
    ),
    "/privacy": (
        "help/privacy.html",
        Page(title="Privacy notice", answer="This service keeps no personal data and sets no cookies."),
    ),
}

WORDS: tuple[tuple[str, str], ...] = (
    ("Measure set", "A family of versions, such as Open TOMs."),
    ("Version", "One dated edition of a measure set. Once released it never changes: Open TOMs 2026.1."),
    ("Theme, outcome, measure", "The tree of a version. A measure is what is counted."),
    ("Unit", "What one of the measure is: a full-time year, a week, a staff hour, a tonne."),
    ("Unit value", "What one unit is worth in pounds in one version (also called a proxy)."),
    ("List", "Main, lite or record only. Lite is part of main. Record-only measures are reported and never valued."),
    ("Tender", "One procurement exercise."),
    ("Lot", "A part of a tender that is awarded by itself."),
    ("Bid", "One supplier’s answer to a tender or lot."),
    ("Commitment", "One line of a bid: a measure, a promised quantity and how it will be delivered."),
    ("Offered and accepted quantity", "What the bidder wrote, and what the evaluators let count, with a reason."),
    ("Social value", "Accepted quantity × unit value, summed, in pounds."),
    ("Social value %", "Social value as a share of the published denominator, normally the contract value."),
    ("Social value: quantity", "The marks that the promised quantities earn."),
    ("Social value: answer", "The marks that the written answer earns."),
    ("Target rate", "A scoring method: full marks for a published share of the contract value."),
    ("Contract", "What an awarded bid becomes. Its commitments are then owed."),
    ("Target", "The quantity of a commitment that is due in one period."),
    ("Return", "A supplier’s account of one period: a claim for each commitment."),
    ("Evidence", "A file, link or statement that backs a claim."),
    (
        "Committed, due, claimed, verified",
        "Four figures that are never merged: promised for the whole term, owed by now, reported by the supplier, and "
        "accepted by the council (in the field often called achieved).",
    ),
    ("KPI", "Only the key performance indicators of the Procurement Act 2023."),
    ("Release", "Freezing a version. An OCDS release is always called by its full name."),
)


@dataclass(frozen=True, kw_only=True)
class GlossaryPage(Page):
    """The words of this service and what each means."""

    words: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class AccessPage(Page):
    """Every route, under who may use it."""

    groups: tuple[tuple[str, tuple[Rule, ...]], ...]


def glossary_page() -> GlossaryPage:
    """The words, one each (RULES 1)."""
    return GlossaryPage(
        title="Words",
        crumbs=CRUMBS,
        answer="One word for each thing, the same on every page and in every file.",
        words=WORDS,
    )


def access_page() -> AccessPage:
    """The access table as a page."""
    groups: dict[str, list[Rule]] = {}
    for rule in ACCESS:
        groups.setdefault(rule.who_words, []).append(rule)
    return AccessPage(
        title="Who may use what",
        crumbs=CRUMBS,
        answer="Measure sets and published results are for everybody. What is about people is for administrators, and "
        "auditors read it. An address that is not listed here answers nobody.",
        groups=tuple((who[:1].upper() + who[1:], tuple(rules)) for who, rules in groups.items()),
    )
