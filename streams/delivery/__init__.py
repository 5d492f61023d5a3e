"""Changes handed to HTTP endpoints: signed, in order per customer, at least once."""
