"""A small film of two people, two places and three shots, and ways to change it."""

from __future__ import annotations

from typing import Any

from film.document import Film

FILM = Film.model_validate(
    {
        "schema": 1,
        "id": "the-lamp",
        "title": "The Lamp",
        "style": "35 mm film, cold blue light, slow and quiet.",
        "cast": [
            {
                "id": "keeper",
                "name": "the old keeper",
                "look": "a man of seventy with a white beard",
                "clothes": "a grey wool coat",
                "voice": "A low, dry voice that takes its time.",
            },
            {"id": "mara", "name": "Mara", "look": "a young woman with wet black hair", "clothes": "a yellow oilskin"},
        ],
        "places": [
            {"id": "tower", "name": "the lantern room", "look": "A round room of brass and glass."},
            {"id": "rocks", "name": "the rocks below"},
        ],
        "scenes": [
            {
                "id": "night",
                "place": "tower",
                "time": "at night",
                "light": "The lamp glows from behind.",
                "shots": [
                    {
                        "id": "s1",
                        "action": "The old keeper trims the wick.",
                        "cast": ["keeper"],
                        "utterances": [
                            {"speaker": "keeper", "text": "The light must not go out.", "manner": "quietly"}
                        ],
                        "sound": "rain ticks on the panes",
                    },
                    {
                        "id": "s2",
                        "size": "close-up",
                        "camera": "push in",
                        "action": "Mara looks up.",
                        "cast": ["mara"],
                    },
                ],
            },
            {
                "id": "dawn",
                "place": "rocks",
                "time": "at dawn",
                "shots": [{"id": "s3", "size": "wide", "action": "A boat turns toward the harbour."}],
            },
        ],
    }
)


def changed(film: Film, changes: dict[str, Any]) -> dict[str, Any]:
    """The film as JSON with other values, such as ``{"scenes.0.light": "…"}``."""
    document = film.model_dump(mode="json", by_alias=True)
    for name, value in changes.items():
        place: Any = document
        *way, last = [int(part) if part.isdigit() else part for part in name.split(".")]
        for part in way:
            place = place[part]
        place[last] = value
    return document


def two_shots(join: dict[str, Any], frame: dict[str, Any], trim: dict[str, Any]) -> Film:
    """A film of two shots, of which the second is joined, begun and trimmed like this."""
    second = {"id": "s2", "join": join, "frame": frame, "trim": trim}
    return Film.model_validate({"id": "two", "scenes": [{"id": "a", "shots": [{"id": "s1"}, second]}]})
