"""The shell: Kafka, Redis, files and screens around the pure core in `scoring`."""
