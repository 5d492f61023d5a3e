"""A newcomer's first minute: an embedded stack, real purchases, a live view, a check."""
