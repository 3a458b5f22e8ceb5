"""What the service does by itself while it runs, so that nobody has to set up a timer: answering requests for a new
password, sending what waits in the outbox, and once a day deleting what has ended.
"""

import logging
import threading
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from svtracker.audit.rules.events import SERVE
from svtracker.identity.service import answer_requests, link_text, plan_tidying, tidy
from svtracker.kernel.clock import Clock, system_clock
from svtracker.kernel.exceptions import SvtrackerError
from svtracker.messages import senders
from svtracker.messages import service as messages
from svtracker.messages.service import Sent
from svtracker.settings import Settings
from svtracker.storage.engines import Database

log = logging.getLogger(__name__)

EVERY_SECONDS = 30.0
TIDIED_EVERY = timedelta(days=1)


def send_waiting(settings: Settings, database: Database, *, clock: Clock = system_clock) -> Sent:
    """Sends the messages whose turn it is, as the settings say, with links that begin with the public address."""
    answer_requests(database, clock=clock)
    return messages.send_due(
        database,
        sender=senders.sender_of(settings.mail, mail_from=settings.mail_from),
        sender_address=settings.mail_from or senders.DEVELOPMENT_ADDRESS,
        link_text=link_text(settings.public_address),
        clock=clock,
    )


class Chores:
    """A thread that does what is due again and again; without a way to send mail, messages wait in the outbox."""

    def __init__(
        self, settings: Settings, database: Database, *, clock: Clock, every_seconds: float = EVERY_SECONDS
    ) -> None:
        self.settings, self.database, self.clock = settings, database, clock
        self._every = every_seconds
        self._tidied_at: datetime | None = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._go, name="chores", daemon=True)

    def start(self) -> None:
        """Begins, the first time after one wait."""
        self._thread.start()

    def stop(self) -> None:
        """Ends after what is just being done."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def _go(self) -> None:
        while not self._stopped.wait(self._every):
            self.do()

    def do(self) -> None:
        """Does once what is due; what fails is logged, and is due again the next time."""
        try:
            if self.settings.mail is None:
                answer_requests(self.database, clock=self.clock)
            elif send_waiting(self.settings, self.database, clock=self.clock).failed:
                log.warning("messages wait in the outbox: the mail server did not take them")
        except (SvtrackerError, SQLAlchemyError, OSError):
            log.exception("the outbox could not be gone through")
        try:
            self._tidy_daily()
        except (SvtrackerError, SQLAlchemyError, OSError):
            log.exception("what has ended could not be deleted")

    def _tidy_daily(self) -> None:
        now = self.clock()
        if self._tidied_at is not None and abs(now - self._tidied_at) < TIDIED_EVERY:
            return
        with self.database.reading() as session:
            found = plan_tidying(session, clock=self.clock)
        if found:
            with self.database.writing() as session:
                tidy(session, actor=SERVE, clock=self.clock)
        self._tidied_at = now
