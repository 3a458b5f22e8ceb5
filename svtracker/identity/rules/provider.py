"""What is agreed with the council's identity provider (OpenID Connect), and what it says of a person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any, Protocol
from urllib.parse import urlsplit

from svtracker.identity.rules.roles import Role

# How long somebody may take at the provider before they have to press the button again.
FLOW_LASTS = timedelta(minutes=10)

# How far the clocks of the provider and of this service may be apart.
LEEWAY = timedelta(seconds=60)

LONGEST_SUBJECT = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """The identity provider of one organisation, as the settings name it; the secret is never shown.

    `roles` says which role a value of the claim stands for; a value may stand for several. Where there is none, roles
    are given by administrators alone.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    organisation: str
    name: str
    roles_claim: str
    roles: tuple[tuple[str, Role], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What an identity provider says of the person who signed in there.

    `roles` are those that its claim stands for; none where roles are not taken from it, which is another thing than an
    empty set: that ends every role that came from it.
    """

    issuer: str
    subject: str
    email: str | None
    email_verified: bool
    roles: frozenset[Role] | None


class Begun(Protocol):
    """What the rule needs to know of a sign-in that was begun."""

    @property
    def created_at(self) -> datetime:
        """When it was begun."""


def is_lapsed(flow: Begun, *, now: datetime) -> bool:
    """Whether a sign-in was begun too long ago, or by a clock that was wrong: begun at 9:00, it is over at 9:10."""
    return abs(now - flow.created_at) >= FLOW_LASTS


def said(provider: Provider, claims: Mapping[str, Any]) -> Said:
    """What the claims of a proven ID token say; a value that is not of the kind agreed counts as not said."""
    email = claims.get("email")
    return Said(
        issuer=str(claims["iss"]),
        subject=str(claims["sub"]),
        email=email if isinstance(email, str) and email else None,
        email_verified=_is_true(claims.get("email_verified")) or _is_true(claims.get("xms_edov")),
        roles=_roles_said(provider, claims.get(provider.roles_claim)),
    )


def parsed_roles(text: str) -> tuple[tuple[str, Role], ...]:
    """The roles that values of a claim stand for: “SV.Admin=administrator; SV.Mark=evaluator” has two.

    Raises `ValueError` with what is wrong, in words.
    """
    known = {role.value: role for role in Role}
    found: list[tuple[str, Role]] = []
    for part in text.split(";"):
        if not part.strip():
            continue
        value, equals, word = (piece.strip() for piece in part.rpartition("="))
        if not equals or not value or word.casefold() not in known:
            raise ValueError(f"“{part.strip()}” is no value, “=” and role")
        found.append((value, known[word.casefold()]))
    return tuple(dict.fromkeys(found))


def is_issuer(text: str) -> bool:
    """Whether a text can name an identity provider: https with a host, without query, fragment or user.

    Plain http does on the machine itself only, where nobody else listens.
    """
    return is_address(text) and not urlsplit(text).query


def is_address(text: str, *, of: str | None = None) -> bool:
    """Whether a text is an address that a secret may be sent to; that of a provider must not be less safe than it."""
    if not _is_plain(text):
        return False
    parts = urlsplit(text)
    if parts.scheme == "https":
        return True
    return is_loopback(parts.hostname) and (of is None or urlsplit(of).scheme == "http")


def is_loopback(host: str | None) -> bool:
    """Whether a name or address is that of the machine itself."""
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


def _is_plain(text: str) -> bool:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    whole = text.isascii() and text.isprintable() and not set(text) & set(" \"';,<>\\")
    plain = parts.username is None and parts.password is None and not parts.fragment and "#" not in text
    return whole and plain and parts.scheme in {"https", "http"} and bool(parts.hostname) and port != 0


def _is_true(value: object) -> bool:
    """Providers write a yes as true, as 1, or as a text of either."""
    return value is True or value in ("true", "1") or (type(value) is int and value == 1)


def _roles_said(provider: Provider, value: object) -> frozenset[Role] | None:
    if not provider.roles:
        return None
    values = {value} if isinstance(value, str) else set()
    if isinstance(value, list):
        values = {one for one in value if isinstance(one, str)}
    return frozenset(role for one, role in provider.roles if one in values)
