"""What is kept of a run: its folder and record, the same inside its video, and the way back."""
