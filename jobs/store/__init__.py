"""What is recorded of jobs."""
