"""Virtual Bluetooth: Bumble controllers on a paced link, bands as peripherals, a bleak backend."""
