"""The people of an organisation as a table to take along, in the columns in which they are imported."""

from collections.abc import Sequence

from svtracker.files.tables_out import Column, Sheet
from svtracker.identity.rules.roles import Grant
from svtracker.identity.service.users import User


def people_sheet(users: Sequence[User], *, organisation_id: int) -> Sheet:
    """Everybody with an account whose details were not erased: the first three columns are those of an import.

    A role for a time or for one tender or contract stands beside, so that an import never makes it one for good.
    """
    return Sheet(
        name="People",
        about=("People with an account", "Name, email and roles are the columns that an import reads."),
        columns=(
            Column(heading="name", width=30),
            Column(heading="email", width=36),
            Column(heading="roles", width=40),
            Column(heading="other roles", width=40),
            Column(heading="state", width=12),
            Column(heading="last seen (UTC)", width=22),
        ),
        rows=tuple(
            (
                user.name or "",
                user.email or "",
                *_roles(user.grants, organisation_id=organisation_id),
                user.state.value,
                user.last_seen_at.strftime("%Y-%m-%d %H:%M") if user.last_seen_at else "",
            )
            for user in users
            if user.email is not None
        ),
    )


def _roles(grants: Sequence[Grant], *, organisation_id: int) -> tuple[str, str]:
    """The roles for all of an organisation and for good; then the others, each with its limits."""
    whole: list[str] = []
    others: list[str] = []
    for grant in grants:
        if grant.organisation_id != organisation_id:
            continue
        limits = [f"of {grant.object_kind} {grant.object_id}"] if grant.object_kind is not None else []
        limits += [f"from {grant.from_day}"] if grant.from_day is not None else []
        limits += [f"to {grant.to_day}"] if grant.to_day is not None else []
        (others if limits else whole).append(" ".join([grant.role.value, *limits]))
    return "; ".join(whole), "; ".join(others)
