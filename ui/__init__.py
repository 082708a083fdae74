"""The pages: layout and calls of the service only. No long work runs in a page."""
