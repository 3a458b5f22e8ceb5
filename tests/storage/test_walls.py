"""A statement that forgets its organisation is refused before it runs: ORM and plain, on both databases."""

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.orm import Session, aliased
from sqlmodel import SQLModel, col
from sqlmodel import select as sqlmodel_select

import svtracker
from svtracker.audit.tables import EventRow, HeadRow
from svtracker.identity.tables import AccountRow, AttemptRow, GrantRow, LinkRow, SessionRow, TokenRow
from svtracker.messages.tables import MessageRow
from svtracker.registers.tables import OrganisationRow, PolicyRow
from svtracker.storage.engines import Database
from svtracker.storage.ownership import OWNER
from svtracker.storage.walls import StatementWithoutOrganisationError, across

LINKS = SQLModel.metadata.tables["personal_link"]
ALIAS = aliased(LinkRow)

FORGOTTEN: dict[str, tuple[Any, str]] = {
    "every row": (select(LinkRow), "personal_link"),
    "some columns": (select(col(LinkRow.id)), "personal_link"),
    "the way of SQLModel": (sqlmodel_select(LinkRow), "personal_link"),
    "by its number": (select(LinkRow).where(col(LinkRow.id) == 1), "personal_link"),
    "by something else": (select(LinkRow).where(col(LinkRow.purpose) == "task"), "personal_link"),
    "counted": (select(func.count()).select_from(LinkRow), "personal_link"),
    "a plain table": (select(LINKS), "personal_link"),
    "a plain table, counted": (select(func.count()).select_from(LINKS), "personal_link"),
    "by another name": (select(ALIAS.id), "personal_link"),
    "the wall as a column only": (select(LINKS.c.organisation_id).order_by(LINKS.c.organisation_id), "personal_link"),
    "one of two that are joined": (
        select(GrantRow.id)
        .join(AccountRow, col(AccountRow.person_id) == col(GrantRow.person_id))
        .where(col(GrantRow.organisation_id) == 1),
        "account",
    ),
    "two that are compared with one another alone": (
        select(GrantRow.id).join(AccountRow, col(AccountRow.organisation_id) == col(GrantRow.organisation_id)),
        "account, role_grant",
    ),
    "inside": (select(TokenRow.id).where(col(TokenRow.link_id).in_(select(LinkRow.id))), "personal_link"),
    "inside, by whether there is one": (
        select(TokenRow.id).where(select(LinkRow.id).where(col(LinkRow.id) == col(TokenRow.link_id)).exists()),
        "personal_link",
    ),
    "as a table of its own": (select(select(LinkRow.id).subquery().c.id), "personal_link"),
    "put before": (select(select(LinkRow.id).cte("before").c.id), "personal_link"),
    "one of two that are put together": (
        select(LinkRow.id).where(col(LinkRow.organisation_id) == 1).union(select(SessionRow.id)),
        "sign_in_session",
    ),
    "changed": (update(LinkRow).values(used_at=None), "personal_link"),
    "changed by its number": (update(LinkRow).where(col(LinkRow.id) == 1).values(used_at=None), "personal_link"),
    "changed, a plain table": (update(LINKS).values(used_at=None), "personal_link"),
    "deleted": (delete(LinkRow), "personal_link"),
    "deleted by its number": (delete(LinkRow).where(col(LinkRow.id) == 1), "personal_link"),
    "the record": (select(EventRow.hash).where(col(EventRow.sequence) == 1), "audit_event"),
}
SAID: dict[str, Any] = {
    "of one": select(LinkRow).where(col(LinkRow.organisation_id) == 1),
    "of one, a plain table": select(LINKS.c.id).where(LINKS.c.organisation_id == 1),
    "of several": select(LinkRow).where(col(LinkRow.organisation_id).in_([1, 2])),
    "of none": select(EventRow.hash).where(col(EventRow.organisation_id).is_(None)),
    "by the chain": select(HeadRow.hash).where(col(HeadRow.chain) == 1),
    "by another name": select(ALIAS.id).where(ALIAS.organisation_id == 1),
    "joined by it": select(GrantRow.id)
    .join(AccountRow, col(AccountRow.organisation_id) == col(GrantRow.organisation_id))
    .where(col(GrantRow.organisation_id) == 1),
    "inside": select(TokenRow.id).where(
        col(TokenRow.link_id).in_(select(LinkRow.id).where(col(LinkRow.organisation_id) == 1))
    ),
    "changed": update(LinkRow).where(col(LinkRow.organisation_id) == 1).values(used_at=None),
    "deleted": delete(LinkRow).where(col(LinkRow.organisation_id) == 1, col(LinkRow.id) == 1),
    "a table of nobody": select(AttemptRow),
    "organisations themselves": select(OrganisationRow),
    "all, and it says why": across(select(LinkRow), "a test"),
    "all changed, and it says why": across(update(LinkRow).values(used_at=None), "a test"),
    "text": text("SELECT id FROM personal_link"),
}


