"""The embedded stack: a broker and a store started from wheels, or from Maven jars."""
