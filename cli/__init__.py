"""The commands of workflow.py."""
