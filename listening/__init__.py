"""Listening to a finished take: which lines were said, what the sound is like, and which take of several is best."""
