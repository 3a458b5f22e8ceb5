"""Who may use which route: one table, compared with the application both ways by a test."""

from dataclasses import dataclass
from enum import StrEnum


class Audience(StrEnum):
    """Who is let in."""

    EVERYBODY = "everybody, without signing in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One route: its method and path, who may use it, and whether it changes anything that is stored."""

    method: str
    path: str
    audience: Audience
    changes: bool = False


def _reads(*paths: str) -> tuple[Rule, ...]:
    return tuple(Rule(method="GET", path=path, audience=Audience.EVERYBODY) for path in paths)


ACCESS: tuple[Rule, ...] = (
    *_reads(
        "/",
        "/frameworks",
        "/frameworks/download.{kind}",
        "/frameworks/{set_id}",
        "/frameworks/{set_id}/compare",
        "/frameworks/{set_id}/compare/download.{kind}",
        "/frameworks/{set_id}/{version}",
        "/frameworks/{set_id}/{version}/download.{kind}",
        "/frameworks/{set_id}/{version}/measures/{ref}",
        "/score",
        "/score/example",
        "/score/example/download.{kind}",
        "/tenders",
        "/tenders/download.{kind}",
        "/tenders/{key}",
        "/tenders/{key}/download.{kind}",
        # The lines of the record are for auditors and administrators alone, once people sign in.
        "/audit",
        "/audit/download.{kind}",
        "/audit/sample",
        "/audit/sample/pack.zip",
        "/audit/{object_kind}/{object_id:path}",
        "/help",
        "/help/glossary",
        "/help/scoring",
        "/help/measures",
        "/help/data",
        "/accessibility",
        "/privacy",
        "/access",
        "/health",
        "/api/docs",
        "/api/openapi.json",
        "/api/v1/audit",
        "/api/v1/audit/{object_kind}/{object_id:path}",
        "/api/v1/frameworks",
        "/api/v1/frameworks/{set_id}/compare",
        "/api/v1/frameworks/{set_id}/{version}",
        "/api/v1/frameworks/{set_id}/{version}/measures/{ref}",
        "/api/v1/tenders",
        "/api/v1/tenders/{key}",
        "/static/{path}",
    ),
    # Scoring a file works on what is sent and stores nothing.
    Rule(method="POST", path="/score", audience=Audience.EVERYBODY),
    Rule(method="POST", path="/score/download.{kind}", audience=Audience.EVERYBODY),
    Rule(method="POST", path="/api/v1/score", audience=Audience.EVERYBODY),
)
