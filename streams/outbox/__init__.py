"""What leaves the program: change events and dead letters."""
