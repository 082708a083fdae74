"""The text that MOVA renders: cleaned, measured, and checked against what is known of MOVA's training captions."""
