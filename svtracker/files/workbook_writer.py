"""Writes a workbook that somebody fills in: locked cells, rules for what is typed, the look of the tool.

Text that starts like a formula stays text; the same form gives the same bytes. Sheets are protected against slips, not
against intent: there is no password, and who reads the file back checks every locked cell.
"""

import io
from datetime import datetime

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_cell_to_rowcol
from xlsxwriter.worksheet import Worksheet

from svtracker.files.workbook_form import ChoiceRule, Form, FormCell, FormSheet, Look, NumberRule, Rule, TextRule

_NEVER_CHANGES = datetime(2026, 1, 1)  # noqa: DTZ001 - a workbook's own date has no zone; fixed, so that bytes agree
_BRAND, _INK, _MUTED, _EDGE, _LINE = "#12436d", "#0b0c0c", "#484949", "#6b7680", "#d6dade"
_PAPER, _TYPED, _DOUBT, _DOUBT_PAPER, _NOTICE = "#f4f6f8", "#eef4fa", "#a5281b", "#fbe9e7", "#fdf0b8"
_A4, _A3 = 9, 8
_WORDS_OF_A_RULE, _TITLE_OF_A_RULE = 255, "Not possible here"

_QUANTITY = "#,##0.####"
_POUNDS, _UNIT_VALUE, _PERCENT = "£#,##0.00", "£#,##0.00##", '0.00"%"'
_TEXT_AS_TYPED = "@"

_BASE: dict[str, object] = {"font_name": "Arial", "font_size": 11, "font_color": _INK, "valign": "top"}
_LINED: dict[str, object] = {"bottom": 1, "bottom_color": _LINE}
_FIELD: dict[str, object] = {"bg_color": _TYPED, "border": 1, "border_color": _EDGE, "locked": False}
_INDENT: dict[str, object] = {"align": "left", "indent": 1}
_KEY: dict[str, object] = {"bold": True, "font_size": 14, "align": "left", "indent": 1}

_LOOKS: dict[Look, dict[str, object]] = {
    Look.TITLE: {**_INDENT, "bold": True, "font_size": 18, "font_color": _BRAND, "valign": "vcenter"},
    Look.ANSWER: {**_INDENT, "font_size": 12, "font_color": _MUTED},
    Look.GROUP: {**_INDENT, "bold": True, "font_color": "#ffffff", "bg_color": _BRAND, "valign": "vcenter"},
    Look.SUBGROUP: {**_INDENT, "bold": True, "bg_color": _PAPER, "valign": "vcenter", **_LINED},
    Look.HEAD: {
        **_INDENT,
        "text_wrap": True,
        "font_color": _MUTED,
        "valign": "bottom",
        "bottom": 2,
        "bottom_color": _INK,
    },
    Look.LABEL: {**_INDENT, "bold": True, "text_wrap": True, **_LINED},
    Look.TEXT: {**_INDENT, "text_wrap": True, **_LINED},
    Look.MUTED: {**_INDENT, "text_wrap": True, "font_size": 10, "font_color": _MUTED, **_LINED},
    Look.STRONG: {**_INDENT, "bold": True, "text_wrap": True, **_LINED},
    Look.CHECK: {**_INDENT, "text_wrap": True, "font_color": _MUTED, **_LINED},
    Look.KEY: {**_INDENT, "font_color": _MUTED, "font_size": 10, "text_wrap": True, "valign": "bottom"},
    Look.NUMBER: {**_INDENT, "num_format": _QUANTITY, "align": "right", **_LINED},
    Look.MONEY: {**_INDENT, "num_format": _POUNDS, "align": "right", **_LINED},
    Look.UNIT_VALUE: {**_INDENT, "num_format": _UNIT_VALUE, "align": "right", **_LINED},
    Look.FACT_MONEY: {**_INDENT, "num_format": _POUNDS, **_LINED},
    Look.PERCENT: {**_INDENT, "num_format": _PERCENT, "align": "right", **_LINED},
    Look.KEY_NUMBER: {"num_format": "#,##0", **_KEY},
    Look.KEY_MONEY: {"num_format": _POUNDS, **_KEY},
    Look.KEY_PERCENT: {"num_format": _PERCENT, **_KEY},
    Look.TYPED_TEXT: {**_INDENT, "text_wrap": True, **_FIELD},
    Look.TYPED_CODE: {**_INDENT, "num_format": _TEXT_AS_TYPED, "text_wrap": True, **_FIELD},
    Look.TYPED_CHOICE: {"align": "center", **_FIELD},
    Look.TYPED_NUMBER: {**_INDENT, "num_format": _QUANTITY, "align": "right", **_FIELD},
    Look.TYPED_MONEY: {**_INDENT, "num_format": _UNIT_VALUE, "align": "right", **_FIELD},
    Look.SHUT: {"bg_color": _PAPER, "font_color": _MUTED, "align": "center", **_LINED},
}
_LOOKS[Look.SAMPLE] = {**_LOOKS[Look.TYPED_CHOICE], **_INDENT, "bold": True, "locked": True}
_LOOKS[Look.HEAD_NUMBER] = {**_LOOKS[Look.HEAD], "align": "right"}
# What a highlight changes; the rest of the cell stays as it is.
_CHANGES: dict[Look, dict[str, object]] = {
    Look.ALERT: {"font_color": _DOUBT, "bg_color": _DOUBT_PAPER, "bold": True},
    Look.HINT: {"font_color": _INK, "bg_color": _NOTICE},
    Look.SHUT: {"font_color": _MUTED, "bg_color": _LINE},
}


