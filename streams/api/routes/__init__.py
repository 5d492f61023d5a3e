"""What can be asked, by theme."""
