"""Writes the spreadsheet of a contract of 12 periods that was calculated by hand: run it as a module.

Every figure is a spreadsheet formula, and beside it stands the value that this file works out with fractions, apart
from the program: no rule of it is used. The test compares the program with the values; LibreOffice or Excel, when it
opens the file, calculates the formulas again.
"""

from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell as cell

FILE = Path(__file__).parent / "contract.xlsx"

# From the middle of a month, with 29 February 2028 in it: 366 days.
FIRST_DAYS = [date(2027, month, 15) for month in range(4, 13)] + [date(2028, month, 15) for month in range(1, 4)]
LAST_DAYS = [day - timedelta(days=1) for day in [*FIRST_DAYS[1:], date(2028, 4, 15)]]
DAYS = [(last - first).days + 1 for first, last in zip(FIRST_DAYS, LAST_DAYS, strict=True)]

# Measure, quantity, unit value (none: not valued), weight of each period beside its days.
LINES: list[tuple[str, str, str | None, list[int]]] = [
    ("X3", "100", "158.37", [1] * 12),
    ("X4", "60", "17.05", list(range(12, 0, -1))),
    ("X6", "40000", "0.42", list(range(1, 13))),
    ("X7", "35", None, [1] * 12),
]

# For each line and period: what its last row says, the state, claimed, accepted. A blank is no row.
CLAIMS: list[list[tuple[str, str, str] | None]] = [
    [
        ("verified", "8", "8"),
        ("verified", "9.5", "7.25"),
        ("verified", "0", "0"),
        ("returned", "12", ""),
        ("submitted", "8", ""),
        ("verified", "30", "30"),
        ("reopened", "6", ""),
        None,
        ("verified", "8.3333", "8.3333"),
        ("draft", "5", ""),
        ("verified", "25", "20"),
        ("verified", "9", "9"),
    ],
    [
        ("verified", "20", "20"),
        None,
        None,
        ("verified", "5.5", "5.5"),
        ("verified", "5", "2.75"),
        ("submitted", "5", ""),
        ("verified", "40", "40"),
        ("verified", "1", "1"),
        ("verified", "1", "0"),
        ("verified", "1", "1"),
        None,
        ("verified", "2", "2"),
    ],
    [
        None,
        ("verified", "1250.5", "1250.5"),
        ("verified", "3000", "3000"),
        ("verified", "2999.99", "2500"),
        ("verified", "0.01", "0.01"),
        ("reopened", "4000", ""),
        ("verified", "4100", "4100"),
        ("verified", "4200", "4200"),
        ("returned", "9999", ""),
        ("verified", "5000", "5000"),
        ("verified", "6000", "6000"),
        ("submitted", "7000", ""),
    ],
    [
        ("verified", "2", "2"),
        ("verified", "3", "3"),
        ("verified", "3", "3"),
        ("verified", "3", "2"),
        ("verified", "4", "4"),
        None,
        ("verified", "6", "6"),
        ("verified", "3", "3"),
        ("verified", "3", "3"),
        ("submitted", "3", ""),
        ("verified", "3", "3"),
        ("verified", "5", "5"),
    ],
]

CLAIMED = ("submitted", "verified", "reopened")
HEADS = (
    "period", "last day", "days", "weight", "cumulative target", "target", "state", "claimed", "accepted",
    "claimed counts", "verified counts", "claimed so far", "verified so far", "due £", "claimed £", "verified £",
    "counted £",
)  # fmt: skip
SUMS = ("period", "last day", "due", "claimed", "verified", "counted", "capped %", "uncapped %", "met", "to meet")


def rounded(value: Fraction, places: int) -> Fraction:
    """Half-up, for figures that are not negative."""
    scaled = value * 10**places
    return Fraction((2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator), 10**places)


def main() -> None:
    """Writes the file."""
    with xlsxwriter.Workbook(str(FILE)) as workbook:
        workbook.set_properties({"created": date(2026, 11, 22), "title": "A contract of 12 periods, by hand"})
        day, plain = (workbook.add_format({"num_format": form}) for form in ("yyyy-mm-dd", "0.########"))
        sums = [[Fraction(0)] * 6 for _ in DAYS]
        for line in range(len(LINES)):
            write_line(workbook, line, sums, day, plain)
        write_sums(workbook, sums, day)


