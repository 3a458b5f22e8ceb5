"""Bidders' workbooks on the page of bids: out, checked only, taken in, refused whole."""

import re
from typing import Any

from starlette.testclient import TestClient

from svtracker.identity.rules.roles import Role
from svtracker.tenders.service import setup
from tests.tenders.test_stored_workbooks import content, filled
from tests.web.council import Council
from tests.web.test_tender_bids import Place


def test_on_the_page(council_on_sqlite: Council) -> None:
    place = Place(council_on_sqlite)
    officer = place.browser
    answer = officer.get(f"{place.base}/workbook.xlsx")
    assert (answer.status_code, answer.content[:2]) == (200, b"PK")
    with council_on_sqlite.database.reading() as session:
        tender = setup.get_tender(session, place.number, organisation_id=council_on_sqlite.organisation_id)
        name = "north-vale Council"
    data = filled(council_on_sqlite, tender, content(0), name)
    client: TestClient = officer.client
    token = re.search('name="form_token" value="([^"]+)"', officer.get(f"{place.base}/bids").text)
    assert token is not None

    def send(*files: tuple[str, bytes], **fields: str) -> Any:
        return client.post(
            f"{place.base}/bids/upload",
            files=[("files", one) for one in files],
            data={"form_token": token[1], **fields},
        )

    assert "1 workbook can be taken in." in send(("a.xlsx", data), check="yes").text
    wrong = send(("a.xlsx", data), ("b.xlsx", b"no workbook"))
    assert wrong.status_code == 422
    assert "No bid was taken in: 1 thing to put right." in wrong.text
    assert "0 bids received." in officer.get(f"{place.base}/bids").text
    assert send(("a.xlsx", data)).status_code == 303
    assert "1 bid received." in officer.get(f"{place.base}/bids").text
    assert client.post(f"{place.base}/bids/upload", data={"form_token": token[1]}).status_code == 422
    auditor = council_on_sqlite.signed_in(council_on_sqlite.add("Ash Grey", Role.AUDITOR))
    assert auditor.get(f"{place.base}/workbook.xlsx").status_code == 403
