"""A program that adds to a store without a pause until it is ended; started by a test.

It prints the number of the last record that is durable, one line for each addition.
"""

import sys

from pouch_host.store import Store
from tests.host.store.plain_records import add

_RECORDS = 50


def main(path):
    number = 0
    with Store.open(path) as store:
        while True:
            add(store, number, _RECORDS)
            number += _RECORDS
            sys.stdout.write(f"{number - 1}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
