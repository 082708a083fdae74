"""What outlives a page view: the store of jobs, the queue in front of the servers, and the engine that runs them."""
