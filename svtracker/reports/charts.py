"""Charts to take along, drawn by matplotlib: the same input gives the same bytes, in the colours of the pages."""

import io
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

INK, GREY, LINE, EDGE, LIGHT, DARK = "#0b0c0c", "#484949", "#d6dade", "#6b7680", "#abcae6", "#12436d"
# The font that comes with matplotlib, so that a picture is the same everywhere; an SVG asks for better ones first.
FONT = "DejaVu Sans"
SVG_FONTS = "Arial, Helvetica, 'DejaVu Sans', sans-serif"

# Settings of matplotlib hold for the whole process, so that one chart is drawn after the other.
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeBar:
    """One tender as it is drawn: from the lowest to the highest bid, and each winner, in %."""

    label: str
    note: str
    lowest: Decimal | None
    highest: Decimal | None
    winners: tuple[Decimal, ...]
    is_abandoned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeChart:
    """A chart of ranges: what it tells, what it shows, its bars from top to bottom, and where its axis ends."""

    title: str
    subtitle: str
    note: str
    bars: tuple[RangeBar, ...]
    top: int
    step: int


def axis_of(highest: Sequence[Decimal]) -> tuple[int, int]:
    """Where an axis of percentages ends, and the step of its marks: 41.2 gives 50 in steps of 10."""
    largest = max(highest, default=Decimal(0))
    step = next((step for step in (10, 20, 50, 100) if largest < step * 6), 500)
    return (int(largest) // step + 1) * step, step


def range_chart(chart: RangeChart, *, kind: str) -> bytes:
    """The chart as PNG (150 dots an inch) or SVG with real text."""
    # About a second to load, and only a chart needs it
    import matplotlib as mpl  # noqa: PLC0415
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    out = io.BytesIO()
    settings: dict[Any, Any] = {
        "font.family": FONT,
        "text.parse_math": False,
        "svg.fonttype": "none",
        "svg.hashsalt": "svtracker",
    }
    with _ONE_AT_A_TIME, mpl.rc_context(settings):
        height = 1.75 + 0.42 * max(len(chart.bars), 1)
        figure = Figure(figsize=(11, height), facecolor="white")
        FigureCanvasAgg(figure)
        _draw(figure, chart, height)
        about: dict[str, Any] = {"Title": chart.title}
        about |= {"Date": None, "Creator": "svtracker"} if kind == "svg" else {"Software": None}
        figure.savefig(out, format=kind, dpi=150, metadata=about)
    made = out.getvalue()
    return made.replace(f"'{FONT}'".encode(), SVG_FONTS.encode()) if kind == "svg" else made


def _draw(figure: Any, chart: RangeChart, height: float) -> None:
    left, right, above, below = 0.36, 0.93, 1.22 / height, 0.5 / height
    axes = figure.add_axes((left, below, right - left, 1 - above - below))
    axes.set_xlim(0, chart.top)
    axes.set_ylim(max(len(chart.bars), 1) - 0.5, -0.5)
    marks = list(range(0, chart.top + 1, chart.step))
    axes.set_xticks(marks, [f"{mark}%" for mark in marks], color=INK, fontsize=9)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.set_yticks(range(len(chart.bars)), [_short(bar.label) for bar in chart.bars], color=INK, fontsize=10)
    axes.grid(axis="x", color=LINE, linewidth=0.8)
    axes.set_axisbelow(True)
    for side in axes.spines.values():
        side.set_visible(False)
    for place, bar in enumerate(chart.bars):
        _bar(axes, place, bar, top=chart.top)
    figure.text(0.012, 1 - 0.28 / height, chart.title, fontsize=14, fontweight="bold", color=INK, va="center")
    figure.text(0.012, 1 - 0.56 / height, chart.subtitle, fontsize=10, color=GREY, va="center")
    _key(figure, 1 - 0.84 / height)
    figure.text(0.012, 0.2 / height, chart.note, fontsize=8.5, color=GREY, va="center")


def _bar(axes: Any, place: int, bar: RangeBar, *, top: int) -> None:
    if bar.lowest is None or bar.highest is None:
        axes.text(0.2, place, bar.note, fontsize=9, color=GREY, va="center")
        return
    low, high = float(bar.lowest), float(bar.highest)
    if bar.is_abandoned:
        axes.barh(place, high - low, left=low, height=0.34, facecolor="white", edgecolor=EDGE, linestyle=(0, (4, 3)))
    else:
        axes.barh(place, high - low, left=low, height=0.34, color=LIGHT)
    axes.plot([low, low], [place - 0.27, place + 0.27], color=DARK, linewidth=2.4, solid_capstyle="butt")
    for winner in bar.winners:
        axes.plot([float(winner)], [place], marker="o", markersize=11, color=DARK, markeredgecolor="white")
    room = max([high, *map(float, bar.winners)]) + top * 0.018
    axes.text(room, place, bar.note, fontsize=9, color=GREY, va="center", clip_on=False)


def _key(figure: Any, at: float) -> None:
    from matplotlib.lines import Line2D  # noqa: PLC0415
    from matplotlib.patches import Patch  # noqa: PLC0415

    handles = [
        Patch(facecolor=LIGHT, label="Lowest to highest assessed bid"),
        Line2D([], [], marker="o", markersize=9, color=DARK, linestyle="none", label="Winner"),
        Patch(facecolor="white", edgecolor=EDGE, linestyle=(0, (4, 3)), label="Abandoned, no award"),
    ]
    figure.legend(
        handles=handles,
        loc="center left",
        bbox_to_anchor=(0.004, at),
        ncols=3,
        frameon=False,
        fontsize=9,
        labelcolor=GREY,
        handlelength=2,
    )


def _short(label: str, *, longest: int = 52) -> str:
    """A label that fits beside the drawing; the end with the value stays."""
    if len(label) <= longest:
        return label
    name, bracket, value = label.rpartition(" (")
    return f"{name[: longest - len(value) - 4].rstrip()}… ({value}" if bracket else f"{label[: longest - 1]}…"
