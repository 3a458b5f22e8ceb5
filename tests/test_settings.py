"""Settings from the environment."""

from pathlib import Path

import pytest
from pydantic import ValidationError

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
