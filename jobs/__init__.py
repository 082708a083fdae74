"""What outlives a click: the store of jobs, the line in front of the servers, and the engine that runs them."""
