"""`python -m streams` is `regrade`."""

from streams.cli import main

if __name__ == "__main__":
    main()
