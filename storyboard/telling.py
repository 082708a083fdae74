"""A scene told in plain sentences, English or Chinese: what a text without a model may say of a frame drawn from it.

Every word stands for the same in the lexicon, so that the sentences beside the text they come from tell the same scene.
"""

from __future__ import annotations

from storyboard.scene import Scene

_PLACES = {
    "sea": ("the sea", "海上"),
    "beach": ("a sandy beach", "沙滩"),
    "lake": ("a lake", "湖边"),
    "mountains": ("mountains", "山间"),
    "field": ("an open field", "田野"),
    "desert": ("the desert", "沙漠"),
    "forest": ("a forest", "森林"),
    "village": ("a village", "乡村"),
    "sky": ("the sky", "天空"),
    "city": ("the city", "城市"),
    "street": ("a street", "街道"),
    "road": ("a road", "公路"),
    "station": ("a station", "车站"),
    "room": ("a room", "室内"),
    "space": ("outer space", "太空"),
    "underwater": ("an underwater world", "水下"),
}
_TIMES = {
    "day": ("by day", "白天"),
    "dawn": ("at dawn", "清晨"),
    "dusk": ("at dusk", "黄昏"),
    "night": ("at night", "夜晚"),
}
_TIMELESS = ("space", "underwater")
_WEATHERS = {
    "storm": ("a storm", "暴风"),
    "rain": ("rain", "雨"),
    "snow": ("snow", "雪"),
    "fog": ("fog", "雾"),
    "cloud": ("clouds", "云"),
    "wind": ("wind", "风"),
}
_SHOTS = {
    "close": ("A close-up", "特写"),
    "medium": ("A medium shot", "中景"),
    "wide": ("A wide shot", "全景"),
    "": ("A view", ""),
}
_LIGHTS = {
    "day": ("Clear, bright light from above", "光线明亮，从上方照下"),
    "dawn": ("Soft, pale pink and golden light, low from one side", "光线柔和，淡粉与金黄，从一侧低低照来"),
    "dusk": ("Warm, deep orange and violet light, low from one side", "光线温暖，橙紫相间，从一侧低低照来"),
    "night": ("Cool, dark blue light with bright accents", "光线清冷，深蓝底色中有亮处"),
}
_VEILED = ("Soft, even grey light", "光线柔和灰淡")
_DEEP = {
    "space": ("Hard light against deep black", "深黑之中光线硬朗"),
    "underwater": ("Soft blue-green light from above", "蓝绿色的光从上方透下"),
}
_FORMATS = {"landscape": ("landscape format", "横幅构图"), "portrait": ("portrait format", "竖幅构图")}
# What is heard in a place or a weather where the text tells of no sound.
_HEARD = {
    "storm": ("thunder", "雷声"),
    "rain": ("steady rain", "雨声"),
    "wind": ("gusts of wind", "风声"),
    "sea": ("waves", "海浪声"),
    "beach": ("waves on the shore", "海浪声"),
    "lake": ("lapping water", "水声"),
    "mountains": ("a light wind", "山风声"),
    "field": ("a light breeze", "微风声"),
    "desert": ("a dry wind", "风声"),
    "forest": ("leaves and distant birds", "树叶声和远处的鸟鸣声"),
    "village": ("a light breeze", "微风声"),
    "sky": ("the rush of the wind", "风声"),
    "city": ("the city far below", "远处的城市声"),
    "street": ("distant traffic", "远处的车声"),
    "road": ("an engine", "引擎声"),
    "station": ("a large hall", "大厅的回声"),
    "room": ("the room", "屋里的细微声响"),
    "space": ("a deep hum", "低沉的嗡嗡声"),
    "underwater": ("muffled water", "沉闷的水声"),
}


def view_of(scene: Scene, orientation: str, *, chinese: bool) -> str:
    """Shot, place, hour, weather and format in one sentence."""
    language = int(chinese)
    place, hour, shot = _PLACES[scene.place][language], _TIMES[scene.time][language], _SHOTS[scene.shot][language]
    weather = [words[language] for name, words in _WEATHERS.items() if name in scene.weather]
    form = _FORMATS[orientation][language]
    if scene.place in _TIMELESS and scene.time == "day":
        hour = ""
    if chinese:
        form = "，".join([*(["黑白"] if scene.monochrome else []), *([shot] if shot else []), form])
        told = "".join(f"，有{word}" for word in weather[:1]) + "".join(f"和{word}" for word in weather[1:])
        return f"{f'{hour}的' if hour else ''}{place}{told}，{form}。"
    told = f" with {_listed(weather)}" if weather else ""
    style = ", black and white" if scene.monochrome else ""
    return f"{shot} of {place}{f' {hour}' if hour else ''}{told}{style}, {form}."


def elements_of(scene: Scene, orientation: str, *, chinese: bool) -> str:
    """What can be said of the drawn frame: its view, its light, and that it is a drawing."""
    language = int(chinese)
    veiled = scene.weather & {"storm", "rain", "fog", "snow"} and scene.time in ("day", "dawn")
    light = (_VEILED if veiled else _DEEP.get(scene.place) or _LIGHTS[scene.time])[language]
    return f"{view_of(scene, orientation, chinese=chinese)}{'' if chinese else ' '}{light}{'。' if chinese else '.'}"


def ambience_of(scene: Scene, *, chinese: bool) -> str:
    """One sentence about what is heard there."""
    names = [*(name for name in ("storm", "rain", "wind") if name in scene.weather), scene.place]
    heard = list(dict.fromkeys(_HEARD[name][int(chinese)] for name in names))
    if chinese:
        return f"能听到{'和'.join(heard)}。"
    return f"The sound of {_listed(heard)} is close and clear."


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
