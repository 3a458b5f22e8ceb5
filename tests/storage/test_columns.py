"""Exact decimals in both databases: in and out, and summed by the database itself (DESIGN section 2)."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, bindparam, delete, func, insert, select, text
from sqlalchemy.orm import Session

from svtracker.kernel.exceptions import QuantityTooLargeError, TotalTooLargeError
from svtracker.kernel.numbers import times, total
from svtracker.kernel.units import LARGEST_QUANTITY, LARGEST_UNIT_VALUE
from svtracker.storage.columns import LARGEST_TOTAL, DecimalText, Quantity, Total, UnitValue
from svtracker.storage.engines import Database

lines = Table(
    "lines",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("quantity", Quantity),
    Column("unit_value", UnitValue),
    Column("figure", DecimalText),
)
SUM = select(func.sum(lines.c.quantity * lines.c.unit_value))

quantities = st.decimals(-9999, 9999, places=4) | st.decimals(-LARGEST_QUANTITY, LARGEST_QUANTITY, places=4)
unit_values = st.decimals(0, 99999, places=4) | st.decimals(0, LARGEST_UNIT_VALUE, places=4)
many_examples = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def stored(database: Database) -> Database:
    with database.writing() as session:
        lines.metadata.create_all(session.connection())
    return database


def put(session: Session, *rows: tuple[Decimal | int | None, Decimal | None]) -> None:
    session.execute(delete(lines))
    session.execute(insert(lines), [{"quantity": q, "unit_value": v} for q, v in rows])


@many_examples
@given(quantity=quantities, unit_value=unit_values)
@example(quantity=LARGEST_QUANTITY, unit_value=LARGEST_UNIT_VALUE)
@example(quantity=-LARGEST_QUANTITY, unit_value=Decimal("0.0001"))
def test_what_goes_in_comes_out(stored: Database, quantity: Decimal, unit_value: Decimal) -> None:
    with stored.writing() as session:
        put(session, (quantity, unit_value))
        assert session.execute(select(lines.c.quantity, lines.c.unit_value)).one() == (quantity, unit_value)


@many_examples
@given(rows=st.lists(st.tuples(quantities, unit_values), min_size=1, max_size=8))
@example(rows=[(Decimal(9223), Decimal("9999999.9999")), (Decimal(3720), Decimal(1))])
@example(rows=[(LARGEST_QUANTITY, LARGEST_UNIT_VALUE), (-LARGEST_QUANTITY, LARGEST_UNIT_VALUE)])
def test_a_sum_of_products_is_exact_or_an_error(stored: Database, rows: list[tuple[Decimal, Decimal]]) -> None:
    products = [times(quantity, unit_value) for quantity, unit_value in rows]
    # The sum is taken in the order of the rows or another, so an overflow on the way may go either way.
    certain = total(abs(product) for product in products) <= LARGEST_TOTAL
    too_large = any(abs(product) > LARGEST_TOTAL for product in products) or abs(total(products)) > LARGEST_TOTAL
    with stored.writing() as session:
        put(session, *rows)
        # PostgreSQL gives up the whole transaction where a product overflows; the savepoint keeps the test going.
        nested = session.begin_nested()
        try:
            found = session.execute(SUM).scalar_one()
        except TotalTooLargeError:
            nested.rollback()
            assert not certain
        else:
            assert not too_large
            assert found == total(products)
            assert found.as_tuple().exponent == -8


def test_the_largest_sum_is_right_and_one_more_is_an_error(stored: Database) -> None:
    rows = [  # to the last hundred-millionth of a pound
        (Decimal(922337), Decimal(100000)),
        (Decimal("20368.5477"), Decimal(1)),
        (Decimal("0.5807"), Decimal("0.0001")),
    ]
    assert total(times(*pair) for pair in rows) == LARGEST_TOTAL == Decimal("92233720368.54775807")
    with stored.writing() as session:
        put(session, *rows)
        assert session.execute(SUM).scalar_one() == LARGEST_TOTAL
        put(session, *rows, (Decimal("0.0001"), Decimal("0.0001")))
        with pytest.raises(TotalTooLargeError, match=r"beyond £92,233,720,368\.54, .* so none is shown"):
            session.execute(SUM).scalar_one()
        session.rollback()


def test_a_product_that_overflows_never_hides_in_a_sum_that_would_fit(stored: Database) -> None:
    with stored.writing() as session:
        put(session, (LARGEST_QUANTITY, LARGEST_UNIT_VALUE), (-LARGEST_QUANTITY, LARGEST_UNIT_VALUE))
        with pytest.raises(TotalTooLargeError):
            session.execute(SUM).scalar_one()
        session.rollback()


def test_an_empty_sum_is_nothing_and_blanks_add_nothing(stored: Database) -> None:
    with stored.writing() as session:
        put(session, (None, Decimal(5)), (Decimal(5), None))
        assert session.execute(SUM).scalar_one() is None
        assert session.execute(select(func.coalesce(func.sum(lines.c.quantity), 0))).scalar_one() == 5


def test_figures_are_compared_and_added_at_their_scale(stored: Database) -> None:
    quantity, unit_value = lines.c.quantity, lines.c.unit_value
    with stored.writing() as session:
        put(session, (Decimal("2.5"), Decimal("21345.67")), (Decimal(1), Decimal(2)))
        where = select(lines.c.unit_value).where
        assert session.execute(where(quantity > Decimal("2.4999"))).scalars().all() == [Decimal("21345.67")]
        assert session.execute(where(quantity.in_([Decimal(1), 7]))).scalars().all() == [Decimal(2)]
        assert session.execute(where(quantity * unit_value == Decimal("53364.175"))).scalar_one()
        assert session.execute(where(quantity * Decimal("1.5") == Decimal("3.75"))).scalar_one()
        assert session.execute(where(2 * quantity == 2)).scalar_one() == 2
        assert session.execute(select(func.max(quantity + unit_value - 1))).scalar_one() == Decimal("21347.17")
        assert session.execute(select(func.sum(-quantity))).scalar_one() == Decimal("-3.5")
        larger = SUM.having(func.sum(quantity * unit_value) > bindparam("floor", type_=Total()))
        assert session.execute(larger, {"floor": Decimal("53366.17")}).scalar_one() == Decimal("53366.175")
        assert session.execute(larger, {"floor": Decimal("53366.175")}).first() is None


@pytest.mark.parametrize(
    "calculate",
    [
        lambda quantity, unit_value: quantity / unit_value,
        lambda quantity, unit_value: 1 / quantity,
        lambda quantity, unit_value: quantity // 2,
        lambda quantity, unit_value: quantity % 2,
        lambda quantity, unit_value: quantity * unit_value * unit_value,
        lambda quantity, unit_value: quantity * unit_value + unit_value,
        lambda quantity, unit_value: quantity * unit_value > unit_value,
    ],
)
def test_what_would_come_out_wrong_is_refused_before_it_runs(calculate) -> None:
    with pytest.raises(TypeError, match="in SQL"):
        calculate(lines.c.quantity, lines.c.unit_value)


@pytest.mark.parametrize(
    ("quantity", "unit_value"),
    [
        ("1000000000", "1"),
        ("-1000000000", "1"),
        ("0.00001", "1"),
        ("1", "10000000"),
        ("1", "0.42001"),
        ("NaN", "1"),
        ("Infinity", "1"),
        ("1", "sNaN"),
    ],
)
def test_what_does_not_fit_is_refused_and_not_rounded(stored: Database, quantity: str, unit_value: str) -> None:
    refused = next(value for value in (quantity, unit_value) if value != "1")
    with stored.writing() as session:
        with pytest.raises(QuantityTooLargeError) as caught:
            put(session, (Decimal(quantity), Decimal(unit_value)))
        session.rollback()
    assert str(caught.value).startswith(f"{refused} cannot be stored exactly: at most ")


@pytest.mark.parametrize("value", [1.5, True, "2"])
def test_only_decimals_and_whole_numbers_are_taken(value: object) -> None:
    with pytest.raises(TypeError, match="takes a Decimal, not"):
        Quantity().process_bind_param(value, None)


def test_a_whole_number_and_trailing_zeros_are_taken(stored: Database) -> None:
    with stored.writing() as session:
        put(session, (5, Decimal("2.50000000")), (Decimal("1E+3"), Decimal(0)))
        assert session.execute(select(lines.c.quantity).order_by(lines.c.quantity)).scalars().all() == [5, 1000]
        assert session.execute(text("SELECT quantity FROM lines ORDER BY quantity")).scalars().all() == [50000, 10**7]


@many_examples
@given(figure=st.decimals(allow_nan=False, allow_infinity=False))
@example(figure=Decimal("0.4200000000000000000000000000001"))
@example(figure=Decimal("9800.00"))
@example(figure=Decimal("-0.0"))
def test_a_decimal_text_keeps_every_digit(stored: Database, figure: Decimal) -> None:
    with stored.writing() as session:
        session.execute(delete(lines))
        session.execute(insert(lines), [{"figure": figure}])
        found = session.execute(select(lines.c.figure)).scalar_one()
    assert found == figure
    assert format(found, "f") == format(figure, "f")


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), 1.5, "1"])
def test_a_decimal_text_takes_finite_decimals_only(value: object) -> None:
    with pytest.raises(TypeError, match="finite Decimal"):
        DecimalText().process_bind_param(value, None)
