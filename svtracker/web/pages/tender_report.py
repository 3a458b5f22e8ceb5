"""The evaluation report as a page that prints well."""

from dataclasses import dataclass

from svtracker.identity.rules.roles import Role
from svtracker.reports.evaluation import INVENTED, EvaluationReport, Section, is_figure, shown_columns, shown_rows
from svtracker.tenders.rules.records import StoredTender
from svtracker.web.pages.desk import TenderPage, frame_of
from svtracker.web.pages.frame import Download
from svtracker.web.pages.frameworks import Fact

HERE = "/report"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The heading of a column."""

    text: str
    is_figure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTable:
    """A table of the report, its cells in words."""

    id: str
    title: str
    note: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True)
class ReportPage(TenderPage):
    """The report."""

    lines: tuple[str, ...]
    facts: tuple[Fact, ...]
    tables: tuple[ReportTable, ...]
    other_label: str
    other_href: str
    downloads: tuple[Download, ...]


def report_page(
    tender: StoredTender, report: EvaluationReport, *, roles: frozenset[Role], files: tuple[Download, ...]
) -> ReportPage:
    """The page; every line of every bid stands in the downloads only."""
    frame = frame_of(tender, roles=roles, here=HERE)
    here = f"/tenders/{tender.id}{HERE}"
    return ReportPage(
        **frame,  # type: ignore[arg-type]  # the frame's own keywords
        head_title=f"{report.title}{' (anonymised)' if report.is_anonymous else ''}",
        answer=report.lines[0],
        lines=tuple(line for line in report.lines[1:] if line != INVENTED),
        facts=tuple(Fact(label=label, text=text) for label, text in report.facts),
        tables=tuple(_table(one) for one in report.sections if one.is_on_page),
        other_label="Full report" if report.is_anonymous else "Anonymised report",
        other_href=here if report.is_anonymous else f"{here}?anonymous=yes",
        downloads=files,
    )


def _table(section: Section) -> ReportTable:
    return ReportTable(
        id=section.id,
        title=section.title,
        note=section.note,
        heads=tuple(Head(text=column.heading, is_figure=is_figure(column.style)) for column in shown_columns(section)),
        rows=tuple(shown_rows(section)),
    )
