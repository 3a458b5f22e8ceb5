"""The application as the guards see it: every page there is."""

import pytest
from starlette.testclient import TestClient

from tests.guards.crawl import Site, crawl
from tests.web.conftest import bidding, client, demo, empty, inside, inside_app, make_client

__all__ = ["bidding", "client", "demo", "empty", "inside", "inside_app", "make_client"]


@pytest.fixture(scope="session")
def site(client: TestClient) -> Site:
    """Every address that a person reaches by links from the first page, with its answer."""
    return crawl(client)


@pytest.fixture(scope="session")
def site_inside(inside: TestClient) -> Site:
    """What only somebody who is signed in reaches; pages for everybody are asked, and not followed further."""
    own = ("/people", "/account", "/messages", "/personal-links", "/organisation", "/policy")
    tenders = ("/tenders/portfolio", "/tenders/1/report", "/tenders/1/evaluation", "/contracts")
    return crawl(
        inside,
        starts=(*own[:2], *tenders, "/audit/sample", "/audit/version/open-toms@2021.1"),
        followed=(*own, *tenders, "/audit"),
    )


@pytest.fixture(params=["site", "site_inside"])
def each_site(request: pytest.FixtureRequest) -> Site:
    """What everybody reaches, and what an administrator does."""
    return request.getfixturevalue(request.param)
