"""What a set-up lacks, found before a job fails for it: ``python -m doctor``, and the same on the Settings page."""
