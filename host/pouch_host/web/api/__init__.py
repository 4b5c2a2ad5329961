"""The API for programs: everything that a screen shows, as JSON, under a versioned path."""
