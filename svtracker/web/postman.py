"""Sends what waits in the outbox while the service runs, so that nobody has to set up a timer."""

import logging
import threading

from sqlalchemy.exc import SQLAlchemyError

from svtracker.identity.service import link_text
from svtracker.kernel.clock import Clock, system_clock
from svtracker.kernel.exceptions import SvtrackerError
from svtracker.messages import senders
from svtracker.messages import service as messages
from svtracker.messages.service import Sent
from svtracker.settings import Settings
from svtracker.storage.engines import Database

log = logging.getLogger(__name__)

EVERY_SECONDS = 30.0


def send_waiting(settings: Settings, database: Database, *, clock: Clock = system_clock) -> Sent:
    """Sends the messages whose turn it is, as the settings say, with links that begin with the public address."""
    return messages.send_due(
        database,
        sender=senders.sender_of(settings.mail, mail_from=settings.mail_from),
        sender_address=settings.mail_from or senders.DEVELOPMENT_ADDRESS,
        link_text=link_text(settings.public_address),
        clock=clock,
    )


class Postman:
    """A thread that goes through the outbox again and again; without a way to send mail it never starts."""

    def __init__(
        self, settings: Settings, database: Database, *, clock: Clock, every_seconds: float = EVERY_SECONDS
    ) -> None:
        self.settings, self.database, self.clock = settings, database, clock
        self._every = every_seconds
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._go, name="postman", daemon=True)

    def start(self) -> None:
        """Begins, where the settings say how messages are sent."""
        if self.settings.mail is not None:
            self._thread.start()

    def stop(self) -> None:
        """Ends after the message that is just being sent."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def _go(self) -> None:
        while not self._stopped.wait(self._every):
            try:
                done = send_waiting(self.settings, self.database, clock=self.clock)
            except (SvtrackerError, SQLAlchemyError, OSError):
                log.exception("the outbox could not be gone through")
            else:
                if done.failed:
                    log.warning("messages wait in the outbox: the mail server did not take them")
