"""What everything stands on: errors, messages, limits, text."""
