"""`regrade worker` that looks for new partitions every second, not twice a minute."""

import sys

from streams import app
from streams.cli import main

if __name__ == "__main__":
    app.METADATA_S = 1.0
    sys.argv = ["regrade", "worker"]
    main()
