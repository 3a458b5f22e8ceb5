"""The application as the guards see it: every page there is."""

import pytest
from starlette.testclient import TestClient

from tests.guards.crawl import Site, crawl
from tests.web.conftest import client, demo, demo_url, empty, make_client

__all__ = ["client", "demo", "demo_url", "empty", "make_client"]


@pytest.fixture(scope="session")
def site(client: TestClient) -> Site:
    """Every address that a person reaches by links from the first page, with its answer."""
    return crawl(client)
