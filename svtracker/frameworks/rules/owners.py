"""Whose measure sets are meant: those that all share, those with one organisation's own, or all there are."""

from dataclasses import dataclass

# What an address says in the place of a measure set's name.
_TAKEN = frozenset({"upload", "download.csv", "download.xlsx"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """What may be seen: the shared measure sets, and with an organisation its own beside them; or every one."""

    organisation_id: int | None = None
    whole: bool = False


SHARED = Whose()
WHOLE_INSTALLATION = Whose(whole=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose a measure set is that is there already: of an organisation, or shared where none is named."""

    organisation_id: int | None


def fault_of_name(set_id: str, *, wanted_by: int | None, owner: Owner | None) -> str | None:
    """What name is wanted instead of one that cannot be used; none where it can.

    A name has one owner on the whole installation, because it stands in tenders and in the record.
    """
    if set_id in _TAKEN:
        return "another name: this one stands in addresses for something else"
    if owner is None or owner.organisation_id == wanted_by:
        return None
    if owner.organisation_id is None:
        return "a name of your own: the measure set of this name is shared by all and changed by none alone"
    return "another name: this one is taken"
