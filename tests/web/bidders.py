"""Bidders for tests: a council with a tender open for bids, an officer, and browsers that came by a personal link."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

from httpx2 import Response

from svtracker.audit.rules.events import COMMAND_LINE
from svtracker.audit.store import Scope
from svtracker.frameworks import service as frameworks
from svtracker.identity import service
from svtracker.identity.rules.roles import Role
from svtracker.identity.service import links
from svtracker.messages import service as messages
from svtracker.tenders.rules.records import SealedBid, StoredBid
from svtracker.tenders.service import bids, invitations, setup
from tests.identity.people import NOON
from tests.tenders import stored
from tests.web.council import Browser, Council

CLOSES = NOON + timedelta(days=1)
_VALUE = re.compile(r'name="(version|page)" value="([^"]*)"')


class Post:
    """What stands in for a mail server: keeps what was sent."""

    def __init__(self) -> None:
        self.sent: list[Any] = []

    def send(self, mail: Any) -> None:
        self.sent.append(mail)

    def texts_to(self, address: str) -> list[str]:
        return [mail.get_content() for mail in self.sent if address in str(mail["To"])]


class Bidder:
    """A bidder in a browser who came by their link, and fills in what the form shows."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser

    def get(self, path: str = "/bid") -> Response:
        return self.browser.get(path)

    def save(self, fields: dict[str, str], **more: str) -> Response:
        hidden = {name: unescape(value) for name, value in _VALUE.findall(self.get("/bid/form").text)}
        return self.browser.send("/bid/form", **{**hidden, **fields, **more})

    def send(self, **more: str) -> Response:
        found = re.search(r'name="version" value="(\d+)"', self.get("/bid/check").text)
        fields = {"version": found[1] if found else "0", "declared": "yes", **more}
        return self.browser.send("/bid/send", **fields)

    def bid(self, fields: dict[str, str]) -> Response:
        assert self.save(fields).status_code == 303
        return self.send()


class Market:
    """A council with the worked example published, an officer who invites, and what was mailed."""

    def __init__(self, council: Council, *, reference: str = "R-1", title: str = "Mowing", **settings: Any) -> None:
        self.council = council
        self.officer = council.add("Fern Reed", Role.PROCUREMENT_OFFICER)
        self.by: dict[str, Any] = {
            "organisation_id": council.organisation_id,
            "actor": COMMAND_LINE,
            "clock": council.clock,
        }
        with council.database.writing() as session:
            frameworks.load_folder(
                session, stored.ROOT / "frameworks", indices=stored.REFERENCE.indices, actor=COMMAND_LINE
            )
        self.number = self.publish(reference=reference, title=title, **settings)
        self.browser = council.signed_in(self.officer)
        self.post = Post()

    def publish(self, *, reference: str, title: str, **settings: Any) -> int:
        with self.council.database.writing() as session:
            made = setup.create_tender(
                session,
                reference=reference,
                title=title,
                settings=stored.worked_settings(**settings),
                closes_at=CLOSES,
                **self.by,
            )
            return setup.publish(session, made.id, version=made.version, **self.by).id

    @property
    def base(self) -> str:
        return f"/tenders/{self.number}"

    def invite(self, bidder: str = "Alder Works", *, tender: int | None = None) -> int:
        """Invites a bidder past the form; answers the number of the invitation."""
        email = f"{bidder.casefold().replace(' ', '.')}@firms.example"
        with self.council.database.writing() as session:
            return invitations.invite(
                session, tender or self.number, bidder=bidder, name=f"Contact of {bidder}", email=email, **self.by
            ).id

    def token(self, invitation: int) -> str:
        with self.council.database.writing() as session:
            found = links.links_to(
                session,
                links.Task.BID,
                [invitation],
                organisation_id=self.council.organisation_id,
                clock=self.council.clock,
            )[invitation]
            return service.new_token(session, found[0].id, clock=self.council.clock)

    def bidder(self, bidder: str = "Alder Works", *, tender: int | None = None) -> Bidder:
        """Somebody who was invited and has pressed the button of their link."""
        return self.enter(self.token(self.invite(bidder, tender=tender)))

    def enter(self, token: str) -> Bidder:
        browser = self.council.browser()
        assert browser.send(f"/links/{token}", on=f"/links/{token}").headers["location"] == "/bid"
        return Bidder(browser)

    def deliver(self) -> Post:
        """Sends all that waits in the outbox."""
        messages.send_due(
            self.council.database,
            sender=self.post,
            sender_address="social-value@north-vale.example",
            link_text=service.link_text("https://svtracker.north-vale.example", clock=self.council.clock),
            clock=self.council.clock,
        )
        return self.post

    def close(self) -> None:
        self.council.clock.now = CLOSES + timedelta(minutes=1)
        self.browser = self.council.signed_in(self.officer)

    def open(self) -> None:
        with self.council.database.writing() as session:
            version = setup.get_tender(session, self.number, organisation_id=self.council.organisation_id).version
            bids.open_bids(session, self.number, version=version, **self.by)

    @property
    def scope(self) -> Scope:
        return Scope(organisation_id=self.council.organisation_id)

    @property
    def sealed(self) -> tuple[SealedBid, ...]:
        with self.council.database.reading() as session:
            return bids.list_sealed(session, self.number, organisation_id=self.council.organisation_id)

    @property
    def opened(self) -> tuple[StoredBid, ...]:
        with self.council.database.reading() as session:
            return bids.list_bids(session, self.number, organisation_id=self.council.organisation_id)


def fields_of_bid(place: int = 0, **changes: str) -> dict[str, str]:
    """The fields of the form for a bid of the worked example."""
    given = stored.WORKED["bids"][place]
    lines = {f"quantity-{ref}": quantity for ref, quantity in given["commitments"].items()}
    said = {f"statement-{ref}": f"How {ref} is done." for ref in given["commitments"]}
    return {**lines, **said, "price": given["price"], "answer-answer": "How we do it.", **changes}
