"""What operators do beside running workers: look for trouble, and repair."""
