"""Jobs as data: requests, records, states."""
