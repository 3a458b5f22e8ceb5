"""Pages about tenders: the list, a scored tender, and scoring a file that is sent. Nothing sent is stored."""

from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.responses import HTMLResponse, Response

from svtracker.kernel.exceptions import NotFoundError, RefusedError
from svtracker.reports import tenders as reports
from svtracker.tenders.rules.result import Result
from svtracker.web.dependencies import EXAMPLE, OwnSettings, Pin, Reading, Scoring, Sheets, Shelved
from svtracker.web.desk import comes_to_tenders, own_tenders
from svtracker.web.downloads import CSV, JSON, XLSX, YAML, attachment
from svtracker.web.guard import viewer_of
from svtracker.web.pages.evaluation import EvaluationPage, Upload, evaluation_page
from svtracker.web.pages.frame import downloads, render, render_kept
from svtracker.web.pages.tender_columns import Look
from svtracker.web.pages.tender_words import money_short
from svtracker.web.pages.tenders import score_page, tenders_page
from svtracker.web.uploads import bytes_of, clean_name, sent_file, stem_of

router = APIRouter()

RESULT_KINDS = [("Workbook (XLSX)", XLSX), ("CSV", CSV), ("JSON", JSON)]
KINDS = [*RESULT_KINDS, ("Tender file (YAML)", YAML)]


@router.get("/tenders")
def tenders(request: Request, shelf: Shelved, session: Reading) -> HTMLResponse:
    """The tenders of the reader's organisation; for everybody else those of the demo, with the range of their bids."""
    viewer = viewer_of(request)
    if viewer is not None and comes_to_tenders(viewer):
        return render(request, "tenders/own.html", own_tenders(session, viewer))
    files = downloads("/tenders/download", [("CSV", CSV), ("XLSX", XLSX)])
    return render(request, "tenders/index.html", tenders_page(shelf.all(), files=files))


@router.get("/tenders/download.{kind}")
def tenders_download(shelf: Shelved, kind: str) -> Response:
    """The list of tenders as a file."""
    return attachment([reports.tenders_sheet(shelf.all())], kind=kind, name="tenders", title="Tenders")


@router.get("/tenders/{key}")
def tender(request: Request, shelf: Shelved, key: str, pin: Pin = "", sheets: Sheets = "") -> HTMLResponse:
    """One tender: its bids compared."""
    return _of_file(request, shelf.get(key), parent=("Tenders", "/tenders"), pinned=pin, on_sheets=bool(sheets))


@router.get("/tenders/{key}/download.{kind}")
def tender_download(settings: OwnSettings, shelf: Shelved, key: str, kind: str) -> Response:
    """One tender as a file: its bids compared, or the tender file itself."""
    result = shelf.get(key)
    if kind == YAML:
        return attachment((settings.demo_dir / f"{key}.yaml").read_bytes(), kind=kind, name=key, title=key)
    return _result_file(result, kind=kind, name=key)


@router.get("/score")
def score_form(request: Request, scorer: Scoring) -> HTMLResponse:
    """The form that takes a tender file."""
    return render(request, "tenders/score.html", score_page(versions=scorer.names))


@router.post("/score")
def score(
    request: Request,
    scorer: Scoring,
    file: Annotated[UploadFile | None, File()] = None,
    text: Annotated[str, Form()] = "",
) -> HTMLResponse:
    """Score the file that was sent and show the result; or the form again with everything that is wrong."""
    name, data = sent_file(file, text, name="pasted.json" if text.lstrip().startswith("{") else "pasted.yaml")
    if data is None:
        page = score_page(versions=scorer.names, error="Choose a tender file, or paste its text.")
        return render(request, "tenders/score.html", page, status=422)
    try:
        result = scorer.score(name=name, data=data)
    except RefusedError as refused:
        page = score_page(
            versions=scorer.names,
            problems=refused.problems,
            file_name=name,
            text=data.decode("utf-8", errors="replace") if _can_be_mended(data) else "",
        )
        return render(request, "tenders/score.html", page, status=422)
    upload = Upload(
        name=name, text=data.decode("utf-8-sig"), action="/score/download", kinds=tuple((k, w) for w, k in RESULT_KINDS)
    )
    page_of_result = evaluation_page(
        result, caption=_caption(result), crumbs=(("Score a tender file", "/score"),), upload=upload
    )
    return render(request, "tenders/evaluation.html", page_of_result)


@router.post("/score/download.{kind}")
def score_download(scorer: Scoring, kind: str, name: Annotated[str, Form()], text: Annotated[str, Form()]) -> Response:
    """The result of a file that was sent, as a file; it is scored again, since nothing is stored."""
    result = scorer.score(name=clean_name(name), data=bytes_of(text))
    return _result_file(result, kind=kind, name=stem_of(name))


@router.get("/score/example")
def example(request: Request, shelf: Shelved, pin: Pin = "", sheets: Sheets = "") -> HTMLResponse:
    """The worked example of the rules, scored."""
    parent = ("Score a tender file", "/score")
    return _of_file(request, shelf.example(), parent=parent, pinned=pin, on_sheets=bool(sheets))


@router.get("/score/example/download.{kind}")
def example_download(settings: OwnSettings, shelf: Shelved, kind: str) -> Response:
    """The worked example as a file to start from, or its result."""
    if kind == YAML:
        data = (settings.demo_dir / f"{EXAMPLE}.yaml").read_bytes()
        return attachment(data, kind=kind, name="example-tender", title="Example tender")
    return _result_file(shelf.example(), kind=kind, name="example-tender")


def _of_file(
    request: Request, result: Result, *, parent: tuple[str, str], pinned: str, on_sheets: bool
) -> HTMLResponse:
    """The page of a tender that stands in a file of the demo, made once for each content of file and measure set.

    A bid of a file is pinned by its place in the file, from 1.
    """
    names = {bid.bidder: str(place) for place, bid in enumerate(result.bids, start=1)}
    look = Look(path=request.url.path, names=names, pinned=pinned, on_sheets=on_sheets)

    def page() -> EvaluationPage:
        files = downloads(f"{request.url.path}/download", KINDS)
        return evaluation_page(result, caption=_caption(result), crumbs=(parent,), files=files, look=look)

    key = (result.tender.digest, result.version.sha256, look.bidder, on_sheets)
    return render_kept(request, "tenders/evaluation.html", key=key, make=page)


def _caption(result: Result) -> str:
    return f"Compare bids, contract value {money_short(result.tender.contract_value)}"


def _result_file(result: Result, *, kind: str, name: str) -> Response:
    if kind == JSON:
        return attachment(reports.answer_bytes(result), kind=kind, name=name, title=name)
    if kind not in {CSV, XLSX}:
        raise NotFoundError(what="download", name=kind, do="Choose one of the files that the page offers.")
    sheets = reports.evaluation_sheets(result)
    return attachment(sheets[:1] if kind == CSV else sheets, kind=kind, name=name, title=result.tender.title)


def _can_be_mended(data: bytes) -> bool:
    return len(data) <= 100_000 and b"\0" not in data
