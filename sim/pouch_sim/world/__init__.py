"""What surrounds a band: temperatures, electrodes and movement as functions of true time."""
