"""An identity provider on this machine for tests: a real OpenID Connect server that can also be made to lie."""

import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import flask
import httpx2
from joserfc import jws, jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from svtracker.kernel.clock import Clock, system_clock

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it uses a part of its library that will be moved
    import oidc_provider_mock

Claims = dict[str, Any]

CLIENT_ID = "svtracker-at-north-vale"
CLIENT_SECRET = "V8Q~known.to_the-two.alone"
_BROWSER = httpx2.Client(verify=False)  # plain http on this machine; a list of trusted names takes long to read
SIGNING = RSAKey.generate_key(2048, {"kid": "of-the-provider"})
FOREIGN = RSAKey.generate_key(2048, {"kid": "of-the-provider"})
SHARED = OctKey.import_key(CLIENT_SECRET.encode())


@dataclass
class IdentityProvider:
    """The server and what it does otherwise than it should; its tokens tell the time of the clock that it is given."""

    address: str
    clock: Clock = system_clock
    people: dict[str, Claims] = field(default_factory=dict)
    change: Callable[[Claims], object] = lambda claims: None
    change_document: Callable[[Claims], object] = lambda document: None
    key: RSAKey | OctKey = field(default_factory=lambda: SIGNING)
    published: list[RSAKey] = field(default_factory=lambda: [SIGNING])
    algorithm: str = "RS256"
    status: int | None = None
    token_answer: str | None = None
    sends_on_to: str | None = None
    asked: list[str] = field(default_factory=list)
    token_requests: list[dict[str, str]] = field(default_factory=list)

    def says(self, subject: str, **claims: Any) -> None:
        """What it says of a person from now on."""
        _BROWSER.put(f"{self.address}/users/{subject}", json=claims).raise_for_status()

    def sign_in(self, at: str, subject: str | None) -> str:
        """Signs in at the address that a browser was sent to, or refuses there; gives the address back."""
        form = {"action": "deny"} if subject is None else {"sub": subject}
        return _BROWSER.post(at, data=form).headers["location"]

    def signed(self, encoded: str) -> str:
        """The token as this provider signs it, with what was changed in it."""
        claims = jws.extract_compact(encoded.encode()).payload
        told: Claims = flask.json.loads(claims)
        now = int(self.clock().timestamp())
        told |= {"iat": now, "exp": now + 3600}
        told.pop("at_hash", None)
        self.change(told)
        if self.algorithm == "none":
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return jwt.encode({"alg": "none"}, told, self.key, algorithms=["none"])
        return jwt.encode(
            {"alg": self.algorithm, "kid": "of-the-provider"}, told, self.key, algorithms=[self.algorithm]
        )


class _Quiet(WSGIRequestHandler):
    def log(self, *_: Any) -> None:
        """Nothing is said of each request."""


@contextmanager
def provider(clock: Clock = system_clock) -> Iterator[IdentityProvider]:
    """A running identity provider on a free port; stopped at the end."""
    app = oidc_provider_mock.app()
    server: BaseWSGIServer = make_server("localhost", 0, app, threaded=True, request_handler=_Quiet)
    running = IdentityProvider(address=f"http://localhost:{server.server_port}", clock=clock)

    @app.before_request
    def note() -> Any:
        path = flask.request.path
        running.asked.append(path)
        if path.endswith("/authorize") and running.sends_on_to and flask.request.host_url[:-1] != running.sends_on_to:
            return flask.redirect(running.sends_on_to + flask.request.full_path)
        if path.endswith("/token"):
            running.token_requests.append(flask.request.form.to_dict())
            if running.token_answer is not None:
                return running.token_answer
        return ("away", running.status) if running.status else None

    @app.after_request
    def lie(answer: flask.Response) -> flask.Response:
        found = answer.get_json(silent=True)
        path = flask.request.path
        if path.endswith("/openid-configuration") and found:
            running.change_document(found)
        elif path == "/jwks":
            found = KeySet(running.published).as_dict()
        elif path.endswith("/token") and found and "id_token" in found:
            found["id_token"] = running.signed(found["id_token"])
        else:
            return answer
        answer.set_data(flask.json.dumps(found))
        return answer

    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def settings_of(there: IdentityProvider) -> dict[str, Any]:
    """The settings of a service whose people of North Vale come in by this provider."""
    return {
        "oidc_issuer": there.address,
        "oidc_client_id": CLIENT_ID,
        "oidc_client_secret": CLIENT_SECRET,
        "oidc_organisation": "north-vale",
    }


def query_of(address: str) -> dict[str, str]:
    """The query of an address, each name once."""
    return {name: value for name, (value,) in parse_qs(urlsplit(address).query).items()}
