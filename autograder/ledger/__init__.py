"""The ledger: append-only records, from which everything shown can be made again.

    record.py    what a record is; no I/O
    store.py     what every backend can do, and which one an address means
    folder.py    a folder (the default)
    branch.py    a branch of the repository, through GitHub's API
    s3.py        an S3 prefix
    verify.py    every record read again: its hash, its schema, its name

Adding is idempotent and safe beside other writers: a name is written once and never again.
"""
