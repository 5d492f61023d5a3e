"""The one path: records of one partition in, one atomic commit out."""
