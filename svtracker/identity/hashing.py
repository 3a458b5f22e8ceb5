"""Hashes of passwords: Argon2id, the one place that calls the library.

One hash takes about a tenth of a second and 64 MiB, so it is never made inside a unit of work, where everybody who
writes would wait for it, and never by more than a few threads at once.
"""

import base64
import threading

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from svtracker.identity.rules.passwords import LONGEST, prepared

TIME_COST, MEMORY_KIB, PARALLELISM, SALT_BYTES, HASH_BYTES = 3, 65536, 4, 16, 32

_HASHES = PasswordHash(
    (
        Argon2Hasher(
            time_cost=TIME_COST,
            memory_cost=MEMORY_KIB,
            parallelism=PARALLELISM,
            salt_len=SALT_BYTES,
            hash_len=HASH_BYTES,
        ),
    )
)

_AT_ONCE = threading.BoundedSemaphore(4)


def _zeros(size: int) -> str:
    return base64.b64encode(bytes(size)).decode().rstrip("=")


# A hash that no password is known for: whoever has no account, or no password, is compared with this one, so that the
# answer takes as long as for anybody else.
DUMMY = f"$argon2id$v=19$m={MEMORY_KIB},t={TIME_COST},p={PARALLELISM}${_zeros(SALT_BYTES)}${_zeros(HASH_BYTES)}"


def make_hash(password: str) -> str:
    """The hash of a password, with a salt of its own."""
    with _AT_ONCE:
        return _HASHES.hash(_bytes(password))


def verify(password: str, against: str) -> tuple[bool, str | None]:
    """Whether a password belongs to a hash, and a new hash where that one was made with older settings."""
    if len(password) > LONGEST:
        password, against = "", DUMMY
    with _AT_ONCE:
        try:
            return _HASHES.verify_and_update(_bytes(password), against)
        except UnknownHashError:  # a hash that was changed past this program lets nobody in, and takes as long
            _HASHES.verify(_bytes(password), DUMMY)
            return False, None


def _bytes(password: str) -> bytes:
    return prepared(password).encode("utf-8", "surrogatepass")
