"""Reads the reference figures under `data/reference/`: price indices and the minimum wage."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from svtracker.files.shapes import IsoDate, Link, NonEmptyText, QuotedDecimal, Rows, Shape, fit, wanted
from svtracker.files.yaml_reader import Document, bytes_of, read_document
from svtracker.kernel.problems import Problem, shown
from svtracker.registers.rules.figures import CALENDAR, FINANCIAL, IndexSeries, MinimumWage, PriceIndex, WageRate


def _year(text: str) -> str:
    if not (len(text) == 4 and text.isascii() and text.isdigit()):
        raise wanted("a year of four digits as the key, as in 2012")
    return text


_Year = Annotated[str, AfterValidator(_year)]
_Positive = Annotated[QuotedDecimal, Field(gt=0)]


class _SeriesShape(Shape):
    base: NonEmptyText
    last_outturn: int
    index: dict[_Year, _Positive]
    growth_percent: dict[_Year, Annotated[QuotedDecimal, Field(gt=-100)]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _has_its_last_outturn(self) -> "_SeriesShape":
        if str(self.last_outturn) not in self.index:
            raise wanted(f"an index figure for {self.last_outturn}, the last outturn")
        return self


class _SeriesNames(Shape):
    financial: _SeriesShape
    calendar: _SeriesShape


class _Reference(Shape):
    id: NonEmptyText
    title: NonEmptyText
    publisher: NonEmptyText
    href: Link
    licence: NonEmptyText
    retrieved: IsoDate
    note: str = ""


class _IndexShape(_Reference):
    series: _SeriesNames


class _RateShape(Shape):
    from_day: IsoDate = Field(alias="from")
    gbp_per_hour: _Positive
    legislation: NonEmptyText
    href: Link
    band: str = ""


class _WageShape(_Reference):
    hours_per_year: _Positive
    rates: Annotated[Rows[_RateShape], Field(min_length=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """The reference figures of a folder, and what is wrong with its files."""

    indices: Mapping[str, PriceIndex]
    minimum_wage: MinimumWage | None
    problems: tuple[Problem, ...]


def load_reference(folder: Path) -> Reference:
    """All reference figures of a folder; a file with a problem gives no figures.

    A file with `rates` is the minimum wage, any other `.yaml` file is a price index; its `id` is its file name.
    """
    indices: dict[str, PriceIndex] = {}
    wages: list[MinimumWage] = []
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.yaml")):
        read = bytes_of(path)
        if isinstance(read, Problem):
            problems.append(read)
            continue
        figures, faults = read_reference(name=str(path), data=read, expected_id=path.stem)
        problems.extend(faults)
        if isinstance(figures, PriceIndex):
            indices[figures.id] = figures
        elif figures is not None:
            wages.append(figures)
            if len(wages) > 1:
                first = Problem(file=str(path), path="rates", seen="a second file of rates", wanted="one file of rates")
                problems.append(first)
    return Reference(indices=indices, minimum_wage=wages[0] if wages else None, problems=tuple(problems))


def read_reference(
    *, name: str, data: bytes, expected_id: str | None = None
) -> tuple[PriceIndex | MinimumWage | None, tuple[Problem, ...]]:
    """One file of reference figures: a price index or the minimum wage, or everything that is wrong with it."""
    document = read_document(name=name, data=data)
    is_wage = isinstance(document.value, dict) and "rates" in document.value
    shape: _WageShape | _IndexShape | None
    shape, problems = fit(document, _WageShape) if is_wage else fit(document, _IndexShape)
    if shape is None:
        return None, problems
    if expected_id is not None and shape.id != expected_id:
        return None, (_wrong_id(document, shape.id, expected_id),)
    return (_minimum_wage(shape) if isinstance(shape, _WageShape) else _price_index(shape)), ()


def _wrong_id(document: Document, seen: str, expected: str) -> Problem:
    return Problem(
        file=document.name,
        path="id",
        seen=shown(seen),
        wanted=f"“{expected}”, the name of the file",
        line=document.line_of(("id",)),
    )


def _price_index(shape: _IndexShape) -> PriceIndex:
    return PriceIndex(
        id=shape.id,
        title=shape.title,
        publisher=shape.publisher,
        href=shape.href,
        licence=shape.licence,
        retrieved=shape.retrieved,
        series={FINANCIAL: _series(shape.series.financial), CALENDAR: _series(shape.series.calendar)},
    )


def _series(shape: _SeriesShape) -> IndexSeries:
    return IndexSeries(
        base=shape.base,
        last_outturn=shape.last_outturn,
        index=_by_year(shape.index),
        growth_percent=_by_year(shape.growth_percent),
    )


def _by_year(figures: Mapping[str, Decimal]) -> dict[int, Decimal]:
    return {int(year): figure for year, figure in figures.items()}


def _minimum_wage(shape: _WageShape) -> MinimumWage:
    return MinimumWage(
        id=shape.id,
        title=shape.title,
        publisher=shape.publisher,
        href=shape.href,
        licence=shape.licence,
        retrieved=shape.retrieved,
        note=shape.note,
        hours_per_year=shape.hours_per_year,
        rates=tuple(
            WageRate(
                from_day=rate.from_day,
                gbp_per_hour=rate.gbp_per_hour,
                legislation=rate.legislation,
                href=rate.href,
                band=rate.band,
            )
            for rate in shape.rates
        ),
    )
