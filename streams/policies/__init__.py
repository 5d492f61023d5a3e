"""Policy documents: read, validated, compiled."""
