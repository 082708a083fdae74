"""Which movements of the camera a text names: only words said of the camera count, not a cat that follows a ball."""

from __future__ import annotations

import re

from core.messages import gettext_noop
from description.text import sentences

_MANNER = r"(?:(?:then|now|\w+ly|is|begins?|starts?|continues?|to|and|in|a|slow|gentle|smooth)\s+){0,5}"
_VERBS = {
    "push": r"(?:push(?:es|ing)?|zoom(?:s|ing)?|dolly|dollies|dollying|mov(?:es|ing)|clos(?:es|ing)|creep(?:s|ing))"
    r"(?: \w+ly)? (?:in|closer|forward|towards?)\b",
    "pull": r"(?:pull(?:s|ing)?|zoom(?:s|ing)?|dolly|dollies|dollying|mov(?:es|ing))(?: \w+ly)? (?:back|out|away)\b",
    "pan": r"(?:pan(?:s|ning)?|sweep(?:s|ing)?|swings?|swivels?)\b",
    "tilt": r"tilt(?:s|ing)?\b",
    "track": r"(?:track(?:s|ing)?|follow(?:s|ing)?|truck(?:s|ing)?|trail(?:s|ing)?|glid(?:es|ing)|slid(?:es|ing)|"
    r"drift(?:s|ing)?)\b",
    "orbit": r"(?:orbit(?:s|ing)?|circl(?:es|ing)|arc(?:s|ing)?|revolv(?:es|ing)|rotat(?:es|ing))\b",
    "crane": r"(?:cran(?:es|ing)|ris(?:es|ing)|ascend(?:s|ing)?|descend(?:s|ing)?|lower(?:s|ing)?|lift(?:s|ing)?|"
    r"fl(?:ies|ying))\b",
    "shake": r"(?:shak(?:es|ing)|sway(?:s|ing)?|jolt(?:s|ing)?)\b",
}
_SUBJECT = re.compile(rf"\b(?:camera|lens|shot|view|viewpoint|framing|perspective|drone)\s+{_MANNER}", re.IGNORECASE)
_NEXT = re.compile(r"(?:\b(?:and|then|while|before)|,)\s+(?:(?:then|it|\w+ly)\s+)*", re.IGNORECASE)
_NOUNS = {
    gettext_noop("push"): r"\bpush-in|\bzoom-in|\bdolly-in",
    gettext_noop("pull"): r"\bpull-?(?:back|out)\b|\bzoom-out|\bdolly-out",
    gettext_noop("pan"): r"\bwhip pan|\b(?:slow|gentle|smooth|steady|quick|fast|subtle) (?:camera )?pan\b",
    gettext_noop("tilt"): r"\b(?:slow|gentle|smooth|steady|quick|fast|subtle) (?:camera )?tilt\b",
    gettext_noop("track"): r"\btracking shot|\bdolly shot|\bfollowing shot",
    gettext_noop("orbit"): r"\borbit(?:al|ing)? shot|\b(?:slow|gentle|smooth) orbit\b",
    gettext_noop("crane"): r"\bcrane shot|\bfly-?(?:over|through)",
    gettext_noop("shake"): r"\bhand-?held (?:camera|shot|movement|sway|shake)",
}


def camera_moves(text: str) -> set[str]:
    """The kinds of movement in a text without quotations: push, pull, pan, tilt, track, orbit, crane, shake."""
    moves = {kind for kind, pattern in _NOUNS.items() if re.search(pattern, text, re.IGNORECASE)}
    for sentence in sentences(text):
        for subject in _SUBJECT.finditer(sentence):
            moves |= _moves_from(sentence, subject.end())
    return moves


def _moves_from(sentence: str, start: int) -> set[str]:
    first = _move_at(sentence, start)
    following = [_move_at(sentence, then.end()) for then in _NEXT.finditer(sentence, start)] if first else []
    return {move for move in (first, *following) if move}


def _move_at(sentence: str, start: int) -> str | None:
    return next((kind for kind, pattern in _VERBS.items() if _matches(pattern, sentence, start)), None)


def _matches(pattern: str, sentence: str, start: int) -> bool:
    return bool(re.compile(pattern, re.IGNORECASE).match(sentence, start))
