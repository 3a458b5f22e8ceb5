"""What the environment sets: read once by the two doors (command line and web) into one frozen object."""

import difflib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, DirectoryPath, Field, JsonValue, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from svtracker.identity.rules.provider import Provider, is_issuer, parsed_roles
from svtracker.identity.rules.roles import Role
from svtracker.kernel.exceptions import RefusedError
from svtracker.kernel.problems import Problem, shown

PREFIX = "SVTRACKER_"

_SECRET = frozenset({"database_url", "mail", "oidc_client_secret"})

# The identity provider is set up with all of these, or there is none.
_PROVIDER = ("oidc_issuer", "oidc_client_id", "oidc_client_secret", "oidc_organisation")

_PACKAGE = Path(__file__).resolve().parent
_PACKAGED = _PACKAGE / "_resources"
_CHECKOUT = _PACKAGE.parent


def _resource(*parts: str) -> Path:
    """A folder that comes with the program: from the installed package, or from the checkout."""
    packaged = _PACKAGED.joinpath(*parts)
    return packaged if packaged.is_dir() else _CHECKOUT.joinpath(*parts)


def _default_database_url() -> str:
    home = Path.cwd() if _PACKAGED.is_dir() else _CHECKOUT
    return f"sqlite:///{home / 'data' / 'var' / 'svtracker.db'}"


def _setting(default: Any, description: str, *, wanted: str, shown_default: str | None = None, **limits: Any) -> Any:
    words: dict[str, JsonValue] = {"wanted": wanted, "default": shown_default or str(default).lower()}
    factory = {"default_factory": default} if callable(default) else {"default": default}
    return Field(description=description, json_schema_extra=words, **factory, **limits)


def _issuer(text: str) -> str:
    if not is_issuer(text):
        raise ValueError
    return text


def _roles(text: str) -> str:
    if not parsed_roles(text):
        raise ValueError
    return text


