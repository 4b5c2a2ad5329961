"""Virtual chips of one pod, at the level of registers, and the I2C bus that joins them."""
