"""The shape of what goes over the wire, which both ends know."""
