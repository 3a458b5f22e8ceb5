"""Figures as a file to take along: the right type, a good name, never run by a browser."""

from collections.abc import Sequence
from typing import IO

from starlette.background import BackgroundTask
from starlette.responses import Response, StreamingResponse

from svtracker.files.tables_out import Sheet, as_csv, as_xlsx
from svtracker.kernel.exceptions import NotFoundError

CSV, XLSX, YAML, JSON, ZIP = "csv", "xlsx", "yaml", "json", "zip"
PDF, PNG, SVG = "pdf", "png", "svg"

_PIECE = 64 * 1024

MEDIA_TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    YAML: "application/yaml",
    JSON: "application/json",
    ZIP: "application/zip",
    PDF: "application/pdf",
    PNG: "image/png",
    SVG: "image/svg+xml",
}


def attachment(content: bytes | Sequence[Sheet], *, kind: str, name: str, title: str) -> Response:
    """A file made of bytes as they are, or of tables; a kind that is not known is not found."""
    if kind not in MEDIA_TYPES:
        raise NotFoundError(what="download", name=kind, do="Choose one of the files that the page offers.")
    if not isinstance(content, bytes):
        if kind not in {CSV, XLSX}:
            raise NotFoundError(what="download", name=kind, do="Choose CSV or XLSX.")
        content = as_xlsx(content, title=title) if kind == XLSX else as_csv(content[0])
    return Response(content, media_type=MEDIA_TYPES[kind], headers=_named(name, kind))


def sent_from(file: IO[bytes], *, kind: str, name: str) -> Response:
    """A file that is read piece by piece from where it stands, and closed when it was sent; nobody keeps a copy."""
    pieces = iter(lambda: file.read(_PIECE), b"")
    headers = {**_named(name, kind), "Cache-Control": "no-store"}
    return StreamingResponse(
        pieces, media_type=MEDIA_TYPES[kind], headers=headers, background=BackgroundTask(file.close)
    )


def _named(name: str, kind: str) -> dict[str, str]:
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "-._") else "-" for c in name)[:80] or "download"
    return {"Content-Disposition": f'attachment; filename="{safe}.{kind}"'}
