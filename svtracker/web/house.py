"""For whom the service works where nobody is signed in: the organisation that was added first, and what it has set."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from svtracker.registers import service as registers
from svtracker.registers.rules.policy import DEFAULT, Policy
from svtracker.settings import Settings
from svtracker.tenders.rules.warnings import Limits

UNNAMED = "Your council"


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Name and policy of an organisation, as pages show it."""

    name: str
    policy: Policy


def house_of(session: Session, settings: Settings) -> House:
    """The first organisation, or none yet; a name in the settings goes before its own."""
    organisation = registers.current_organisation(session)
    if organisation is None:
        return House(name=settings.council_name or UNNAMED, policy=DEFAULT)
    policy = registers.get_policy(session, organisation.id).policy
    return House(name=settings.council_name or organisation.name, policy=policy)


def limits_of(policy: Policy) -> Limits:
    """From where on a figure is doubted, by the policy of an organisation (RULES 3.8)."""
    return Limits(
        high_percent=policy.high_percent,
        concentration_percent=policy.concentration_percent,
        fte_percent=policy.fte_percent,
        median_times=policy.median_times,
    )
