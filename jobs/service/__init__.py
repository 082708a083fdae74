"""What pages and scripts may ask of jobs."""
