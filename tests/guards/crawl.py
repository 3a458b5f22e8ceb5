"""Every address that can be reached by links from the first page, each asked once."""

from collections import deque
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit

from httpx2 import Response
from starlette.testclient import TestClient

from tests.guards.html_rules import ParsedPage, parse

START = "/"
# Choices of a filter multiply: addresses with more than this many are asked, but their links are not followed.
DEEPEST_CHOICE = 1


@dataclass(kw_only=True)
class Answer:
    """What an address answered, and from where it was found."""

    address: str
    found_on: str
    response: Response

    @property
    def is_page(self) -> bool:
        return self.response.headers.get("content-type", "").startswith("text/html")

    @property
    def is_followed(self) -> bool:
        """Whether this is a page whose links and markup are looked at."""
        choices = len(parse_qsl(urlsplit(self.address).query)) if "/compare" not in self.address else 0
        return self.is_page and choices <= DEEPEST_CHOICE

    @cached_property
    def page(self) -> ParsedPage:
        return parse(self.response.text)


@dataclass(kw_only=True)
class Site:
    """All answers by address, and every link to a place inside a page: (from, address, place)."""

    answers: dict[str, Answer] = field(default_factory=dict)
    places: set[tuple[str, str, str]] = field(default_factory=set)
    outside: set[str] = field(default_factory=set)

    @property
    def pages(self) -> list[Answer]:
        """The pages whose links and markup are looked at."""
        return [answer for answer in self.answers.values() if answer.is_followed]


def crawl(client: TestClient, *, starts: tuple[str, ...] = (START,), followed: tuple[str, ...] = ("/",)) -> Site:
    """Follows every internal link from the first pages until there is no new one; redirects are followed as links.

    Of pages whose address begins otherwise than `followed` the links are left alone.
    """
    site = Site()
    waiting = deque((start, "the start") for start in starts)
    while waiting:
        address, found_on = waiting.popleft()
        if address in site.answers:
            continue
        answer = Answer(address=address, found_on=found_on, response=client.get(address))
        site.answers[address] = answer
        if "location" in answer.response.headers:
            waiting.append((answer.response.headers["location"], address))
        if not answer.is_followed or not address.startswith(followed):
            continue
        for link in answer.page.links:
            target, place = urldefrag(urljoin(address, link))
            if not target.startswith("/"):
                site.outside.add(link)
                continue
            waiting.append((target, address))
            if place:
                site.places.add((address, target, place))
    return site
