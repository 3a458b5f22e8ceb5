"""What a tender's settings come to, shown while they are typed: an example of marks, a proposed list, differences."""

from datetime import date

from sqlalchemy.orm import Session

from svtracker.frameworks.rules.values import Version
from svtracker.frameworks.service import split_name
from svtracker.kernel import numbers
from svtracker.tenders.loader import load_settings
from svtracker.tenders.rules.illustration import Illustration, illustrate
from svtracker.tenders.rules.settings import Proposal, Settings, proposal_for, tender_part
from svtracker.tenders.service.common import versions_in

# What the example of marks depends on; it is there although other settings are still missing.
_NEEDED = ("contract_value", "denominator", "scoring", "qualitative_scale")


def illustration_of(session: Session, settings: Settings, *, organisation_id: int) -> Illustration | None:
    """Three invented bids under these settings; nothing while the value, the method or a weight has a fault."""
    find, known = versions_in(session, organisation_id)
    names = known()
    if not names:
        return None
    part = tender_part(settings)
    bare = {key: part[key] for key in _NEEDED if key in part}
    whole = {**bare, "id": "-", "title": "-", "framework": names[0], "list": "main"}
    found, _ = load_settings(whole, find_version=find, known_versions=known)
    if found is None:
        return None
    if "questions" in part:
        asked, _ = load_settings({**whole, "questions": part["questions"]}, find_version=find, known_versions=known)
        found = asked or found
    return illustrate(found[0])


def proposal_of(session: Session, settings: Settings, *, day: date, organisation_id: int) -> Proposal | None:
    """The version and list for the contract value that is set; nothing where none is, or no threshold fits it."""
    written = tender_part(settings).get("contract_value")
    value = numbers.parse_decimal(written) if isinstance(written, str) else None
    if value is None or value <= 0:
        return None
    find, known = versions_in(session, organisation_id)
    loaded = [found for name in known() if (found := find(*split_name(name))) is not None]
    return proposal_for(loaded, contract_value=value, day=day)


def version_of(session: Session, settings: Settings, *, organisation_id: int) -> Version | None:
    """The version that the settings name, where it is loaded."""
    name = tender_part(settings).get("framework")
    if not isinstance(name, str):
        return None
    set_id, _, version = name.partition("@")
    return versions_in(session, organisation_id)[0](set_id, version)