def write_line(
    workbook: xlsxwriter.Workbook, place: int, sums: list[list[Fraction]], day: object, plain: object
) -> None:
    measure, quantity, unit_value, weights = LINES[place]
    sheet = workbook.add_worksheet(measure)
    sheet.write_row(0, 0, ["quantity", float(quantity), "unit value", float(unit_value) if unit_value else ""])
    sheet.write_row(1, 0, HEADS)
    value = Fraction(unit_value) if unit_value else Fraction(0)
    whole = sum(weight * days for weight, days in zip(weights, DAYS, strict=True))
    so_far, before, claimed_sum, verified_sum = 0, Fraction(0), Fraction(0), Fraction(0)
    for number, (first, last) in enumerate(zip(FIRST_DAYS, LAST_DAYS, strict=True)):
        row, top = number + 2, cell(2, 3, row_abs=True)
        weight = weights[number] * DAYS[number]
        so_far += weight
        cumulative = rounded(Fraction(quantity) * so_far / whole, 4)
        state, claimed, accepted = CLAIMS[place][number] or ("", "", "")
        counts = Fraction(claimed) if state in CLAIMED else Fraction(0)
        verified = Fraction(accepted) if state == "verified" else Fraction(0)
        claimed_sum, verified_sum = claimed_sum + counts, verified_sum + verified
        sheet.write(row, 0, number + 1)
        sheet.write_datetime(row, 1, last, day)

        def formula(column: int, text: str, result: Fraction, row: int = row) -> None:
            sheet.write_formula(row, column, f"={text}", plain, float(result))

        at = [cell(row, column) for column in range(len(HEADS))]
        earlier = date.toordinal(first) - date.toordinal(date(1899, 12, 30))
        formula(2, f"B{row + 1}-{earlier}+1", Fraction(DAYS[number]))
        formula(3, f"C{row + 1}*{weights[number]}", Fraction(weight))
        formula(4, f"ROUND($B$1*SUM({top}:{at[3]})/SUM($D$3:$D$14),4)", cumulative)
        formula(5, f"{at[4]}-{cell(row - 1, 4)}" if number else at[4], cumulative - before)
        sheet.write(row, 6, state)
        for column, text in ((7, claimed), (8, accepted)):
            if text:
                sheet.write_number(row, column, float(text))
        formula(9, f'IF(OR({at[6]}="submitted",{at[6]}="verified",{at[6]}="reopened"),{at[7]},0)', counts)
        formula(10, f'IF({at[6]}="verified",{at[8]},0)', verified)
        formula(11, f"SUM(J$3:{at[9]})", claimed_sum)
        formula(12, f"SUM(K$3:{at[10]})", verified_sum)
        worth = "N($D$1)"
        formula(13, f"{at[4]}*{worth}", cumulative * value)
        formula(14, f"{at[11]}*{worth}", claimed_sum * value)
        formula(15, f"{at[12]}*{worth}", verified_sum * value)
        formula(16, f"MIN({at[12]},{at[4]})*{worth}", min(verified_sum, cumulative) * value)
        before = cumulative
        own = (cumulative, claimed_sum, verified_sum, min(verified_sum, cumulative))
        for column, amount in enumerate(own):
            sums[number][column] += amount * value
        if unit_value is None:
            sums[number][4] += verified_sum >= cumulative
            sums[number][5] += cumulative > 0


def write_sums(workbook: xlsxwriter.Workbook, sums: list[list[Fraction]], day: object) -> None:
    sheet = workbook.add_worksheet("Contract")
    sheet.write_row(1, 0, SUMS)
    names = [measure for measure, *_ in LINES]
    for number, own in enumerate(sums):
        row = number + 2
        sheet.write(row, 0, number + 1)
        sheet.write_datetime(row, 1, LAST_DAYS[number], day)
        for column, letter in enumerate("NOPQ"):
            text = "+".join(f"{name}!{letter}{row + 1}" for name in names)
            sheet.write_formula(row, 2 + column, f"={text}", None, float(own[column]))
        due, _, verified, counted, met, to_meet = own
        sheet.write_formula(
            row, 6, f"=ROUND(F{row + 1}/C{row + 1}*100,2)", None, float(rounded(100 * counted / due, 2))
        )
        sheet.write_formula(
            row, 7, f"=ROUND(E{row + 1}/C{row + 1}*100,2)", None, float(rounded(100 * verified / due, 2))
        )
        sheet.write_formula(row, 8, f"=IF(X7!M{row + 1}>=X7!E{row + 1},1,0)", None, float(met))
        sheet.write_formula(row, 9, f"=IF(X7!E{row + 1}>0,1,0)", None, float(to_meet))


if __name__ == "__main__":
    main()
