"""Commands, settings, make targets, vendored files and figures: each is told where a person looks for it."""

import hashlib
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
import typer
from starlette.testclient import TestClient
from typer.core import TyperCommand, TyperGroup

from svtracker.cli import app
from svtracker.settings import described
from svtracker.web.access import ACCESS
from tests.guards.html_rules import parse, words
from tests.web.installation import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
NOTICE = (ROOT / "NOTICE").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")

# Targets that nobody types, each with its reason.
NOT_IN_HELP = {"chromium": "a step of `test` and `screenshots`", "office": "a step of `test-office`"}
# What the issue promises to whoever has just cloned the repository.
PROMISED = {"run", "test", "setup", "check", "bench", "real", "help"}

# What no command may load before it knows what it is asked for.
HEAVY = (
    "alembic",
    "authlib",
    "fastapi",
    "httpx2",
    "jinja2",
    "joserfc",
    "numpy",
    "pydantic_settings",
    "sqlalchemy",
    "sqlmodel",
    "starlette",
    "uvicorn",
    "xlsxwriter",
    "yaml",
)


def commands(group: TyperGroup, name: str = "svtracker") -> Iterator[tuple[str, TyperCommand]]:
    """Every command that does something, by what a person types."""
    for word, one in sorted(group.commands.items()):
        if isinstance(one, TyperGroup):
            yield from commands(one, f"{name} {word}")
        else:
            yield f"{name} {word}", one


def root() -> TyperGroup:
    made = typer.main.get_command(app)
    assert isinstance(made, TyperGroup)
    return made


class TestCommands:
    def test_the_readme_lists_every_command_and_no_other(self) -> None:
        listed = re.findall(r"^\| `(svtracker [a-z -]+)` \|", README, re.MULTILINE)
        assert sorted(listed) == sorted(name for name, _ in commands(root()))
        assert len(listed) >= 9

    def test_every_command_and_every_option_says_what_it_does(self) -> None:
        silent = []
        for name, one in commands(root()):
            if not (one.help or "").strip():
                silent.append(name)
            for parameter in one.params:
                shown = getattr(parameter, "help", None) or (parameter.name == "help" and "-")
                if not shown:
                    silent.append(f"{name} {parameter.name}")
        assert silent == []

    def test_every_command_that_lists_something_takes_json(self) -> None:
        taking = {name for name, one in commands(root()) if _takes(one, "--json")}
        assert taking >= {"svtracker frameworks list", "svtracker frameworks diff", "svtracker score"}

    def test_what_the_pages_and_the_readme_say_to_type_is_there(self, client: TestClient) -> None:
        typed = set(re.findall(r"svtracker ((?:db|frameworks|score|serve)(?: [a-z]+)?)", README))
        for rule in ACCESS:
            if rule.path.startswith("/help") or rule.path == "/":
                for code in parse(client.get(rule.path).text).all("code"):
                    typed |= set(re.findall(r"^svtracker ([a-z]+(?: [a-z]+)?)", words(code)))
        known = {name.removeprefix("svtracker ") for name, _ in commands(root())}
        known_words = known | {name.split()[0] for name in known}
        assert {one for one in typed if one not in known_words and one.split()[0] not in known} == set()
        assert len(typed) >= 6

    def test_help_comes_without_loading_the_application(self) -> None:
        """The command line stays quick: measured by what is loaded, never by a clock."""
        asked = (
            "import sys; from svtracker.cli import app\n"
            "try:\n    app({words!r})\n"
            "except SystemExit:\n    pass\n"
            "print('LOADED', *sorted(set({heavy!r}) & set(sys.modules)))"
        )
        for line in (["--help"], ["frameworks", "--help"], ["score", "--help"], ["serve", "--help"], ["--version"]):
            done = subprocess.run(
                [sys.executable, "-c", asked.format(words=line, heavy=HEAVY)],
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=True,
            )
            assert done.stdout.splitlines()[-1] == "LOADED", line


def _takes(command: TyperCommand, option: str) -> bool:
    return any(option in one.opts for one in command.params)


def test_the_readme_describes_every_setting_as_the_program_does() -> None:
    start, end = "<!-- settings:", "<!-- end of settings -->"
    table = README[README.index(start) : README.index(end)].splitlines()[1:]
    wanted = ["| variable | default | meaning |", "|---|---|---|"]
    wanted += [f"| `{one.variable}` | {one.default} | {one.meaning} |" for one in described()]
    assert table == wanted


