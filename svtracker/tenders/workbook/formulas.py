"""The formulas of a bidder's workbook, and what they say before any program has worked them out."""

from collections.abc import Mapping

from svtracker.frameworks.rules.values import Kind
from svtracker.kernel import numbers
from svtracker.kernel.units import LARGEST_LINE, LARGEST_QUANTITY, Unit
from svtracker.tenders.rules.values import Commitment

NOT_APPLICABLE = "n/a"
NO_ANSWER = "Look: not answered yet"
INCOMPLETE = "Mend: fill in every number of this line, in digits"


def share(part: str, whole: str) -> str:
    """A part as a share of the whole in %, to 2 decimals; empty while there is no whole (RULES 3.3)."""
    return f'IF(ISNUMBER({whole}),IF({whole}>0,ROUND({part}/{whole}*100,2),""),"")'


def helper_formula(unit: Unit, at: Mapping[str, str], *, first_year_only: bool) -> str:
    """What one line of a helper gives, empty until it is complete (RULES 2.3, 2.4)."""

    def number(key: str, empty: str) -> str:
        return f"IF(ISNUMBER({at[key]}),{at[key]},{empty})"

    match unit:
        case Unit.FTE_YEAR:
            months = f"MIN({at['months']},12)" if first_year_only else at["months"]
            shares = f"{number('full_time_share', '1')}*{number('contract_share', '1')}"
            whole = f"{at['people']}*{shares}*{months}/12"
            return f'IF(AND(ISNUMBER({at["people"]}),ISNUMBER({at["months"]})),{whole},"")'
        case Unit.PERSON_HOUR:
            both = f"AND(ISNUMBER({at['hours']}),ISNUMBER({at['people']}))"
            return f'IF({both},{at["hours"]}*{at["people"]},"")'
        case _:
            whole = (
                f"{number('cash', '0')}+{number('hours', '0')}*{number('hourly_rate', '0')}+{number('materials', '0')}"
            )
            cells = list(at.values())
            complete = f"ISNUMBER({at['hours']})=ISNUMBER({at['hourly_rate']})"
            return f'IF(AND(COUNT({cells[0]}:{cells[-1]})>0,{complete}),{whole},"")'


def helper_check(first: str, last: str, result: str) -> str:
    """What is wrong with one line of a helper."""
    cells = f"{first}:{last}"
    return (
        f'IF(COUNTA({cells})=0,"",IF(OR({result}="",COUNT({cells})<COUNTA({cells})),"{INCOMPLETE}",'
        f'IF(MIN({cells})<0,"{_NEGATIVE}","")))'
    )


_TWICE = "Mend: clear the quantity, or the n/a"
_BOTH = "Mend: clear the quantity here: Helpers gives another"
_NO_NUMBER = "Mend: digits only, as 2.5"
_NEGATIVE = "Mend: not below 0"
_TOO_LARGE = "Mend: too large"
_DECIMALS = "Mend: at most 4 decimals"
_NO_CHOICE = "Mend: choose n/a from the list"
_SAY_HOW = "Look: say how, under Method statement"
_ASKED = "Look: asked of every bid"


def check_of(
    at: Mapping[str, str], commitment: Commitment, *, kind: Kind, mandatory: bool, has_helper: bool
) -> tuple[str, str]:
    """The formula of the check on a line, and what it says of this commitment (which the reader found readable)."""
    asked = _ASKED if mandatory else ""
    applies, words = at["applies"], f"LEN(TRIM({at['statement']}))"
    choice = f'IF(AND({applies}<>"",{applies}<>"{NOT_APPLICABLE}"),"{_NO_CHOICE}",'
    if kind is Kind.NARRATIVE:
        said = "" if commitment.not_applicable or (commitment.text or "").strip() else asked
        return f'{choice}IF(AND({applies}="",{words}=0),"{asked}",""))' if asked else f'{choice}"")', said
    unasked = f'IF({applies}="","{asked}","")' if asked else '""'
    typed = at["quantity"]
    number, empty = typed, f'{typed}=""'
    both = ""
    if has_helper:
        helper = at["helper"]
        number = f'IF({typed}="",{helper},{typed})'
        empty = f'AND({typed}="",{helper}="")'
        both = f'IF(AND({typed}<>"",ISNUMBER({helper}),{typed}<>{helper}),"{_BOTH}",'
    worth = "FALSE"
    if kind is Kind.VALUED:
        of = ",".join(f"SUM({at[name]})" for name in ("value", "weighted") if name in at)
        worth = f"MAX({of})>{numbers.plain(LARGEST_LINE)}"
    too_large = f"OR({number}>{numbers.plain(LARGEST_QUANTITY)},{worth})"
    formula = (
        f'{choice}IF({empty},{unasked},IF({applies}<>"","{_TWICE}",{both}'
        f'IF(NOT(ISNUMBER({number})),"{_NO_NUMBER}",IF({number}<0,"{_NEGATIVE}",'
        f'IF({too_large},"{_TOO_LARGE}",IF(ROUND({number},4)<>{number},"{_DECIMALS}",'
        f'IF(AND({number}>0,{words}=0),"{_SAY_HOW}",""))))){")" if both else ""})))'
    )
    if commitment.not_applicable:
        return formula, ""
    if commitment.offered is None:
        return formula, asked
    return formula, _SAY_HOW if commitment.offered > 0 and not (commitment.statement or "").strip() else ""
