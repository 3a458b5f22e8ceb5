"""Finding measures in a version: by list, theme, kind and text."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from svtracker.frameworks.rules.values import Kind, ListName, Measure, Outcome, Theme, Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What somebody looks for; nothing set means every measure."""

    list: ListName | None = None
    theme: str | None = None
    kind: Kind | None = None
    text: str = ""

    @property
    def is_all(self) -> bool:
        """Whether nothing is left out."""
        return self.list is None and self.theme is None and self.kind is None and not self.text.strip()


def select(version: Version, selection: Selection) -> tuple[Theme, ...]:
    """The tree with only the measures that fit; outcomes and themes left empty fall away.

    Every word of the text must stand somewhere in the measure's reference, aliases, title, counts or evidence, or in
    the titles of its outcome and theme; capitals do not matter.
    """
    words = selection.text.casefold().split()
    themes = []
    for theme in version.themes:
        if selection.theme is not None and theme.id != selection.theme:
            continue
        outcomes = []
        for outcome in theme.outcomes:
            kept = tuple(
                measure
                for measure in outcome.measures
                if _fits(measure, selection) and _says(measure, outcome, theme, words=words)
            )
            if kept:
                outcomes.append(replace(outcome, measures=kept))
        if outcomes:
            themes.append(replace(theme, outcomes=tuple(outcomes)))
    return tuple(themes)


def _fits(measure: Measure, selection: Selection) -> bool:
    on_list = selection.list is None or selection.list in measure.lists
    return on_list and (selection.kind is None or measure.kind is selection.kind)


def _says(measure: Measure, outcome: Outcome, theme: Theme, *, words: list[str]) -> bool:
    if not words:
        return True
    said = [measure.ref, *measure.aliases, measure.title, measure.counts, measure.evidence, outcome.title, theme.title]
    text = " ".join(said).casefold()
    return all(word in text for word in words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many measures each choice would leave, all other choices staying as they are; `None` is “all”."""

    found: int
    lists: Mapping[ListName | None, int]
    themes: Mapping[str | None, int]
    kinds: Mapping[Kind | None, int]


def tally(version: Version, selection: Selection) -> Tally:
    """The count beside every choice of every filter, in one pass over the measures.

    With the list “lite” chosen, the count beside a theme is of its lite measures, and the count beside “main” is of
    all main measures.
    """
    words = selection.text.casefold().split()
    found = 0
    lists: dict[ListName | None, int] = dict.fromkeys((None, *ListName), 0)
    themes: dict[str | None, int] = dict.fromkeys((None, *(theme.id for theme in version.themes)), 0)
    kinds: dict[Kind | None, int] = dict.fromkeys((None, *Kind), 0)
    for theme in version.themes:
        in_theme = selection.theme is None or theme.id == selection.theme
        for outcome in theme.outcomes:
            for measure in outcome.measures:
                on_list = selection.list is None or selection.list in measure.lists
                of_kind = selection.kind is None or measure.kind is selection.kind
                if not _says(measure, outcome, theme, words=words):
                    continue
                found += in_theme and on_list and of_kind
                if in_theme and of_kind:
                    for name in (None, *measure.lists):
                        lists[name] += 1
                if on_list and of_kind:
                    themes[None] += 1
                    themes[theme.id] += 1
                if in_theme and on_list:
                    kinds[None] += 1
                    kinds[measure.kind] += 1
    return Tally(found=found, lists=lists, themes=themes, kinds=kinds)
