"""The page to try the API at: of files of our own, which say nothing of anybody."""

from __future__ import annotations

import re

from tests.api.conftest import Api


def test_the_page_is_made_of_our_own_files(api: Api) -> None:
    nobody = api.client(None)
    page = nobody.get("/api/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    linked = re.findall(r'(?:src|href)="([^"]*)"', page.text)
    assert sorted(linked) == ["docs/docs.css", "docs/docs.js"]
    for name in linked:
        file = nobody.get(f"/api/{name}")
        assert file.status_code == 200
        assert not re.search(r"https?://|innerHTML|localStorage", file.text)
    assert nobody.get("/api/docs/..%2fapp.py").status_code == 404
    assert nobody.get("/api/docs/app.py").status_code == 404
