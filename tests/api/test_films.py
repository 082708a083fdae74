"""``/api/v1/films``: revisions, changes of two at once, shots and what makes them."""

from __future__ import annotations

import base64
from typing import Any

from tests.api.conftest import ANN, BOB, Api
from tests.jobs.film_takes import all_takes
from tests.pictures import gradient
from tests.ui.film.test_takes import SMALL
from tests.waiting import until

FILMS = "/api/v1/films"
FILM: dict[str, Any] = {
    "schema": 1,
    "id": "harbour",
    "title": "Harbour",
    "scenes": [{"id": "s1", "shots": [{"id": "a", "action": "Boats."}, {"id": "b", "action": "Gulls."}]}],
}


def test_a_film_is_recorded_read_and_changed(api: Api) -> None:
    ann = api.client(ANN)
    made = ann.post(FILMS, json=FILM)
    assert (made.status_code, made.json()["revision"], made.headers["etag"]) == (201, 1, '"1"'), made.text
    assert ann.post(FILMS, json=FILM).json()["code"] == "film_exists"
    read = ann.get(f"{FILMS}/harbour")
    changed = {**read.json(), "title": "Port"}
    assert ann.put(f"{FILMS}/harbour", json=changed).json()["code"] == "match_missing"
    tag = {"If-Match": read.headers["etag"]}
    assert ann.put(f"{FILMS}/harbour", json=changed, headers=tag).json()["revision"] == 2
    late = ann.put(f"{FILMS}/harbour", json=FILM, headers=tag)
    assert (late.status_code, late.json()["code"]) == (412, "film_changed")
    assert ann.get(f"{FILMS}/harbour", params={"revision": 1}).json()["title"] == "Harbour"
    assert [one["revision"] for one in ann.get(f"{FILMS}/harbour/revisions").json()["revisions"]] == [2, 1]
    (entry,) = ann.get(FILMS).json()["films"]
    assert (entry["title"], entry["shots"], entry["takes"]) == ("Port", 2, 0)


def test_pages_neither_skip_nor_repeat_while_films_come_and_go(api: Api) -> None:
    ann = api.client(ANN)
    for n in range(5):
        ann.post(FILMS, json=FILM | {"id": f"film-{n}"})
    first = ann.get(FILMS, params={"limit": 2}).json()
    assert [one["id"] for one in first["films"]] == ["film-4", "film-3"]
    ann.post(FILMS, json=FILM | {"id": "newer"})
    for gone in ("film-4", "film-3"):
        assert ann.delete(f"{FILMS}/{gone}").status_code == 204
    second = ann.get(FILMS, params={"limit": 2, "cursor": first["next"]}).json()
    assert [one["id"] for one in second["films"]] == ["film-2", "film-1"]
    third = ann.get(FILMS, params={"cursor": second["next"]}).json()
    assert ([one["id"] for one in third["films"]], third["next"]) == (["film-0"], None)
    for other in ("20", "x", "å", first["next"] + "A"):
        refused = ann.get(FILMS, params={"cursor": other})
        assert (refused.status_code, refused.json()["code"]) == (422, "field_unfit"), other


def test_frames_and_takes_are_ordered(api: Api) -> None:
    ann = api.client(ANN)
    ann.post(FILMS, json=FILM)
    ordered = ann.post(f"{FILMS}/harbour/frames", json={"only": ["a"]}).json()["jobs"]
    assert len(ordered) == 1
    assert ann.post(f"{FILMS}/harbour/frames", json={"only": ["a"]}).json()["jobs"] == ordered
    assert len(ann.post(f"{FILMS}/harbour/render", json={}).json()["jobs"]) == 2
    shots = ann.get(f"{FILMS}/harbour/shots").json()["shots"]
    assert [one["jobs"][0]["id"] for one in shots][:1] == ordered
    assert api.client(ANN, "read", "create").post(f"{FILMS}/harbour/render", json={}).status_code == 403


def test_a_film_is_joined_and_fetched(api: Api) -> None:
    service = api.service.of(ANN)
    service.films.save(SMALL)
    ann, bob, film = api.client(ANN), api.client(BOB), f"{FILMS}/{SMALL.id}"
    early = ann.post(f"{film}/join")
    assert (early.status_code, early.json()["code"]) == (409, "film_incomplete")
    assert [ann.get(f"{film}/join").json()[name] for name in ("state", "missing")] == ["none", [1, 2, 3]]
    all_takes(service, api.store, SMALL)
    assert ann.get(f"{film}/video").json()["code"] == "file_missing"
    assert ann.post(f"{film}/join", headers={"If-Match": '"7"'}).json()["code"] == "film_changed"
    begun = ann.post(f"{film}/join", headers={"If-Match": '"1"'})
    assert begun.status_code == 202, begun.text
    until(lambda: ann.get(f"{film}/join").json()["state"] != "joining", every=0.02)
    joined = ann.get(f"{film}/join").json()
    assert (joined["state"], joined["url"]) == ("joined", f"{film}/video"), joined
    assert joined["notes"]
    assert "全片" in ann.get(f"{film}/join", headers={"Accept-Language": "zh-CN"}).json()["notes"][0]
    whole, part = ann.get(joined["url"]), ann.get(joined["url"], headers={"Range": "bytes=4-7"})
    assert (whole.headers["content-type"], len(whole.content)) == ("video/mp4", joined["bytes"])
    assert (part.status_code, part.content) == (206, b"ftyp")
    again = ann.post(f"{film}/join")
    assert (again.status_code, again.json()["state"]) == (200, "joined")
    assert {bob.get(f"{film}/video").status_code, bob.post(f"{film}/join").status_code} == {404}
    assert (bob.delete(film).status_code, api.client(ANN, "read").delete(film).status_code) == (404, 403)
    assert ann.delete(film, headers={"If-Match": '"7"'}).json()["code"] == "film_changed"
    assert [ann.delete(film).status_code, ann.delete(film).status_code, ann.get(film).status_code] == [204, 404, 404]


def test_films_of_others_are_not_there(api: Api) -> None:
    api.client(ANN).post(FILMS, json=FILM)
    bob = api.client(BOB)
    assert bob.get(FILMS).json()["films"] == []
    for path in ("", "/shots", "/revisions"):
        assert bob.get(f"{FILMS}/harbour{path}").json()["code"] == "unknown_film"
    assert bob.put(f"{FILMS}/harbour", json=FILM, headers={"If-Match": "*"}).status_code == 404
    assert bob.post(FILMS, json=FILM).status_code == 201  # of the same name, and another one


def test_pictures_are_kept_by_their_digest(api: Api) -> None:
    ann = api.client(ANN)
    data = "data:image/png;base64," + base64.b64encode(gradient(64, 64)).decode()
    made = ann.post(f"{FILMS}/pictures", json={"picture": data})
    assert (made.status_code, len(made.json()["sha256"])) == (201, 64)
    assert ann.post(f"{FILMS}/pictures", json={"picture": ""}).status_code == 422


def test_a_film_that_cannot_be_is_refused(api: Api) -> None:
    ann = api.client(ANN)
    for wrong in ({**FILM, "id": "No Id"}, {**FILM, "nonsense": 1}, {**FILM, "scenes": [{"id": "s1", "place": "x"}]}):
        answer = ann.post(FILMS, json=wrong)
        assert (answer.status_code, answer.json()["code"]) == (422, "input_error")
    assert ann.put(f"{FILMS}/other", json=FILM, headers={"If-Match": "*"}).status_code == 422
