"""Questions about one customer, answered from the store or a file. Nothing is written."""
