"""Customer state in Redis or Valkey, and its in-memory twin."""
