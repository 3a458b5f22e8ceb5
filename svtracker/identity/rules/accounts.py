"""What an account is known by: keys from which nobody reads an address, and the states of an account."""

import hashlib
import ipaddress
import re
import unicodedata
from enum import StrEnum

LONGEST_EMAIL = 254
LONGEST_NAME = 120

_EMAIL = re.compile(r"[^@\s<>()\[\],;:\"\\]+@[^@\s<>()\[\],;:\"\\]+")


class AccountState(StrEnum):
    """Whether an account can sign in: it can, an administrator stopped it for now, or it is closed."""

    ACTIVE = "active"
    LOCKED = "locked"
    DISABLED = "disabled"


def email_key(email: str) -> str:
    """SHA-256 of an address as addresses are compared: capitals and blanks around it make no difference."""
    text = unicodedata.normalize("NFC", email).strip().casefold()
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def address_key(address: str) -> str:
    """SHA-256 of the address on the network from which somebody tries to sign in.

    Of an IPv6 address the first half counts: whoever has one has all that begin with it.
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        found = None
    if isinstance(found, ipaddress.IPv6Address):
        found = found.ipv4_mapped or found
        address = str(found if found.version == 4 else ipaddress.ip_network((found, 64), strict=False))
    return hashlib.sha256(address.encode("utf-8", "surrogatepass")).hexdigest()


def federated_key(*, issuer: str, subject: str) -> str:
    """SHA-256 of who says it and whom they mean: what an identity provider knows a person by."""
    return hashlib.sha256(f"{issuer}\0{subject}".encode()).hexdigest()


def token_hash(token: str) -> str:
    """SHA-256 of a token: what is kept of it, so that nobody who reads the database can use it."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def is_email(text: str) -> bool:
    """Whether a text can be an email address: one @ with something on both sides, on one line, not too long."""
    return len(text) <= LONGEST_EMAIL and text.isprintable() and _EMAIL.fullmatch(text) is not None


def is_reason(text: str) -> bool:
    """Whether a text can stand in the record as a reason: nothing in it but what can be read, and line breaks."""
    return all(unicodedata.category(character) not in {"Cc", "Cs"} or character in "\t\r\n" for character in text)


def is_name(text: str) -> bool:
    """Whether a text can be a name: on one line, without blanks around it, not too long."""
    return 0 < len(text) <= LONGEST_NAME and text.isprintable() and text == text.strip()
