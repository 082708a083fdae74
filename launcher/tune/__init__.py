"""Measures which options of SGLang render fastest on this machine, and keeps the best that renders the same."""
