"""`python -m pouch_host` is the command `pouch`."""

from .cli import main

if __name__ == "__main__":
    main()
