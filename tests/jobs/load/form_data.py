"""The fields and files of a multipart form."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP


def form_fields(body: bytes, content_type: str) -> dict[str, str]:
    """Names and values; files are left out."""
    return {name: data.decode() for name, part, data in _parts(body, content_type) if part.get_filename() is None}


def form_files(body: bytes, content_type: str) -> dict[str, bytes]:
    """The files by the names of their fields."""
    return {name: data for name, part, data in _parts(body, content_type) if part.get_filename() is not None}


def _parts(body: bytes, content_type: str) -> Iterator[tuple[str, Message, bytes]]:
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    for part in BytesParser(policy=HTTP).parsebytes(head + body).iter_parts():
        name, payload = part.get_param("name", header="content-disposition"), part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(payload, bytes):
            yield name, part, payload
