"""The text fields of a multipart form."""

from __future__ import annotations

from email.parser import BytesParser
from email.policy import HTTP


def form_fields(body: bytes, content_type: str) -> dict[str, str]:
    """Names and values; files are left out."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    fields = {}
    for part in BytesParser(policy=HTTP).parsebytes(head + body).iter_parts():
        name = part.get_param("name", header="content-disposition")
        if part.get_filename() is None and isinstance(name, str):
            payload = part.get_payload(decode=True)
            fields[name] = payload.decode() if isinstance(payload, bytes) else ""
    return fields