class TestMake:
    def test_help_lists_every_target(self) -> None:
        quiet = ["make", "--no-print-directory", "help"]
        shown = subprocess.run(quiet, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        listed = {line.split()[0] for line in shown.splitlines() if len(line.split()) > 3}
        phony = set(re.search(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)[1].split())
        targets = set(re.findall(r"^([a-z-]+):(?!=)", MAKEFILE, re.MULTILINE))
        assert targets == phony, "every target is declared .PHONY, and every .PHONY is a target"
        assert listed == targets - set(NOT_IN_HELP)
        assert set(NOT_IN_HELP) <= targets
        assert listed >= PROMISED

    def test_the_readme_speaks_of_targets_that_are_there(self) -> None:
        spoken = set(re.findall(r"(?:^|`)make ([a-z-]+)", README, re.MULTILINE))
        targets = set(re.findall(r"^([a-z-]+):(?!=)", MAKEFILE, re.MULTILINE))
        assert spoken <= targets
        assert {"run", "test", "check", "bench", "help"} <= spoken

    @pytest.mark.parametrize("module", sorted(set(re.findall(r"python -m (tests\.[a-z]+)", MAKEFILE))))
    def test_what_a_target_runs_is_there(self, module: str) -> None:
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").is_file() or (path / "__main__.py").is_file()


class TestNotice:
    def test_every_vendored_file_is_listed_with_its_hash(self) -> None:
        listed = {path: digest for digest, path in re.findall(r"^  ([0-9a-f]{64})  (\S+)$", NOTICE, re.MULTILINE)}
        files = [path for path in (ROOT / "static" / "vendor").rglob("*") if path.is_file()]
        there = {path.relative_to(ROOT).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
        assert there == listed
        assert len(there) >= 6

    def test_every_vendored_package_has_source_licence_and_its_text(self) -> None:
        packages = [path for path in (ROOT / "static" / "vendor").iterdir() if path.is_dir()]
        for package in packages:
            version = package.name.rpartition("-")[2]
            assert (package / "LICENSE").is_file()
            section = next(text for text in NOTICE.split("\n\n") if f"static/vendor/{package.name}/" in text)
            assert version in section.splitlines()[0]
            assert {"Source:", "Licence:", "Changes:"} <= {
                line.split()[0] for line in section.splitlines()[1:4] + section.splitlines()
            }

    def test_every_file_of_reference_figures_is_named(self) -> None:
        named = set(re.findall(r"^data/reference/(\S+)$", NOTICE, re.MULTILINE))
        assert named == {path.name for path in (ROOT / "data" / "reference").iterdir()}
        assert "frameworks/open-toms/*.yaml" in NOTICE

    def test_the_pages_load_only_what_is_listed_or_own(self) -> None:
        own = {path.name for path in (ROOT / "static").iterdir() if path.is_file()}
        assert own == {"app.js", "favicon.svg", "own.css"}
        folders = {path.name for path in (ROOT / "static").iterdir() if path.is_dir()}
        assert folders <= {"screenshots", "vendor"}


class TestReadme:
    def test_its_links_and_pictures_are_there(self) -> None:
        targets = re.findall(r"\]\(([^)#]+)\)", README)
        inside = [target for target in targets if "://" not in target]
        assert [target for target in inside if not (ROOT / target).exists()] == []
        assert len([target for target in inside if target.endswith(".png")]) == 2

    def test_files_that_it_names_are_there(self) -> None:
        named = {
            one.rstrip("/")
            for one in re.findall(r"`((?:svtracker|data|frameworks|static|templates|tests)/[\w./-]*)`", README)
        }
        kept = {one for one in named if not one.startswith("data/var")}
        assert [one for one in kept if not (ROOT / one).exists()] == []
        assert len(kept) >= 10

    def test_its_rooms_are_the_rooms(self) -> None:
        rooms = {
            path.name for path in (ROOT / "svtracker").iterdir() if path.is_dir() and (path / "__init__.py").exists()
        }
        assert set(re.findall(r"`svtracker/([a-z]+)`", README)) >= rooms
