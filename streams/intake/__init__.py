"""Raw Kafka records in, validated facts or reasons to refuse them out."""
