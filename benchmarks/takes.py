"""What the stand-ins for services take for an answer."""

TAKES = {"gemini.text": 0.3, "gemini.image": 0.5, "gemini.vision": 0.3}  # seconds
