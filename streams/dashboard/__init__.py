"""The board: static pages that `regrade api` serves. No build step; everything is vendored here."""

from pathlib import Path

FOLDER = Path(__file__).parent
"""Holds `index.html`, answered at `/`; everything beside it is answered under `/static/`."""
