"""One file per board: pins, buses and what only that board can tell. Same names in each."""
