"""Telling people who mark a tender, through the outbox, what concerns them."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from svtracker.audit import store as people
from svtracker.audit.rules.events import Actor
from svtracker.kernel.clock import Clock, system_clock
from svtracker.messages import service as messages


def tell(
    session: Session,
    person_ids: Iterable[int],
    *,
    organisation_id: int,
    subject: str,
    body: str,
    values: dict[str, str],
    actor: Actor,
    clock: Clock = system_clock,
) -> int:
    """Queues a message to each person who has an email address; how many that were.

    `body` is filled with `values`, in which braces become round: they would look like the place of a personal link,
    which these messages do not have.
    """
    text = body.format(**{name: value.replace("{", "(").replace("}", ")") for name, value in values.items()})
    told = 0
    for person_id in person_ids:
        person = people.get_person(session, person_id)
        if person is None or person.email is None:
            continue
        messages.queue(
            session,
            organisation_id=organisation_id,
            to_person_id=person_id,
            subject=subject,
            body=text,
            actor=actor,
            clock=clock,
        )
        told += 1
    return told
