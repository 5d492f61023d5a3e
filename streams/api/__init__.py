"""HTTP beside the workers: reads the store, orders by commands, follows the topics of changes."""
