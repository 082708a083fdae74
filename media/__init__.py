"""Pictures in (decode, turn, crop) and videos out (open, count, compare with what was asked)."""
