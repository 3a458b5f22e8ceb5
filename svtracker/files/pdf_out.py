"""Writes a document of facts and tables as PDF: tagged for screen readers (PDF/UA-1), same bytes for same input.

What is written travels to the typesetter as data, never as its markup, so nothing that somebody typed is run.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfColumn:
    """A column: its heading, whether it holds figures, and its share of the width."""

    heading: str
    is_number: bool
    width: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfTable:
    """A table under a heading; `note` says what to know of it, or why it is empty."""

    title: str
    note: str
    columns: tuple[PdfColumn, ...]
    rows: tuple[tuple[str, ...], ...]


def as_pdf(
    *, title: str, caption: str, lines: Sequence[str], facts: Sequence[tuple[str, str]], tables: Sequence[PdfTable]
) -> bytes:
    """The document on A4, landscape: title, sentences, facts, then each table with its head on every page."""
    # 34 MB that only this needs, so it is not loaded before somebody asks for a PDF
    import typst  # noqa: PLC0415

    data = {
        "title": title,
        "caption": caption,
        "lines": list(lines),
        "facts": [list(fact) for fact in facts],
        "tables": [asdict(table) for table in tables],
    }
    made = typst.compile(
        _SOURCE, sys_inputs={"data": json.dumps(data)}, ignore_system_fonts=True, pdf_standards=["ua-1"]
    )
    return bytes(made)


# A soft break after every few characters of an unbroken word, such as a hash, so that it stays in its cell.
_SOURCE = rb"""
#let data = json(bytes(sys.inputs.data))
#set document(title: data.title, date: none)
#set page(
  paper: "a4", flipped: true, margin: (x: 15mm, y: 16mm),
  footer: context [
    #set text(size: 8pt, fill: rgb("#484949"))
    #data.title #h(1fr) #counter(page).display("1 of 1", both: true)
  ],
)
#set text(lang: "en", region: "GB", size: 9pt, hyphenate: true)
#set par(leading: 0.5em)
#show heading.where(level: 2): it => block(above: 16pt, below: 6pt, sticky: true)[
  #line(length: 100%, stroke: 1.2pt) #v(-4pt) #text(size: 13pt)[#it.body]
]
#let soft(text) = text.replace(regex("\S{24}"), found => found.text + "\u{200b}")
#text(size: 9pt, fill: rgb("#484949"))[#data.caption]
#heading(level: 1, text(size: 20pt)[#data.title])
#for sentence in data.lines [#par(text(size: 11pt)[#sentence])]
#v(4pt)
#for fact in data.facts [#par[*#fact.at(0):* #soft(fact.at(1))]]
#for one in data.tables [
  #heading(level: 2, one.title)
  #if one.note != "" [#par[#one.note]]
  #if one.rows.len() > 0 {
    table(
      columns: one.columns.map(column => column.width * 1fr),
      align: (x, y) => if one.columns.at(x).is_number { right } else { left },
      stroke: (x, y) => (bottom: 0.4pt + rgb("#d6dade")),
      inset: (x: 3pt, y: 3pt),
      table.header(..one.columns.map(column => text(size: 8pt, fill: rgb("#484949"))[#column.heading])),
      ..one.rows.flatten().map(cell => text(size: 8pt)[#soft(cell)]),
    )
  }
]
"""
