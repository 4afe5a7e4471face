"""The shared data on S3: published once, pulled by everybody, never seen half done.

    <prefix>/games/scale=0.01/seed=42/current.json                 which version is current
    <prefix>/games/scale=0.01/seed=42/versions/0123456789abcdef/   one version: files and manifest

    layout.py     names in the bucket, and the pointer `current.json`; no I/O
    bucket.py     what is asked of S3
    threads.py    many files at once, one progress, one stop
    publish.py    a folder becomes a version, and the version becomes current
    pull.py       a version becomes a folder
    verify.py     what is wrong with what is published
    prune.py      old versions and what was never finished go

A version is named for its manifest's hash, so it never changes. Its manifest is written after its
files, and the pointer after the manifest: whoever is killed leaves nothing that a reader finds.
"""

from __future__ import annotations

from autograder.data.store.layout import Series
from autograder.data.store.prune import prune
from autograder.data.store.publish import Published, publish
from autograder.data.store.pull import Pulled, pull
from autograder.data.store.verify import verify

__all__ = ["Published", "Pulled", "Series", "prune", "publish", "pull", "verify"]
