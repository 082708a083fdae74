"""The pages: they lay out, read the store and ask the desk. No long work runs in a page."""
