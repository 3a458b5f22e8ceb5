"""How long a guesser waits: the first failures are free, then each one makes the wait twice as long.

Nobody is locked out for good by somebody else's guesses: after a quarter of an hour the next try is free to make.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from svtracker.identity.rules.provider import FLOW_LASTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How many failures within a time are free, the first wait, and the longest one."""

    free: int
    within: timedelta = timedelta(minutes=15)
    first_wait: timedelta = timedelta(seconds=30)
    longest_wait: timedelta = timedelta(minutes=15)


PER_ACCOUNT = Limit(free=5)
PER_ADDRESS = Limit(free=50)
# Each may send a mail to somebody who did not ask for it.
REQUESTS_PER_ACCOUNT = Limit(free=3)
# A way to the identity provider that was finished counts no more, so this is for those who never come back.
FLOWS_PER_ADDRESS = Limit(free=100, within=FLOW_LASTS)


def wait_seconds(failures: Sequence[datetime], *, now: datetime, limit: Limit = PER_ACCOUNT) -> int:
    """How many whole seconds to wait before the next try; 0 where it may be made now.

    With five failures in the last quarter of an hour the next try is free; after the sixth the wait is 30 seconds,
    after the seventh a minute, and never more than 15 minutes. The wait is counted from the last failure.

    Where the clock went back, a failure in the future counts as one of this moment. One that is further ahead than
    the time that is looked at was written by a clock that was wrong, and is left out.
    """
    recent = [min(one, now) for one in failures if abs(now - one) < limit.within]
    beyond = len(recent) - limit.free
    if beyond <= 0:
        return 0
    # 2 to the 20th of the first wait is beyond any longest one; more would overflow.
    wait = min(limit.first_wait * (1 << min(beyond - 1, 20)), limit.longest_wait)
    left = max(recent) + wait - now
    return max(0, math.ceil(left.total_seconds()))
