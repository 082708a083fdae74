"""The words that the check of a description looks for, English and Chinese, as patterns."""

from __future__ import annotations

import re

from core.messages import gettext_noop


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


# ---- sound -----------------------------------------------------------------------------------------------
SOUND = _any(
    r"\b(?:audio|sounds?|sounding|soundscape|soundtrack|hear|hears|heard|audible|ambien(?:t|ce)|acoustics?|nois(?:e|es|y)|"
    r"echo(?:es|ing)?|hum(?:s|ming)?|hiss\w*|rustl\w+|thud\w*|thump\w*|creak\w*|patter\w*|crackl\w+|crunch\w*|clatter\w*|"
    r"clink\w*|clack\w*|clang\w*|click\w*|tick(?:s|ing)?|chirp\w*|birdsong|bark(?:s|ing)|meow\w*|purr\w*|growl\w*|roar\w*|"
    r"rumbl\w+|buzz\w*|whir\w*|whoosh\w*|swish\w*|splash\w*|drip\w*|gurgl\w+|lapping|sizzl\w+|squeak\w*|squeal\w*|"
    r"screech\w*|scrap(?:es|ing)|jingl\w+|chim(?:e|es|ing)|rings?|ringing|honk\w*|sirens?|footsteps?|applause|cheer(?:s|ing)|"
    r"laughter|murmur\w*|chatter|music\w*|melod\w+|songs?|drum(?:s|beat|ming)|quiet|silence|hush\w*|tones?)\b",
    "[声响音噪]",
)
SOUND_OPENING = _any(
    r"^(?:(?:the|an?|all|only|faint|soft|gentle|natural|in|background) )*"
    r"(?:audio|soundscape|soundtrack|sounds?|ambien(?:t|ce)|background noise|room tone)\b",
    "^(?:背景|环境|远处|耳边)?(?:的)?(?:声|音)|^(?:我们)?(?:能|可以|只)?听(?:到|得到|见)|^(?:远处|耳边)?传来|^伴随",
)
VOICE = _any(
    r"\b(?:voices?|voice-?overs?|vocals?|says?|said|saying|speaks?|speaking|spoken|speech|talks?|talking|dialogue|"
    r"conversations?|narrat\w+|shout(?:s|ing)?|yell(?:s|ing)?|sings?|singing|lyrics|words)\b"
)
MUSIC = _any(
    r"\b(?:music|musical|melod(?:y|ies|ic)|songs?|orchestral?|sings?|singing|lyrics|guitar|piano|violin|cello|flute|"
    r"drumbeats?|jazz|symphony|synth\w*|lullaby|tune)\b"
)
SINGING = _any(r"\b(?:sings?|singing|sang|song|songs|lyrics|choir)\b", "唱|歌")
MUSIC_ASKED = _any(
    MUSIC.pattern,
    r"\b(?:soundtrack|bgm|band|concert|danc\w+|drum\w*|choir|rap|beat|instrument\w*|hum(?:s|ming)?)\b",
    "音乐|歌|唱|曲|旋律|琴|吉他|鼓|笛|箫|配乐|乐队|乐器|演奏|合唱|舞|唢呐|琵琶|二胡",
)
BIRDS_SING = _any(r"\bbirds?\b(?: \w+){0,2} (?:sing|sings|singing)\b", r"\bbird ?songs?\b", r"\bsong ?birds?\b")

# ---- picture ---------------------------------------------------------------------------------------------
STILLNESS = _any(
    r"\b(?<!radio )(?<!crackling )(?<!faint )static\b(?! (?:hiss|crackle|noise|electric))",
    r"\b(?:motionless|stationary|immobile|unmoving|stillness|standstill|locked[- ]off|frozen (?:in|mid|still|solid)\b|"
    r"freez(?:es?|ing) (?:in place|mid))",
    r"\b(?:remain|stay|stand|sit|lie|hold|keep|hang)(?:s|ing)? (?:\w+ )?still\b",
    r"\b(?:perfectly|completely|totally|utterly|entirely|absolutely) still\b",
    r"\bstill (?:camera|frame|image|shot|picture)\b",
    "静止|静态|一动不动|纹丝不动|定格",
)
CAMERA_ASKED = _any(
    r"\b(?:camera|zoom\w*|panning|pans? (?:left|right|across|up|down|over|to)|tilt(?:s|ing)? (?:up|down)|doll(?:y|ies)|"
    r"push(?:es)?[- ]in|pull(?:s)?[- ](?:back|out)|orbit\w*|tracking|aerial|drone|crane|handheld|fly-?through|pov)\b",
    "镜头|运镜|推近|推进|拉远|拉近|横移|跟拍|环绕|航拍|变焦|摇摄|俯冲|手持",
)
CUT = _any(
    r"\b(?:view|shot|scene|camera|video|clip|image|picture)\s+(?:then\s+)?"
    r"(?:cuts?|switches|jumps|transitions|dissolves|fades|changes)\b",
    r"\bcuts? to (?:a|an|the|another)\b|\b(?:smash|hard|jump|match) cut\b|\bcross-?fades?\b|\bmontage\b",
)
CUT_ASKED = _any(
    r"\b(?:cuts?|transitions?|dissolv\w+|scenes|shots|montage|switch\w*|fades?)\b",
    "切|转场|分镜|镜头|蒙太奇|画面转|然后画面",
)
STYLES = {
    gettext_noop("photographic"): _any(
        r"\b(?:photo-?realistic|live[- ]action|photographic|photography|documentary[- ]style)\b"
    ),
    gettext_noop("anime"): _any(r"\b(?:anime|manga)\b"),
    gettext_noop("cartoon"): _any(r"\b(?:cartoon\w*|claymation|stop-motion)\b"),
    gettext_noop("painted"): _any(r"\b(?:watercolou?r|oil[- ]paint\w*|ink[- ]wash|painterly|gouache)\b"),
    gettext_noop("rendered"): _any(r"\b(?:3d[- ](?:render\w*|animat\w*)|cgi|computer-generated)\b"),
    gettext_noop("pixels"): _any(r"\bpixel art\b"),
}

