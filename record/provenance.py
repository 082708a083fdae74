"""A video that explains itself: its run's document, its first frame and the label of AI content, inside the file.

The document is the one of ``job.json``. Neither holds a key, a path of this machine or an owner.
"""

from __future__ import annotations

import hashlib
import json
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import VideoUnplayable
from core.files import atomic_file
from core.messages import Fact, Message, gettext_noop, message
from record.folder import FIRST_FRAME, document_of

if TYPE_CHECKING:
    from media.tags import Film, Tags
    from record.folder import RunRecord

Json = dict[str, Any]

# IPTC NewsCodes, "digital source type": media made by a model that was trained on sampled content.
DIGITAL_SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
# GB 45438-2025, appendix E, in the namespace of TC260's practice guide; label 1: this is AI-generated.
_AIGC_NAMESPACE = "http://www.tc260.org.cn/ns/AIGC/1.0/"
LABELS = "AI-generated, AI生成"
_TITLE_LENGTH = 80
_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmlns:TC260="{namespace}">
<Iptc4xmpExt:DigitalSourceType>{source_type}</Iptc4xmpExt:DigitalSourceType>
<TC260:AIGC>{aigc}</TC260:AIGC>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""

NOT_WRITTEN = gettext_noop(
    "The texts and settings could not be written into the video file ({reason}). The video itself is whole, and "
    "job.json next to it has them: keep the two together."
)


FRAME_GONE = gettext_noop("The first frame's file no longer exists, so the video file cannot carry it.")


def frame_of(folder: Path) -> bytes:
    """The first frame as it was sent, empty where its file is gone."""
    path = folder / FIRST_FRAME
    return path.read_bytes() if path.is_file() else b""


def maker(document: Json) -> str:
    """Who made the pictures and the sound: a preview does not pass for MOVA's."""
    return "preview engine, not MOVA" if document["preview"] else "MOVA"


def aigc_label(document: Json) -> dict[str, str]:
    """The implicit label of AI content as GB 45438-2025 names its seven fields."""
    fields = ("ReservedCode1", "ContentPropagator", "PropagateID", "ReservedCode2")
    return {"Label": "1", "ContentProducer": maker(document), "ProduceID": str(document["id"])} | dict.fromkeys(
        fields, ""
    )


def shared(document: Json, *, prompts: bool) -> Json:
    """The document as it leaves the house inside the video.

    Without the file's size, which the document itself would change, and without a server's address; without
    ``prompts`` also without every text that a person or a model wrote.
    """
    address = "://" in str(document.get("server"))
    kept = {**document, "video_bytes": None, "server": None if address else document.get("server")}
    kept |= {"digital_source_type": DIGITAL_SOURCE_TYPE, "AIGC": aigc_label(document)}
    return kept if prompts else _without_prompts(kept)


def _without_prompts(document: Json) -> Json:
    from core.steps import STEPS

    texts = set(STEPS) - {"first_frame", "render"}
    silent: Json = {"input_hash": None, "warnings": [], "negative_prompt": None}
    steps = [
        {**step, **{name: value for name, value in silent.items() if name in step}}
        | ({"output": ""} if step["step"] in texts else {})
        | ({"references": _nameless(step["references"])} if "references" in step else {})
        for step in document["steps"]
    ]
    settings = {**(document["settings"] or {}), "negative_prompt": None}
    emptied: Json = {"prompt": "", "description": None, "negative_prompt": None, "warnings": []}
    emptied["report"] = _wordless(document.get("report"))
    emptied["references"] = _nameless(document.get("references"))
    return {**document, **emptied, "settings": settings, "steps": steps, "prompts_left_out": True}


def _wordless(report: Json | None) -> Json | None:
    """A report without what was to be said and what was heard."""
    if report is None:
        return None
    lines = [{**line, "text": "", **({"heard": ""} if "heard" in line else {})} for line in report.get("lines", ())]
    heard = report.get("heard")
    return {**report, "lines": lines, "beyond": [], "heard": {**heard, "text": ""} if heard else None}


def _nameless(references: list[Json] | None) -> list[Json]:
    """Reference pictures without the names that a person gave them."""
    return [{**one, "name": ""} for one in references or ()]


def tags_of(document: Json, frame: bytes) -> Tags:
    """The tags of a video with this (shared) document."""
    from media.tags import Tags

    prompt = _plain_text(document["prompt"])
    told = _plain_text(document["description"] or "") or prompt
    title = " ".join(told.split())[:_TITLE_LENGTH] or "MOVA video"
    words = {
        "title": title,
        "artist": maker(document),
        "description": told,
        "synopsis": prompt,
        "comment": json.dumps(document, ensure_ascii=False),
        "keywords": ", ".join([LABELS, maker(document), *(["draft"] if document.get("draft") else [])]),
        "date": str(document["finished"] or document["created"])[:10],
    }
    return Tags({name: value for name, value in words.items() if value}, frame, label_xmp(document))


def label_xmp(document: Json) -> str:
    """The label of AI content as an XMP packet, of a document or of its ``id`` and ``preview`` alone."""
    label = escape(json.dumps(aigc_label(document), ensure_ascii=False), quote=False)
    return _XMP.format(namespace=_AIGC_NAMESPACE, source_type=DIGITAL_SOURCE_TYPE, aigc=label)


def embed(video: Path, record: RunRecord, frame: bytes, *, prompts: bool, film: Film | None = None) -> Message | None:
    """Write record and frame into a video, and read them back.

    Args:
        film: what ``media.tags.film_of`` tells of the video, where that is known.

    Returns:
        What went wrong; the file is then left as it came, for a video is worth more than its tags.
    """
    import av

    from media.tags import film_of, read_back, write_tagged

    try:
        tags = tags_of(shared(document_of(record), prompts=prompts), frame)
        with atomic_file(video) as part:
            write_tagged(video, part, tags)
            if read_back(part) != (tags, film or film_of(video)):
                raise VideoUnplayable(reason=gettext_noop("what was written reads back differently"))
    except (VideoUnplayable, av.FFmpegError, OSError, ValueError) as problem:
        return message(NOT_WRITTEN, reason=_reason(problem))
    return None


def check_pair(folder: Path, *, prompts: bool) -> Message | None:
    """Read a finished job's video and its ``job.json`` from the disk and compare; returns where they differ."""
    import av

    from media.tags import read_tags
    from record.folder import RECORD, VIDEO

    try:
        tags = read_tags(folder / VIDEO)
        inside, beside = json.loads(tags.words["comment"]), json.loads((folder / RECORD).read_bytes())
        frame = frame_of(folder)
    except (VideoUnplayable, av.FFmpegError, OSError, ValueError, KeyError) as problem:
        return message(NOT_WRITTEN, reason=_reason(problem))
    if not frame:
        return message(FRAME_GONE)
    is_frame = hashlib.sha256(tags.cover).hexdigest() == beside["first_frame_sha256"] and tags.cover == frame
    if inside != shared(beside, prompts=prompts) or not is_frame:
        return message(NOT_WRITTEN, reason=gettext_noop("what was written reads back differently"))
    return None


def _plain_text(text: str) -> str:
    """A tag of an MP4 file ends at the first NUL, and players show no other control characters either."""
    return "".join(sign for sign in text if sign.isprintable() or sign in "\n\t")


def _reason(problem: Exception) -> Fact:
    if isinstance(problem, VideoUnplayable):
        return problem.facts["reason"]
    return str(getattr(problem, "strerror", None) or type(problem).__name__)
