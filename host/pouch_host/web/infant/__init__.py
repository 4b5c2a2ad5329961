"""What the page of one infant shows, as plain values: no request, no HTML."""
