"""The full answer to "why": one customer's grade, taken apart. Changes nothing, may be slow."""
