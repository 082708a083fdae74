"""What the people in these tests write and give."""

from __future__ import annotations

import io

WISH = 'An orange cat looks up at a girl in a red coat. She says "Come home." Rain patters on the street.'
WISH_ZH = "一只橘猫抬头看着穿红色外套的女孩。她说“跟我回家吧。”雨点落在街上。"
PROMPT = "A girl in a red coat walks through the rain. The audio has soft rain and slow steps."


def photo(width: int = 1200, height: int = 900) -> dict[str, object]:
    """A picture as a browser uploads it."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (width, height), "#8fb7d6")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, height * 2 // 3, width, height), fill="#5d7f4e")
    draw.ellipse((width // 3, height // 3, width * 2 // 3, height), fill="#d98032")
    file = io.BytesIO()
    picture.save(file, "JPEG")
    return {"name": "cat.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}