class Settings(BaseSettings):
    """Every setting, from the variables SVTRACKER_… of the environment."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="ignore", env_ignore_empty=True, validate_default=False
    )

    database_url: str = _setting(
        _default_database_url,
        "Address of the database: a SQLite file or a PostgreSQL server",
        wanted="sqlite:///folder/file.db or postgresql://user:password@host/name",
        shown_default="the SQLite file `data/var/svtracker.db` in the checkout (or in the current folder)",
        repr=False,  # it may hold a password
        pattern=r"^(sqlite:///|postgresql://|postgres://).+$",
    )
    frameworks_dir: DirectoryPath = _setting(
        lambda: _resource("frameworks"),
        "Folder of measure sets",
        wanted="a folder that exists",
        shown_default="`frameworks/`, shipped",
    )
    reference_dir: DirectoryPath = _setting(
        lambda: _resource("data", "reference"),
        "Folder of price indices and the minimum wage",
        wanted="a folder that exists",
        shown_default="`data/reference/`, shipped",
    )
    demo_dir: DirectoryPath = _setting(
        lambda: _resource("data", "demo"),
        "Folder of the demo’s tender files",
        wanted="a folder that exists",
        shown_default="`data/demo/`, shipped",
    )
    templates_dir: DirectoryPath = _setting(
        lambda: _resource("templates"),
        "Folder of page templates",
        wanted="a folder that exists",
        shown_default="`templates/`, shipped",
    )
    static_dir: DirectoryPath = _setting(
        lambda: _resource("static"),
        "Folder of style sheets, scripts and pictures",
        wanted="a folder that exists",
        shown_default="`static/`, shipped",
    )
    host: str = _setting("127.0.0.1", "Address that the web server listens on", wanted="an address", min_length=1)
    port: int = _setting(
        8000, "Port that the web server listens on", wanted="a whole number from 1 to 65535", ge=1, le=65535
    )
    demo: bool = _setting(default=False, description="Whether the demo is shown", wanted="true or false")
    council_name: str | None = _setting(
        None,
        "Name of the council on every page",
        wanted="a name",
        shown_default="the organisation in the database",
        min_length=1,
    )
    support_address: str = _setting(
        "social-value@calderbrook.example",
        "Mail address behind “report a problem”",
        wanted="a mail address, as in social-value@council.example",
        pattern=r"^[^@\s]+@[^@\s]+$",
    )
    source_href: str | None = _setting(
        None,
        "Link to the source code in the footer",
        wanted="a link that starts with https:// or http://",
        shown_default="none",
        pattern=r"^https?://\S+$",
    )
    public_address: str = _setting(
        "http://127.0.0.1:8000",
        "Address of the service as people type it; links in messages begin with it",
        wanted="https://social-value.council.example, without a path at its end",
        pattern=r"^https?://[^\s/?#@]+$",
    )
    mail: str | None = _setting(
        None,
        "How messages are sent: a mail server, as `smtp://user:password@host:587`, or a folder, as `file:folder`",
        wanted="smtp://user:password@host:587 or file:folder",
        shown_default="none: messages wait in the outbox",
        repr=False,  # it may hold a password
        pattern=r"^(smtp://\S+|file:.+)$",
    )
    mail_from: str | None = _setting(
        None,
        "Mail address that messages come from",
        wanted="a mail address, as in social-value@council.example",
        shown_default="none",
        pattern=r"^[^@\s]+@[^@\s]+$",
    )
    max_upload_bytes: int = _setting(
        2 * 1024 * 1024,
        "Largest body of a request, in bytes",
        wanted="a whole number of at least 1024",
        ge=1024,
    )
    oidc_issuer: Annotated[str, AfterValidator(_issuer)] | None = _setting(
        None,
        "Identity provider (OpenID Connect) of the council: the issuer exactly as the provider writes it",
        wanted="an https address without query, as in https://login.microsoftonline.com/<tenant>/v2.0",
        shown_default="none: people sign in with a password",
    )
    oidc_client_id: str | None = _setting(
        None,
        "Name of this service at the identity provider",
        wanted="the client ID that the provider shows",
        shown_default="none",
        pattern=r"^[\x21-\x7e]+$",
    )
    oidc_client_secret: str | None = _setting(
        None,
        "Secret of this service at the identity provider",
        wanted="the client secret that the provider showed once",
        shown_default="none",
        repr=False,
        pattern=r"^[\x21-\x7e]+$",
    )
    oidc_organisation: str | None = _setting(
        None,
        "The organisation whose people come in by the identity provider",
        wanted="the word of an organisation in “svtracker organisations list”, as in north-vale",
        shown_default="none",
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$",
    )
    oidc_name: str = _setting(
        "your council account",
        "What people sign in with, as the button says it",
        wanted="a few words on one line, as in your council account",
        min_length=1,
        max_length=60,
        pattern=r"^\S[^\r\n\t]*$",
    )
    oidc_roles_claim: str = _setting(
        "roles",
        "Claim of the identity provider that roles are read from",
        wanted="the name of a claim, as in roles",
        pattern=r"^[\x21-\x7e]+$",
    )
    oidc_roles: Annotated[str, AfterValidator(_roles)] | None = _setting(
        None,
        "Which role a value of that claim stands for, as `SV.Admin=administrator; SV.Mark=evaluator`",
        wanted=f"value=role with “;” between; a role is one of {', '.join(Role)}",
        shown_default="none: administrators give all roles",
    )
    log_level: Literal["debug", "info", "warning", "error"] = _setting(
        "info", "How much is logged", wanted="debug, info, warning or error"
    )

    @property
    def provider(self) -> Provider | None:
        """The council's identity provider, where one is set up."""
        if not (self.oidc_issuer and self.oidc_client_id and self.oidc_client_secret and self.oidc_organisation):
            return None
        return Provider(
            issuer=self.oidc_issuer,
            client_id=self.oidc_client_id,
            client_secret=self.oidc_client_secret,
            organisation=self.oidc_organisation,
            name=self.oidc_name,
            roles_claim=self.oidc_roles_claim,
            roles=parsed_roles(self.oidc_roles or ""),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingWords:
    """One setting as the README describes it."""

    variable: str
    default: str
    meaning: str


def described() -> tuple[SettingWords, ...]:
    """Every setting with its variable, default and meaning, in the order of the class."""
    return tuple(
        SettingWords(variable=_variable(name), default=_words(name)["default"], meaning=str(field.description))
        for name, field in Settings.model_fields.items()
    )


def read_settings() -> Settings:
    """The settings of this process, or everything that is wrong with them."""
    problems = [*_unknown_variables(), *_missing_of_provider()]
    try:
        settings = Settings()
    except ValidationError as error:
        problems.extend(_as_problem(one) for one in error.errors())
    if problems:
        raise RefusedError(problems)
    return settings


def _variable(name: str) -> str:
    return f"{PREFIX}{name.upper()}"


def _words(name: str) -> dict[str, str]:
    extra = Settings.model_fields[name].json_schema_extra
    return {key: str(value) for key, value in extra.items()} if isinstance(extra, dict) else {}


def _as_problem(error: Any) -> Problem:
    name = str(error["loc"][0])
    # The address of a database or mail server may hold a password, so it is never repeated; nor is a secret.
    seen = "an address that cannot be used" if name in _SECRET else shown(error["input"])
    if name == "oidc_client_secret":
        seen = "a secret that cannot be used"
    return Problem(file="settings", path=_variable(name), seen=seen, wanted=_words(name)["wanted"])


def _missing_of_provider() -> Iterator[Problem]:
    """The identity provider is set up whole or not at all: half of it would leave a door that nobody knows of."""
    names = [name for name in Settings.model_fields if name.startswith("oidc_")]
    given = [name for name in names if any(os.environ.get(one) for one in (_variable(name), _variable(name).lower()))]
    for name in _PROVIDER:
        if given and name not in given:
            wanted = f"{_words(name)['wanted']}, because {_variable(given[0])} is set"
            yield Problem(file="settings", path=_variable(name), seen="nothing", wanted=wanted)


def _unknown_variables() -> Iterator[Problem]:
    known = [_variable(name) for name in Settings.model_fields]
    for variable in sorted(os.environ):
        if variable.upper().startswith(PREFIX) and variable.upper() not in known:
            nearest = difflib.get_close_matches(variable.upper(), known, n=1, cutoff=0)
            yield Problem(
                file="settings", path=variable, seen="an unknown setting", wanted=f"{nearest[0]} or another of README"
            )
