"""The page to try the API at: of files of our own, which say nothing of anybody."""

from __future__ import annotations

import re

from tests.api.conftest import ANN, Api


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
    assert nobody.get("/api/docs/docs.html").status_code == 404  # a form with places for words
    assert nobody.get("/api/docs/..%2fapp.py").status_code == 404
    assert nobody.get("/api/docs/app.py").status_code == 404


def test_its_words_are_of_the_language_asked_for(api: Api) -> None:
    nobody = api.client(None)
    pages = [
        nobody.get("/api/docs", headers={"Accept-Language": "zh-CN,en;q=0.5"}),
        nobody.get("/api/docs", params={"lang": "zh_CN"}, headers={"Accept-Language": "en"}),
    ]
    for page in pages:
        assert 'lang="zh-CN"' in page.text
        assert "显示全部接口" in page.text
        assert "Show the addresses" not in page.text
    english = nobody.get("/api/docs", params={"lang": "<script>"})
    assert 'lang="en"' in english.text
    assert "Show the addresses" in english.text
    described = api.client(ANN).get("/api/v1/openapi.json", headers={"Accept-Language": "zh"}).json()
    assert "稳定" in described["info"]["description"]
