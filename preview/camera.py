"""The slow camera move of an animatic, chosen from the words of the prompt."""

from __future__ import annotations

import math
import re
from enum import Enum

from storyboard.board import View

REACH_A_SECOND, FARTHEST = 0.02, 0.14  # of the width: a move takes its time and stays small


class Move(Enum):
    PUSH_IN = "push in"
    PULL_OUT = "pull out"
    PAN_LEFT = "pan left"
    PAN_RIGHT = "pan right"
    TILT_UP = "tilt up"
    TILT_DOWN = "tilt down"
    ORBIT = "orbit"
    STILL = "still"


_EN = r"(?:\s+(?:slowly|gently|slightly|smoothly|steadily|gradually|to|towards?|the))*\s+"  # between verb and way
_ZH = "(?:缓缓|缓慢|慢慢|缓慢地|轻轻|逐渐)?"
_ZOOM = r"\b(?:(?:push|dolly|zoom|track)(?:es|s|ies|ing|ming)?|camera\s+(?:moves|moving|glides|drifts|creeps))"
_PULL = r"\b(?:(?:pull|dolly|zoom|track)(?:es|s|ies|ing|ming)?|camera\s+(?:moves|moving|glides|drifts|retreats))"
_PAN = r"\b(?:pan(?:s|ned|ning)?|truck(?:s|ing)|camera\s+(?:moves|moving|slides|sliding|glides|drifts))"
_TILT = r"\b(?:(?:tilt|pedestal|crane)(?:s|ed|ing)?|camera\s+(?:moves|moving|rises|cranes|lowers))"
_WORDS = {
    Move.PUSH_IN: [
        rf"{_ZOOM}{_EN}(?:in|inwards?|closer|forwards?)\b|\b(?:push|dolly|zoom)-in\b",
        f"镜头{_ZH}(?:向前|前移|推)|推近|推进|推镜|拉近",
    ],
    Move.PULL_OUT: [
        rf"{_PULL}{_EN}(?:out|outwards?|away|back|backwards?)\b|\b(?:pull|dolly|zoom)-(?:out|back)\b",
        f"镜头{_ZH}(?:向后|后移|后退|拉(?!近))|拉远|拉镜",
    ],
    Move.PAN_LEFT: [rf"{_PAN}{_EN}left\b", f"向左{_ZH}(?:摇|移|平移|横移)|左摇|左移|镜头{_ZH}向左"],
    Move.PAN_RIGHT: [rf"{_PAN}{_EN}right\b", f"向右{_ZH}(?:摇|移|平移|横移)|右摇|右移|镜头{_ZH}向右"],
    Move.TILT_UP: [rf"{_TILT}{_EN}up(?:wards?)?\b", f"镜头{_ZH}(?:向上|上移|上升|上仰|升起)|上摇"],
    Move.TILT_DOWN: [rf"{_TILT}{_EN}down(?:wards?)?\b", f"镜头{_ZH}(?:向下|下移|下降|俯下|降下)|下摇"],
    Move.ORBIT: [
        r"\borbit(?:s|ing|al)?\b|\barc\s+shot\b|\bcamera\s+(?:arcs|circles|circling|revolves)\b",
        f"镜头{_ZH}围?(?:绕|旋转)|环绕|环拍|绕拍",
    ],
    Move.STILL: [
        r"\b(?:static|locked(?:[-\s]off)?|fixed|stationary)\s+(?:camera|shot|frame)\b",
        r"\bcamera\s+(?:is|stays|remains|holds)\s+(?:static|still|fixed|locked)\b",
        "固定镜头|固定机位|镜头固定|镜头静止|静止镜头",
    ],
}
_PATTERNS = {move: re.compile("|".join(words), re.IGNORECASE) for move, words in _WORDS.items()}


def move_of(prompt: str) -> Move:
    """The move that the prompt names first; a slow push in where it names none."""
    found = {move: match.start() for move, words in _PATTERNS.items() if (match := words.search(prompt))}
    return min(found, key=lambda move: found[move], default=Move.PUSH_IN)


def view(move: Move, moment: float, seconds: float) -> View:
    """The view at ``moment`` (0 to 1) of a move that lasts ``seconds``. It always lies inside the frame."""
    reach = min(FARTHEST, REACH_A_SECOND * seconds)
    eased = moment * moment * (3 - 2 * moment)
    if move is Move.STILL:
        return View(0, 0, 1)
    if move in (Move.PUSH_IN, Move.PULL_OUT):
        zoom = reach * (eased if move is Move.PUSH_IN else 1 - eased)
        return View(zoom / 2, zoom / 2, 1 - zoom)
    return View(*_corner(move, eased, reach), 1 - reach)


def _corner(move: Move, eased: float, reach: float) -> tuple[float, float]:
    there, back = reach * eased, reach * (1 - eased)
    if move is Move.ORBIT:
        angle = (eased - 0.5) * math.pi
        return reach / 2 * (1 + math.sin(angle)), reach / 2 * math.cos(angle)
    corners = {
        Move.PAN_LEFT: (back, reach / 2),
        Move.PAN_RIGHT: (there, reach / 2),
        Move.TILT_UP: (reach / 2, back),
        Move.TILT_DOWN: (reach / 2, there),
    }
    return corners[move]