CAPTIONS = _any(r"\b(?:subtitles?|subtitled|captions?|captioned)\b", "字幕")
NO_CAPTIONS = _any(
    r"\b(?:no|without|free of|remove|hide|avoid)(?: \w+)? (?:subtitles?|captions?)\b",
    "(?:无|没有|不要|不带|不加|去掉|不需要|去除)(?:任何)?字幕",
)

# ---- form ------------------------------------------------------------------------------------------------
TAG = _any(
    r"<\s*(?:/\s*)?[a-z_]\w*[^<>]{0,40}>",
    r"<\|[^<>|]{1,40}\|>",
    r"\[/?(?:inst|audio|sfx|music|sound|speech|dialogue|s|e)\]",
)
MARKDOWN = _any(r"(?:^|\s)#{1,6}\s", r"\*\*|__|`", r"(?:^|\s)[*•]\s", r"(?:^|[.:!?]\s)(?:\d{1,2}[.)]|-)\s")
LABEL = _any(
    r"(?:^|(?<=[.!?”] ))(?:(?:audio|sounds?|sound effects|sfx|ambience|music|dialogue|speech|visuals?|video|camera|"
    r"style|scene|setting|lighting|action|subject|subtitles?|description|prompt|opening)(?: \w+)?|"
    r"shot \d+|scene \d+)\s*:",
    "(?:音频|声音|音效|画面|镜头|对白|台词|风格|字幕)[:：]",
)
TIME_MARK = _any(
    r"\b(?:at|from|after|by|until|for|in) (?:the )?"
    r"(?:\d+(?:\.\d+)?|first|second|third|one|two|three|four|five|six|seven|eight)"
    r"(?:[- ](?:two|three|four|five|\d+))?[- ]seconds?\b",
    r"\b(?:[1-9]|1\d)(?:\.\d+)?\s?s\b(?!\w)",
    r"\b\d+(?:\.\d+)?\s*(?:-|–|to)\s*\d+(?:\.\d+)?\s*(?:s|secs?|seconds?)\b",
    r"\[\d{1,2}:\d{2}\b|\b\d{1,2}:\d{2}\s*[-–]\s*\d{1,2}:\d{2}\b|第[一二三四五六七八\d]+秒",
)
NEGATIVE = _any(
    r"\bno (?!longer|more|sooner|less|doubt|matter)[a-z]+(?: [a-z]+)?", r"\bwithout (?:any )?[a-z]+(?: [a-z]+)?"
)
PREAMBLE = _any(r"^(?:sure|certainly|of course|okay|here(?:'s|’s| is| are) (?:the|your|a|an|my)\b)")
SPEAKER_NUMBER = _any(r"\b(?:speaker|person|character|voice) (?:\d|[a-d]|one|two|three)\b")
HANDLE = re.compile(r"\b(?i:the|an?|one|another|this|that|other|his|her|their)\s+[a-z][\w-]+|(?<=[a-z,] )[A-Z][a-z]+")
NOT_A_HANDLE = _any(
    r"\b(?:the|an?|his|her|their)\s+(?:(?!says|asks|in\b)[\w,'’-]+\s+){0,3}(?:voice|tone|whisper|accent|breath)\b",
    r"\b(?:the|an?|his|her|their)\s+(?:camera|audio|same|words?|line|moment|beat)\b",
)

FUNCTION_WORDS = _any(r"^(?:the|an?|of|and|in|on|to|with|its|is|as|it|at|from|by|while|into|through|over|across)$")
OPENING_STOP = _any(
    r"^(?:with|from|that|this|into|over|under|while|their|there|these|those|then|than|across|through|visual|style|camera|"
    r"image|picture|frame|visible|description|information|elements|shot|which|where|have|been|about)$"
)
OTHER_SCRIPT = re.compile(
    "[\u0370-\u03ff\u0400-\u052f\u0590-\u05ff\u0600-\u06ff\u0900-\u0dff\u0e00-\u0e7f\u3040-\u30ff\uac00-\ud7af]"
)
NOT_LATIN = re.compile(r"[^\W\d_a-zA-Z\u00aa-\u024f\u1e00-\u1eff]")
LETTER = re.compile(r"[^\W\d_]")
