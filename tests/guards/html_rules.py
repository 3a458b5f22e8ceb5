"""What every page keeps: well-formed, named, without double ids, broken references, inline style or script."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

import html5lib

# Attributes that name other elements of the same page by their id.
REFERENCES = (
    "for",
    "list",
    "form",
    "headers",
    "aria-activedescendant",
    "aria-controls",
    "aria-describedby",
    "aria-details",
    "aria-errormessage",
    "aria-flowto",
    "aria-labelledby",
    "aria-owns",
)
# htmx takes code in these.
CODE_ATTRIBUTES = ("hx-on", "hx-vals", "hx-vars", "hx-headers")
UNLABELLED = frozenset({"hidden", "submit", "button", "image", "reset"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedPage:
    """A page as a tree, with what the parser of the standard did not like."""

    tree: Element
    errors: tuple[str, ...]

    def all(self, *names: str) -> list[Element]:
        return [element for element in self.tree.iter() if element.tag in names]

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(element.attrib["id"] for element in self.tree.iter() if "id" in element.attrib)

    @property
    def links(self) -> list[str]:
        """Where the page leads: links, scripts, styles, pictures and what htmx asks for."""
        return [
            element.attrib[name]
            for element in self.tree.iter()
            for name in ("href", "src", "hx-get")
            if name in element.attrib
        ]


def parse(text: str) -> ParsedPage:
    """The page by the parsing rules of the HTML standard, in which every error is kept."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parse(text)
    errors = tuple(f"{code} {details or ''} at {place}" for place, code, details in parser.errors)
    return ParsedPage(tree=tree, errors=errors)


def words(element: Element) -> str:
    """The text of an element, blanks folded."""
    return " ".join("".join(element.itertext()).split())


def faults(page: ParsedPage, *, ending: str) -> list[str]:
    """Everything that is wrong with a page whose title must end with `ending`."""
    return [
        *page.errors,
        *_title_faults(page, ending),
        *_identity_faults(page),
        *_inline_faults(page),
        *_form_faults(page),
        *_field_faults(page),
        *_table_faults(page),
        *_picture_faults(page),
    ]


def _title_faults(page: ParsedPage, ending: str) -> Iterator[str]:
    titles = [words(title) for title in page.tree.findall("head/title")]
    if len(titles) != 1:
        yield f"{len(titles)} titles"
    for title in titles:
        if not title.endswith(ending) or not title.removesuffix(ending).strip(" –"):
            yield f"the title “{title}” is not a name and “{ending}”"
    headings = [words(heading) for heading in page.all("h1")]
    if len(headings) != 1 or not headings[0]:
        yield f"not one h1 but {headings}"
    if page.tree.attrib.get("lang") != "en-GB":
        yield f"the language is {page.tree.attrib.get('lang')}"
    if not [meta for meta in page.all("meta") if meta.attrib.get("name") == "viewport"]:
        yield "no viewport"
    for name in ("header", "main", "footer"):
        if len(page.all(name)) != 1:
            yield f"{len(page.all(name))} {name} elements"


def _identity_faults(page: ParsedPage) -> Iterator[str]:
    counts = Counter(element.attrib["id"] for element in page.tree.iter() if "id" in element.attrib)
    yield from (f"the id {name} stands {count} times" for name, count in counts.items() if count > 1)
    yield from (f"the id “{name}” has a blank" for name in counts if not name or name.split() != [name])
    for element in page.tree.iter():
        for attribute in REFERENCES:
            for name in element.attrib.get(attribute, "").split():
                if name not in counts:
                    yield f"{element.tag} {attribute}={name} names nothing"
        target = element.attrib.get("href", "")
        if target.startswith("#") and target[1:] not in counts:
            yield f"the link {target} leads nowhere"


def _inline_faults(page: ParsedPage) -> Iterator[str]:
    for element in page.tree.iter():
        if element.tag == "style" or (element.tag == "script" and ("src" not in element.attrib or words(element))):
            yield f"inline {element.tag}"
        for name, value in element.attrib.items():
            if name == "style" or name.startswith("on"):
                yield f"{element.tag} has {name}={value}"
            if name.split(":")[0] in CODE_ATTRIBUTES:
                yield f"{element.tag} has {name}={value}, which is code"
            if value.strip().lower().startswith("javascript:"):
                yield f"{element.tag} {name}={value}"
        # htmx makes better what works without it: the same address as a link or form (EXEMPLARS, habit 11).
        asked = element.attrib.get("hx-get")
        if asked is not None and asked not in {element.attrib.get("href"), element.attrib.get("action")}:
            yield f"{element.tag} hx-get={asked} has no such href or action"


def _form_faults(page: ParsedPage) -> Iterator[str]:
    for form in page.all("form"):
        name = form.attrib.get("action", "")
        if not name.startswith("/"):
            yield f"a form with action {name}"
        if form.attrib.get("method") not in {"get", "post"}:
            yield f"the form {name} says no method"
        if not [one for one in form.iter("button") if one.attrib.get("type") == "submit"]:
            yield f"the form {name} cannot be sent without a script"


def _field_faults(page: ParsedPage) -> Iterator[str]:
    labelled = {label.attrib.get("for") for label in page.all("label") if words(label)}
    for field in page.all("input", "select", "textarea"):
        if field.attrib.get("type") in UNLABELLED or "hidden" in field.attrib:
            continue
        if field.attrib.get("id") not in labelled and not {"aria-label", "aria-labelledby"} & set(field.attrib):
            yield f"the field {field.attrib.get('name')} has no label"
        if not field.attrib.get("name"):
            yield f"the field {field.attrib.get('id')} is never sent: it has no name"
    for one in page.all("button", "a"):
        if not words(one) and not one.attrib.get("aria-label") and ("href" in one.attrib or one.tag == "button"):
            yield f"a {one.tag} without words, to {one.attrib.get('href')}"


def _table_faults(page: ParsedPage) -> Iterator[str]:
    for table in page.all("table"):
        if table.find("caption") is None and not {"aria-label", "aria-labelledby"} & set(table.attrib):
            yield "a table without a caption"
        yield from (f"the head “{words(head)}” has no scope" for head in table.iter("th") if "scope" not in head.attrib)
        widths = {_width(row) for row in table.iter("tr")}
        if len(widths) > 1:
            yield f"rows of the table “{_name(table)}” have {sorted(widths)} columns"


def _width(row: Element) -> int:
    return sum(int(cell.attrib.get("colspan", "1")) for cell in row if cell.tag in {"td", "th"})


def _name(table: Element) -> str:
    caption = table.find("caption")
    return words(caption) if caption is not None else table.attrib.get("aria-labelledby", "")


def _picture_faults(page: ParsedPage) -> Iterator[str]:
    yield from (f"the picture {one.attrib.get('src')} has no alt" for one in page.all("img") if "alt" not in one.attrib)
    for drawing in page.tree.iter():
        if drawing.tag.endswith("svg") and drawing.attrib.get("aria-hidden") != "true":
            named = drawing.attrib.get("role") == "img" and {"aria-label", "aria-labelledby"} & set(drawing.attrib)
            if not named:
                yield "a drawing that is neither hidden nor named"
