"""The ledger: append-only records, from which everything shown can be made again.

    record.py    what a record is; no I/O
    store.py     what every backend can do, and which one an address means
    folder.py    a folder (the default)
    branch.py    a branch of the repository, through GitHub's API
    s3.py        an S3 prefix
    reading.py   records of a store, in order
    attempts.py  what records say of one member and one assignment; no I/O
    verify.py    every record read again: its hash, its schema, its name

Adding is idempotent and safe beside other writers: a name is written once and never again.
"""

from autograder.ledger.reading import history, records
from autograder.ledger.store import Added, Store, open_store

__all__ = ["Added", "Store", "history", "open_store", "records"]
