"""Many runs out of one file."""
