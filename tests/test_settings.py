"""Settings from the environment."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from svtracker.identity.rules.roles import Role
from svtracker.kernel.exceptions import RefusedError
from svtracker.settings import Settings, described, read_settings

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for one in described():
        monkeypatch.delenv(one.variable, raising=False)


def test_without_any_variable_the_checkout_is_used() -> None:
    settings = read_settings()
    assert settings.database_url == f"sqlite:///{ROOT}/data/var/svtracker.db"
    assert (settings.frameworks_dir, settings.reference_dir) == (ROOT / "frameworks", ROOT / "data" / "reference")
    assert (settings.templates_dir, settings.static_dir) == (ROOT / "templates", ROOT / "static")
    assert (settings.demo_dir, settings.host, settings.port) == (ROOT / "data" / "demo", "127.0.0.1", 8000)


def test_variables_are_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SVTRACKER_FRAMEWORKS_DIR", str(tmp_path))
    monkeypatch.setenv("SVTRACKER_DEMO", "true")
    monkeypatch.setenv("SVTRACKER_PORT", "8123")
    monkeypatch.setenv("SVTRACKER_HOST", "")
    settings = read_settings()
    assert (settings.frameworks_dir, settings.demo, settings.port) == (tmp_path, True, 8123)
    assert settings.host == "127.0.0.1"


@pytest.mark.parametrize(
    ("variable", "value", "seen"),
    [
        ("SVTRACKER_PORT", "0", "“0”"),
        ("SVTRACKER_PORT", "80a", "“80a”"),
        ("SVTRACKER_FRAMEWORKS_DIR", "/nowhere/at/all", "“/nowhere/at/all”"),
        ("SVTRACKER_DEMO", "perhaps", "“perhaps”"),
        ("SVTRACKER_SUPPORT_ADDRESS", "the office", "“the office”"),
        ("SVTRACKER_SOURCE_HREF", "javascript:alert(1)", "“javascript:alert(1)”"),
        ("SVTRACKER_PUBLIC_ADDRESS", "https://council.example/path", "“https://council.example/path”"),
        ("SVTRACKER_MAIL", "imap://officer:secret@host", "an address that cannot be used"),
        ("SVTRACKER_MAIL_FROM", "the office", "“the office”"),
        ("SVTRACKER_MAX_UPLOAD_BYTES", "12", "“12”"),
        ("SVTRACKER_LOG_LEVEL", "loud", "“loud”"),
        ("SVTRACKER_DATABASE_URL", "mysql://officer:secret@host/name", "an address that cannot be used"),
    ],
)
def test_a_bad_value_is_named(monkeypatch: pytest.MonkeyPatch, variable: str, value: str, seen: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(RefusedError) as caught:
        read_settings()
    (problem,) = caught.value.problems
    assert (problem.path, problem.seen) == (variable, seen)
    assert "secret" not in str(caught.value)


PROVIDER = {
    "SVTRACKER_OIDC_ISSUER": "https://login.council.example/v2.0",
    "SVTRACKER_OIDC_CLIENT_ID": "svtracker",
    "SVTRACKER_OIDC_CLIENT_SECRET": "V8Q~alone",
    "SVTRACKER_OIDC_ORGANISATION": "north-vale",
}


def test_an_identity_provider_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_settings().provider is None
    for name, value in PROVIDER.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SVTRACKER_OIDC_ROLES", " SV.Admin = administrator;a=b=Evaluator ;; SV.Admin=viewer")
    found = read_settings().provider
    assert found is not None
    assert found.issuer == "https://login.council.example/v2.0"
    assert (found.client_id, found.client_secret, found.organisation) == ("svtracker", "V8Q~alone", "north-vale")
    assert (found.name, found.roles_claim) == ("your council account", "roles")
    assert found.roles == (
        ("SV.Admin", Role.ADMINISTRATOR),
        ("a=b", Role.EVALUATOR),
        ("SV.Admin", Role.VIEWER),
    )
    assert "V8Q" not in f"{found!r}{read_settings()!r}"


@pytest.mark.parametrize("missing", PROVIDER)
def test_half_an_identity_provider_is_none(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    for name, value in PROVIDER.items():
        monkeypatch.setenv(name, "" if name == missing else value)
    with pytest.raises(RefusedError) as caught:
        read_settings()
    (problem,) = caught.value.problems
    assert (problem.path, problem.seen) == (missing, "nothing")
    assert problem.wanted.endswith(" is set")


def test_a_part_of_it_alone_asks_for_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SVTRACKER_OIDC_ROLES", "SV.Admin=administrator")
    with pytest.raises(RefusedError) as caught:
        read_settings()
    assert [problem.path for problem in caught.value.problems] == list(PROVIDER)


@pytest.mark.parametrize(
    ("name", "value", "seen"),
    [
        *(
            ("ISSUER", value, f"“{value}”")
            for value in (
                "http://login.council.example",
                "login.council.example",
                "https://",
                "https://login.council.example/?p=1",
                "https://login.council.example/#a",
                "https://me@login.council.example/",
                "https://login.council.example; script-src *",
                "https://login.council.example:port/",
                "ftp://localhost/",
                "http://localhost.elsewhere.example/",
            )
        ),
        ("CLIENT_SECRET", "V8Q alone", "a secret that cannot be used"),
        ("ORGANISATION", "North Vale", "“North Vale”"),
        ("NAME", " ", "blank characters"),
        ("ROLES_CLAIM", "a claim", "“a claim”"),
        ("ROLES", "SV.Admin", "“SV.Admin”"),
        ("ROLES", "=administrator", "“=administrator”"),
        ("ROLES", "SV.Admin=king", "“SV.Admin=king”"),
        ("ROLES", ";", "“;”"),
    ],
)
def test_a_wrong_part_of_an_identity_provider_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, seen: str
) -> None:
    for variable, fitting in PROVIDER.items():
        monkeypatch.setenv(variable, fitting)
    monkeypatch.setenv(f"SVTRACKER_OIDC_{name}", value)
    with pytest.raises(RefusedError) as caught:
        read_settings()
    (problem,) = caught.value.problems
    assert (problem.path, problem.seen) == (f"SVTRACKER_OIDC_{name}", seen)
    assert "V8Q" not in str(caught.value)


@pytest.mark.parametrize("host", ["localhost:5000", "127.0.0.1", "[::1]:5000"])
def test_an_identity_provider_on_the_machine_itself_needs_no_https(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    for variable, fitting in PROVIDER.items():
        monkeypatch.setenv(variable, fitting)
    monkeypatch.setenv("SVTRACKER_OIDC_ISSUER", f"http://{host}/realm")
    found = read_settings().provider
    assert found is not None
    assert found.issuer == f"http://{host}/realm"


def test_everything_wrong_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SVTRACKER_PORT", "x")
    monkeypatch.setenv("SVTRACKER_DEMO", "x")
    monkeypatch.setenv("SVTRACKER_PROT", "x")
    with pytest.raises(RefusedError) as caught:
        read_settings()
    assert [problem.path for problem in caught.value.problems] == ["SVTRACKER_PROT", "SVTRACKER_PORT", "SVTRACKER_DEMO"]
    assert caught.value.problems[0].wanted == "SVTRACKER_PORT or another of README"


def test_settings_are_frozen_and_show_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SVTRACKER_DATABASE_URL", "postgresql://officer:secret@host/name")
    monkeypatch.setenv("SVTRACKER_MAIL", "smtp://officer:secret@host")
    settings = read_settings()
    assert "secret" not in repr(settings)
    with pytest.raises(ValidationError):
        settings.port = 1


def test_every_setting_is_described() -> None:
    words = described()
    assert [one.variable for one in words] == [f"SVTRACKER_{name.upper()}" for name in Settings.model_fields]
    for one in words:
        assert one.meaning
        assert one.default
        assert str(ROOT) not in one.default
