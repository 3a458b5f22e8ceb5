"""The pictures of the README, made anew from a running demo: `make screenshots`."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.web.browsing import MISSING, chromium_path, opened, started
from tests.web.installation import ROOT, application, fill, serving

FOLDER = ROOT / "static" / "screenshots"
PICTURES = {
    "evaluation": "/score/example",
    "version": "/frameworks/open-toms/2026.1",
}


def make(folder: Path = FOLDER) -> list[Path]:
    """Draws each page as far as a laptop shows it, and writes it as a small PNG."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        url = f"sqlite:///{Path(scratch) / 'demo.db'}"
        fill(url)
        with serving(application(url)) as base, started() as browser, opened(browser, base_url=base) as context:
            page = context.new_page()
            return [_draw(page, address, folder / f"{name}.png") for name, address in PICTURES.items()]


def _draw(page: Page, address: str, file: Path) -> Path:
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.screenshot(path=file, animations="disabled")
    return file


if __name__ == "__main__":
    if chromium_path() is None:
        sys.exit(MISSING)
    for made in make():
        print(f"{made.relative_to(ROOT)}: {made.stat().st_size // 1024} kB")