def as_workbook(form: Form) -> bytes:
    """The bytes of the workbook, ready to be opened in Excel or LibreOffice."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as workbook:
        workbook.set_properties({"title": form.title, "created": _NEVER_CHANGES})
        workbook.set_calc_mode("auto")
        looks = {look: workbook.add_format({**_BASE, **given}) for look, given in _LOOKS.items()}
        changes = {look: workbook.add_format(given) for look, given in _CHANGES.items()}
        for sheet in form.sheets:
            _write(workbook.add_worksheet(sheet.name), sheet, looks=looks, changes=changes)
    return out.getvalue()


def _write(page: Worksheet, sheet: FormSheet, *, looks: dict[Look, Format], changes: dict[Look, Format]) -> None:
    for column, width in enumerate(sheet.widths):
        page.set_column(column, column, width)
    for row, height in sheet.heights.items():
        page.set_row(row - 1, height)
    for place, cell in sheet.cells.items():
        _write_cell(page, place, cell, looks[cell.look])
        if cell.rule is not None:
            page.data_validation(place, _validation(cell.rule))
    for highlight in sheet.highlights:
        given = {"type": "formula", "criteria": highlight.formula, "format": changes[highlight.look]}
        page.conditional_format(highlight.range, given)
    page.hide_gridlines(2)
    page.protect("", {"format_columns": True, "format_rows": True})
    page.set_paper(_A3 if sheet.large else _A4)
    page.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    page.set_footer("&L&9&A&R&9Page &P of &N")
    page.fit_to_pages(1, 0)
    if sheet.wide:
        page.set_landscape()
    if sheet.frozen:
        page.freeze_panes(*xl_cell_to_rowcol(sheet.frozen))
    if sheet.repeated:
        page.repeat_rows(sheet.repeated[0] - 1, sheet.repeated[1] - 1)
    if sheet.hidden:
        page.very_hidden()


def _write_cell(page: Worksheet, place: str, cell: FormCell, look: Format) -> None:
    value = cell.value
    if cell.formula is not None:
        shown = float(value) if not isinstance(value, str) and value is not None else value or ""
        page.write_formula(place, f"={cell.formula}", look, shown)
    elif value is None or value == "":
        page.write_blank(place, None, look)
    elif isinstance(value, str):
        page.write_string(place, value, look)
    else:
        page.write_number(place, float(value), look)


def _validation(rule: Rule) -> dict[str, object]:
    common: dict[str, object] = {
        "ignore_blank": True,
        "error_title": _TITLE_OF_A_RULE,
        "error_message": rule.message[:_WORDS_OF_A_RULE],
    }
    match rule:
        case NumberRule():
            between = {"minimum": float(rule.lowest), "maximum": float(rule.highest)}
            return {"validate": "decimal", "criteria": "between", **between, **common}
        case ChoiceRule():
            return {"validate": "list", "source": list(rule.options), **common}
        case TextRule():
            return {"validate": "length", "criteria": "<=", "value": rule.longest, **common}
