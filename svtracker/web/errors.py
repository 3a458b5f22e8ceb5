"""Every error as an answer for the person who meets it: what, where, why, what to do; never a traceback."""

import logging
import re
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from svtracker.frameworks import service as frameworks
from svtracker.identity.rules.links import Task
from svtracker.kernel.exceptions import (
    DatabaseBusyError,
    DatabaseNotReadyError,
    DatabaseUnavailableError,
    NotFoundError,
    RefusedError,
    SvtrackerError,
    TooManyEventsError,
)
from svtracker.kernel.problems import Problem
from svtracker.settings import Settings
from svtracker.web.access import RULES
from svtracker.web.guard import FormNotOwnError, RoleMissingError, SignInNeededError
from svtracker.web.logs import route_of
from svtracker.web.pages.frame import Page, render
from svtracker.web.pages.tenders import score_page
from svtracker.web.security import HEADERS

log = logging.getLogger(__name__)

NOTHING_CHANGED = "Nothing was changed."


@dataclass(frozen=True, kw_only=True)
class ErrorPage(Page):
    """A page that says what went wrong and what to do."""

    status: int
    what: str
    why: str
    do: str


def install(app: FastAPI) -> None:
    """Give every error its answer."""
    app.add_exception_handler(SvtrackerError, _own)
    app.add_exception_handler(SignInNeededError, _sign_in_needed)
    app.add_exception_handler(RoleMissingError, _role_missing)
    app.add_exception_handler(FormNotOwnError, _form_not_own)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _unexpected)


def answer(request: Request, *, status: int, title: str, what: str, why: str, do: str) -> Response:
    """The error as a page, or as JSON under /api/."""
    if request.url.path.startswith("/api/"):
        return JSONResponse({"error": {"what": what, "why": why, "do": do}}, status_code=status)
    page = ErrorPage(title=title, status=status, what=what, why=why, do=do)
    return render(request, "errors/error.html", page, status=status)


# An archive of an e-tendering portal holds the workbooks of many bidders.
MANY_WORKBOOKS = re.compile(r"/tenders/[0-9]+/bids/upload", re.ASCII)
AS_MANY = 10


def largest_body(settings: Settings, path: str) -> int:
    """How many bytes a request to that address may bring."""
    return settings.max_upload_bytes * (AS_MANY if MANY_WORKBOOKS.fullmatch(path) else 1)


def too_large(request: Request) -> Response:
    """The answer to a request that is larger than this installation takes; at the form's field where there is one."""
    limit = largest_body(request.app.state.settings, request.url.path)
    what = f"The file is larger than {limit // (1024 * 1024)} MB, so it was not read."
    if request.url.path == "/score":
        with request.app.state.database.reading() as session:
            page = score_page(versions=[one.name for one in frameworks.list_versions(session)], error=what)
        return render(request, "tenders/score.html", page, status=413)
    return answer(
        request,
        status=413,
        title="The file is too large",
        what=what,
        why="What is asked for here is smaller; the limit protects everybody who uses this service.",
        do="Send a smaller file.",
    )


def problem_json(problem: Problem) -> dict[str, object]:
    """A problem of a file as JSON."""
    return {
        "file": problem.file,
        "path": problem.path,
        "line": problem.line,
        "seen": problem.seen,
        "wanted": problem.wanted,
    }


def _own(request: Request, error: Exception) -> Response:
    match error:
        case NotFoundError():
            return _not_found(request, what=f"There is no {error.what} “{error.name}”.", do=error.do)
        case RefusedError():
            if request.url.path.startswith("/api/"):
                problems = [problem_json(problem) for problem in error.problems]
                return JSONResponse({"problems": problems}, status_code=422)
            return answer(
                request,
                status=422,
                title="The file cannot be used",
                what=str(error),
                why="Nothing is used of a file that has a fault.",
                do="Put right what is listed and send the file again.",
            )
        case TooManyEventsError():
            return answer(
                request,
                status=422,
                title="Too much for one file",
                what=f"More than {error.limit:,} events fit, too many for one file, so none was made.",
                why="Nobody reads so many lines, and everybody else would wait for them.",
                do="Go back, choose fewer days, and take one part after the other.",
            )
        case DatabaseBusyError() | DatabaseNotReadyError() | DatabaseUnavailableError():
            # Where the database is stays out of the answer; the log says it.
            log.error("the database cannot be used", exc_info=error)
            response = answer(
                request,
                status=503,
                title="The service cannot answer just now",
                what="The database does not answer, or is not brought up to date.",
                why=NOTHING_CHANGED,
                do="Try again in a minute. If it goes on, report the problem; whoever runs the service finds why in "
                "its log and at /health.",
            )
            response.headers["Retry-After"] = "60"
            return response
        case _:
            return answer(
                request,
                status=409,
                title="This cannot be done",
                what=str(error),
                why=NOTHING_CHANGED,
                do="Do as the message says, or report the problem.",
            )


