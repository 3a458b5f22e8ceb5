"""The JSON interface described on a page, from its OpenAPI document."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from svtracker.web.pages.frame import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing that a program can ask for."""

    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[str, ...]
    answers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class ApiPage(Page):
    """All operations."""

    operations: tuple[Operation, ...]


def api_page(openapi: Mapping[str, Any]) -> ApiPage:
    """Every operation of the OpenAPI document, in its order."""
    operations = tuple(
        Operation(
            method=method.upper(),
            path=path,
            summary=operation.get("summary", ""),
            description=operation.get("description", ""),
            parameters=tuple(parameter["name"] for parameter in operation.get("parameters", [])),
            answers=tuple((status, said.get("description", "")) for status, said in operation["responses"].items()),
        )
        for path, methods in openapi["paths"].items()
        for method, operation in methods.items()
    )
    return ApiPage(
        title="Open data and API",
        crumbs=(("Help", "/help"),),
        answer="Other programs get the same figures as these pages, as JSON, without signing in.",
        operations=operations,
    )
