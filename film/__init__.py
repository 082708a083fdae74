"""A film: its document, how a shot is told to MOVA, and the ways from an idea, a script or a table to a document."""
