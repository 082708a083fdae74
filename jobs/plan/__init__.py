"""What will happen to a job, computed by pure functions: used by pages, command line, service and engine."""
