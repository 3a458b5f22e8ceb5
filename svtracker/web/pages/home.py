"""The first page: what can be done here."""

from collections.abc import Sequence
from dataclasses import dataclass

from svtracker.frameworks.rules.values import Version
from svtracker.kernel import wording
from svtracker.tenders.rules import findings
from svtracker.tenders.rules.result import Result
from svtracker.web.first_pages import Today
from svtracker.web.pages.frame import Page
from svtracker.web.pages.frameworks import STATUS_WORDS, counts_text, version_href
from svtracker.web.pages.tender_words import money_short


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeVersion:
    """A version on the first page."""

    title: str
    version: str
    href: str
    counts_text: str
    status_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeTender:
    """A tender on the first page."""

    title: str
    href: str
    summary: str


@dataclass(frozen=True, kw_only=True)
class HomePage(Page):
    """What is here, and what to do first."""

    today: Today | None
    versions: tuple[HomeVersion, ...]
    tenders: tuple[HomeTender, ...]


def home_page(versions: Sequence[Version], tenders: Sequence[tuple[str, Result]], *, today: Today | None) -> HomePage:
    """The versions, newest first, and the tenders, largest first."""
    largest_first = sorted(tenders, key=lambda pair: (-pair[1].tender.contract_value, pair[0]))
    return HomePage(
        title="Ask for social value, score it, see it delivered",
        head_title="Home",
        answer="Choose measures with open sources, score what bidders promise as a share of contract value, and see "
        "how firm the result is.",
        today=today,
        versions=tuple(
            HomeVersion(
                title=version.title,
                version=version.version,
                href=version_href(version),
                counts_text=counts_text(version),
                status_text=f"{STATUS_WORDS[version.status]}, for tenders from {wording.day(version.valid_from)}",
            )
            for version in versions
        ),
        tenders=tuple(
            HomeTender(
                title=f"{result.tender.title} ({money_short(result.tender.contract_value)})",
                href=f"/tenders/{key}",
                summary=findings.answer(result).split(". ")[0].rstrip(".") + ".",
            )
            for key, result in largest_first
        ),
    )