def _sign_in_needed(request: Request, _: Exception) -> Response:
    rule = RULES.get((request.method, route_of(request.scope)))
    if rule is not None and isinstance(rule.who, Task):
        return answer(
            request,
            status=401,
            title="Open your link again",
            what="Nobody has come in by a personal link here, or the visit has ended: it does when nobody presses "
            "anything for an hour.",
            why=f"This is for {rule.who_words}. {NOTHING_CHANGED}",
            do="Open the link in your mail and press Begin: what you saved is there. What you typed after that is "
            "still on the page before; copy it over.",
        )
    if request.method == "GET" and not request.url.path.startswith("/api/"):
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/sign-in?{urlencode({'next': wanted})}", status_code=303)
    return answer(
        request,
        status=401,
        title="Sign in first",
        what="Nobody is signed in, or the session has ended.",
        why=f"This is not for everybody. {NOTHING_CHANGED}",
        do="Sign in, and send it again. What you typed is still there when you go back in your browser.",
    )


def _role_missing(request: Request, error: Exception) -> Response:
    who = error.who if isinstance(error, RoleMissingError) else ""
    by_link = isinstance(error, RoleMissingError) and error.by_link
    return answer(
        request,
        status=403,
        title="This is not for your role",
        what="You are signed in, but your role does not reach this.",
        why=f"It is for: {who}. {NOTHING_CHANGED}",
        do="You came by a personal link, which opens one task. Go back to it in the menu."
        if by_link
        else "Ask an administrator of your organisation for the role, or go back.",
    )


def _form_not_own(request: Request, _: Exception) -> Response:
    return answer(
        request,
        status=403,
        title="The form was not taken",
        what="The form does not belong to your present session.",
        why=f"It was opened before you signed in, or another website sent it. {NOTHING_CHANGED}",
        do="Go back, load the page again, and send it once more.",
    )


def _not_found(request: Request, *, what: str, do: str) -> Response:
    return answer(
        request,
        status=404,
        title="Page not found",
        what=what,
        why="The address may have been typed wrongly or copied in part, or what it showed is no longer here.",
        do=do,
    )


def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == HTTPStatus.NOT_FOUND:
        return _not_found(request, what="There is no page at this address.", do="Start again from the home page.")
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return too_large(request)
    phrase = HTTPStatus(status).phrase
    response = answer(
        request,
        status=status,
        title="This cannot be done",
        what=f"The request was refused: {phrase.lower()}.",
        why=f"It asked for something that this address does not do. {NOTHING_CHANGED}",
        do="Start again from the home page.",
    )
    if isinstance(error, HTTPException) and error.headers:
        response.headers.update(error.headers)
    return response


def _invalid(request: Request, error: Exception) -> Response:
    misfits = error.errors() if isinstance(error, RequestValidationError) else []
    where = ", ".join(sorted({str(misfit["loc"][-1]) for misfit in misfits}))
    return answer(
        request,
        status=422,
        title="Something in the address or form does not fit",
        what=f"This does not fit: {where}." if where else "The request does not fit.",
        why=f"It has a value that is not known here. {NOTHING_CHANGED}",
        do="Go back, choose from what the page offers, and try again.",
    )


def _unexpected(request: Request, error: Exception) -> Response:
    # The route only: an address may hold a name, and what was sent a bidder's figures.
    log.error("unexpected error at %s %s", request.method, route_of(request.scope), exc_info=error)
    response = answer(
        request,
        status=500,
        title="Sorry, there is a problem with the service",
        what="Something failed that should not have.",
        why=NOTHING_CHANGED,
        do="Try again in a moment. If it happens again, report the problem and say what you did.",
    )
    # This answer is made outside every middleware of ours.
    response.headers.update(HEADERS)
    return response
