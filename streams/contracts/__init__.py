"""What is promised to programs outside: bodies as types, and the documents made of them."""
