"""What people do with a tender file: score it, all of it or nothing."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from svtracker.frameworks.rules.values import Version
from svtracker.kernel.exceptions import RefusedError
from svtracker.registers.rules.figures import MinimumWage
from svtracker.tenders.loader import FindVersion, KnownVersions, load_tender
from svtracker.tenders.rules.result import Result, score
from svtracker.tenders.rules.values import Tender
from svtracker.tenders.rules.warnings import Limits


def score_file(
    *,
    name: str,
    data: bytes,
    find_version: FindVersion,
    known_versions: KnownVersions,
    minimum_wage: MinimumWage | None,
    limits: Limits | None = None,
) -> Result:
    """The scored tender of a file; `RefusedError` with every problem where it cannot be scored (RULES 3.7)."""
    loaded, problems = load_tender(name=name, data=data, find_version=find_version, known_versions=known_versions)
    if loaded is None:
        raise RefusedError(problems)
    tender, version = loaded
    own = limits_for(tender, version=version, minimum_wage=minimum_wage, limits=limits or Limits())
    return score(tender, version=version, limits=own)


def limits_for(tender: Tender, *, version: Version, minimum_wage: MinimumWage | None, limits: Limits) -> Limits:
    """An organisation's limits (RULES 3.8), with the minimum wage of the day on which bids were opened.

    A tender without that day takes the first day of its version.
    """
    day: date = tender.opened or version.valid_from
    wage = minimum_wage.full_time_year(day) if minimum_wage is not None else None
    return replace(limits, full_time_wage=wage)


def tender_files(folder: Path) -> tuple[Path, ...]:
    """The tender files of a folder, by name."""
    return tuple(sorted(folder.glob("*.yaml"))) if folder.is_dir() else ()
