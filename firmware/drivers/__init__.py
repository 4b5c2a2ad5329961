"""Chip drivers, one file per chip: registers only, an I2C object handed in, no waiting."""
