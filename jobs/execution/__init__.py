"""What carries jobs out."""
