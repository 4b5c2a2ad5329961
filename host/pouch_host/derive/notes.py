"""What is wrong with, or unusual about, the records of a store, one line each."""

from pouch_host.store import Store


def store_problems(store: Store) -> list[str]:
    """Return one line for each run of records that the store holds and that cannot be read.

    Raises:
        StoreError: the store cannot be read at all.
    """
    return [
        str(problem) for band in store.bands() for problem in store.records(band.band_id).problems
    ]


def store_notes(store: Store) -> list[str]:
    """Return one line for each band that sent records of kinds which this version does not know.

    They are no damage: the store keeps them for a version that does.

    Raises:
        StoreError: the store cannot be read at all.
    """
    counts = [(band.label, store.records(band.band_id).skipped_count) for band in store.bands()]
    return [
        f"store {store.name}: band {label}: {count} records of a newer firmware's kind are kept "
        "and skipped: update Pouch on this computer"
        for label, count in counts
        if count
    ]
