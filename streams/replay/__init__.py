"""Where events come from when they do not come from Kafka: files, data sets, a generator."""