class TestForgotten:
    @pytest.mark.parametrize("name", FORGOTTEN)
    def test_is_refused_in_every_unit_of_work(self, database: Database, name: str) -> None:
        statement, tables = FORGOTTEN[name]
        for unit in (database.reading, database.writing):
            with pytest.raises(StatementWithoutOrganisationError) as refused, unit() as session:
                session.execute(statement)
            assert ", ".join(refused.value.tables) == tables
            assert f"rows of {tables} of all organisations" in str(refused.value)
            # A second time it comes out of SQLAlchemy's memory.
            with pytest.raises(StatementWithoutOrganisationError), unit() as session:
                session.execute(statement)

    @pytest.mark.parametrize(
        "ask",
        [
            lambda session: session.get(LinkRow, 1),
            lambda session: session.query(LinkRow).all(),
            lambda session: session.scalars(select(LinkRow)).all(),
            lambda session: session.connection().execute(select(LINKS)),
            lambda session: list(session.execute(select(LinkRow), execution_options={"yield_per": 2})),
        ],
        ids=["get", "query", "scalars", "connection", "a part at a time"],
    )
    def test_is_refused_whatever_asks(self, database: Database, ask: Callable[[Session], Any]) -> None:
        with database.reading() as session, pytest.raises(StatementWithoutOrganisationError):
            ask(session)

    def test_is_refused_before_anything_is_changed(self, database: Database) -> None:
        with database.writing() as session:
            session.execute(
                insert(OrganisationRow).values(
                    id=1, slug="a", name="A", short_name="A", is_demo=False, created_at=func.now()
                )
            )
            session.execute(
                text("INSERT INTO audit_head (chain, organisation_id, sequence, hash) VALUES (1, 1, 7, '')")
            )
        with pytest.raises(StatementWithoutOrganisationError), database.writing() as session:
            session.execute(update(HeadRow).values(sequence=8))
        with database.reading() as session:
            assert session.execute(text("SELECT sequence FROM audit_head")).scalar_one() == 7

    def test_the_word_may_be_said_where_it_is_executed_and_holds_for_that_alone(self, database: Database) -> None:
        with database.reading() as session:
            session.execute(select(LinkRow), execution_options={"across_organisations": "a test"})
            with pytest.raises(StatementWithoutOrganisationError):
                session.execute(select(LinkRow))


@pytest.mark.parametrize("name", SAID)
def test_a_statement_that_says_whose_rows_it_means_goes_through(database: Database, name: str) -> None:
    with database.writing() as session:
        session.execute(SAID[name])


@pytest.mark.parametrize("row", [AccountRow, GrantRow, LinkRow, SessionRow, MessageRow, PolicyRow])
def test_no_table_of_organisations_can_be_read_without_it(database: Database, row: Any) -> None:
    with database.reading() as session, pytest.raises(StatementWithoutOrganisationError):
        session.execute(select(row))


def test_every_table_with_an_organisation_is_guarded(database: Database) -> None:
    """Also one that is added tomorrow: the guard goes by the column."""
    tables = [table for table in SQLModel.metadata.tables.values() if OWNER in table.c]
    assert len(tables) >= 9
    with database.reading() as session:
        for table in tables:
            with pytest.raises(StatementWithoutOrganisationError):
                session.execute(select(table))


def test_whoever_means_all_organisations_says_why_in_words() -> None:
    """Every call of `across` in the program gives a reason: a text, or a name of one in its module."""
    reasons = []
    for file in sorted(Path(svtracker.__file__).parent.rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        named = {
            target.id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "across":
                why = node.args[1]
                reasons.append(why.value if isinstance(why, ast.Constant) else named.get(getattr(why, "id", "")))
    assert len(reasons) >= 30
    assert [one for one in reasons if not isinstance(one, str) or len(one.split()) < 5] == []
