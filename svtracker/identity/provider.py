"""Asking the council's identity provider: the one place that talks to it and proves what it says (OpenID Connect).

Authorisation code flow with PKCE (S256), `state` and `nonce`. Nothing here opens a unit of work: the provider may take
seconds to answer.
"""

import logging
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from svtracker.identity.rules.provider import LEEWAY, LONGEST_SUBJECT, Provider, is_address
from svtracker.kernel.exceptions import ProviderAwayError, ProviderMistrustedError

log = logging.getLogger(__name__)

SCOPE = "openid email profile"

# Public keys only: a provider that signs with the shared secret, or not at all, is not believed.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")

KEPT = timedelta(hours=1)
# A key that is not known yet may be new; it is looked for once a minute, not with every request.
KEYS_AGAIN_AFTER = timedelta(minutes=1)
# While the provider is away, nobody waits for it again within this time.
AWAY_FOR = timedelta(seconds=5)

TIMEOUT = httpx2.Timeout(5.0, connect=3.0)
LARGEST_ANSWER = 512 * 1024

# What a provider may say of a token request (RFC 6749 section 5.2); anything else is not repeated in the log.
_KNOWN_REFUSALS = frozenset(
    {
        "invalid_request",
        "invalid_client",
        "invalid_grant",
        "unauthorized_client",
        "unsupported_grant_type",
        "invalid_scope",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Where a provider does what, as its discovery document says."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    secret_in_body: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """Something that was fetched, and when."""

    value: Any
    at: datetime

    def is_fresh(self, now: datetime, *, lasts: timedelta = KEPT) -> bool:
        return abs(now - self.at) < lasts


class ProviderClient:
    """Asks one identity provider; its discovery document and keys are kept for an hour."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self._document: _Kept | None = None
        self._keys: _Kept | None = None
        self._away_since: datetime | None = None
        self._one_at_a_time = threading.Lock()
        self._trusted = httpx2.create_ssl_context()  # made once, because it takes a tenth of a second

    def document(self, *, now: datetime) -> Document:
        """Where the provider does what; raises `ProviderAwayError` or `ProviderMistrustedError`."""
        with self._one_at_a_time:
            if self._document is None or not self._document.is_fresh(now):
                found = self._get(f"{self.provider.issuer.rstrip('/')}/.well-known/openid-configuration", now=now)
                self._document = _Kept(value=self._read_document(found), at=now)
            document: Document = self._document.value
            return document

    def address(self, document: Document, *, redirect_uri: str, state: str, nonce: str, verifier: str) -> str:
        """Where the browser goes to sign in at the provider."""
        with self._client(document, redirect_uri=redirect_uri) as client:
            address, _ = client.create_authorization_url(
                document.authorization_endpoint, state=state, nonce=nonce, code_verifier=verifier
            )
        return str(address)

    def claims(self, *, code: str, redirect_uri: str, nonce: str, verifier: str, now: datetime) -> dict[str, Any]:
        """What the provider says of the person for whom it gave the code, proven by its signature.

        Checked are signature, issuer, audience, expiry, time of issue and nonce, with a minute of leeway.
        """
        document = self.document(now=now)
        token = self._token(document, code=code, redirect_uri=redirect_uri, verifier=verifier, now=now)
        try:
            return self._proven(document, token, nonce=nonce, now=now)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise self._mistrusted(f"its ID token failed: {type(error).__name__}") from error

    def _token(
        self, document: Document, *, code: str, redirect_uri: str, verifier: str, now: datetime
    ) -> dict[str, Any]:
        try:
            with self._client(document, redirect_uri=redirect_uri) as client:
                answer = client.fetch_token(
                    document.token_endpoint, grant_type="authorization_code", code=code, code_verifier=verifier
                )
        except AuthlibBaseError as error:
            known = error.error if error.error in _KNOWN_REFUSALS else "another error"
            raise self._mistrusted(f"it refused the code: {known}") from error
        except httpx2.HTTPStatusError as error:
            raise self._away(f"its token endpoint answered {error.response.status_code}", now=now) from error
        except httpx2.HTTPError as error:
            raise self._away(type(error).__name__, now=now) from error
        except (ValueError, httpx2.InvalidURL) as error:
            raise self._mistrusted("its token endpoint gave no JSON object") from error
        return dict(answer)

    def _proven(self, document: Document, token: dict[str, Any], *, nonce: str, now: datetime) -> dict[str, Any]:
        encoded = token.get("id_token")
        if not isinstance(encoded, str):
            raise TypeError("There is no ID token.")
        # RFC 7515 section 4: what a header has beside the known parameters is left aside.
        registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
        try:
            decoded = jwt.decode(encoded, self._key_set(document, now=now), registry=registry)
        except InvalidKeyIdError:
            keys = self._key_set(document, now=now, kept_for=KEYS_AGAIN_AFTER)
            decoded = jwt.decode(encoded, keys, registry=registry)
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            options={
                "iss": {"essential": True, "value": self.provider.issuer},
                "aud": {"essential": True, "value": self.provider.client_id},
                "sub": {"essential": True},
            },
            params={
                "nonce": nonce,
                "client_id": self.provider.client_id,
                "access_token": token.get("access_token"),
            },
        )
        claims.validate(now=int(now.timestamp()), leeway=int(LEEWAY.total_seconds()))
        if len(claims["sub"]) > LONGEST_SUBJECT:
            raise ValueError("The subject is too long.")
        return dict(claims)

    def _key_set(self, document: Document, *, now: datetime, kept_for: timedelta = KEPT) -> KeySet:
        with self._one_at_a_time:
            if self._keys is None or not self._keys.is_fresh(now, lasts=kept_for):
                found = self._get(document.jwks_uri, now=now)
                self._keys = _Kept(value=KeySet.import_key_set(found), at=now)  # type: ignore[arg-type]
            keys: KeySet = self._keys.value
            return keys

    def _get(self, address: str, *, now: datetime) -> dict[str, Any]:
        if self._away_since is not None and abs(now - self._away_since) < AWAY_FOR:
            raise ProviderAwayError
        try:
            with httpx2.Client(timeout=TIMEOUT, verify=self._trusted) as client:
                answer = client.get(address, headers={"Accept": "application/json"}).raise_for_status()
        except httpx2.HTTPStatusError as error:
            raise self._away(f"it answered {error.response.status_code}", now=now) from error
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise self._away(type(error).__name__, now=now) from error
        try:
            found = answer.json() if len(answer.content) <= LARGEST_ANSWER else None
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise self._mistrusted("it gave no JSON object of a fitting size")
        self._away_since = None
        return found

    def _read_document(self, found: dict[str, Any]) -> Document:
        issuer = self.provider.issuer
        if found.get("issuer") != issuer:
            raise self._mistrusted("its discovery document names another issuer than SVTRACKER_OIDC_ISSUER")
        places = {name: found.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
        for name, place in places.items():
            if not isinstance(place, str) or not is_address(place, of=issuer):
                raise self._mistrusted(f"its discovery document has no usable {name}")
        ways = found.get("token_endpoint_auth_methods_supported")
        return Document(
            **{name: str(place) for name, place in places.items()},
            secret_in_body=isinstance(ways, list) and "client_secret_post" in ways,
        )

    def _client(self, document: Document, *, redirect_uri: str) -> Any:
        return OAuth2Client(
            client_id=self.provider.client_id,
            client_secret=self.provider.client_secret,
            # In the body no sign of a secret needs to be written in another way; the standard's default is the header.
            token_endpoint_auth_method="client_secret_post" if document.secret_in_body else "client_secret_basic",
            scope=SCOPE,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            timeout=TIMEOUT,
            verify=self._trusted,
        )

    def _away(self, why: str, *, now: datetime) -> ProviderAwayError:
        log.warning("the identity provider is away: %s", why)
        self._away_since = now
        return ProviderAwayError()

    def _mistrusted(self, why: str) -> ProviderMistrustedError:
        log.error("the identity provider cannot be believed: %s", why)
        return ProviderMistrustedError()
