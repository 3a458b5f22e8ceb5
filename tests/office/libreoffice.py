"""LibreOffice without a screen: opens files, works out every formula anew, saves them as .xlsx."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

# Without it LibreOffice shows what stands beside a formula in the file instead of working it out.
_ALWAYS_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>0</value></prop></item>
</oor:items>
"""


def resaved(files: Mapping[str, bytes], folder: Path) -> dict[str, bytes]:
    """Each workbook as LibreOffice saves it, by the same name; one start for all of them."""
    program = os.environ.get("SOFFICE") or shutil.which("soffice") or shutil.which("libreoffice")
    assert program, "LibreOffice is not there: install the package libreoffice-calc-nogui, or run make test-office"
    profile, given, made = folder / "profile", folder / "given", folder / "made"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_ALWAYS_RECALCULATE, encoding="utf-8")
    given.mkdir()
    for name, data in files.items():
        (given / f"{name}.xlsx").write_bytes(data)
    done = subprocess.run(
        [
            program,
            f"-env:UserInstallation={profile.as_uri()}",
            "--headless",
            "--convert-to",
            "xlsx:Calc MS Excel 2007 XML",
            "--outdir",
            str(made),
            *(str(given / f"{name}.xlsx") for name in files),
        ],
        env={**os.environ, "HOME": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout.decode(errors="replace")
    return {name: (made / f"{name}.xlsx").read_bytes() for name in files}
