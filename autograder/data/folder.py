"""Puts a built dataset in its place, so that nobody ever sees half of it.

Everything is made in a workplace beside the final folder and moved by renaming. Publishing is
done under a lock on the parent folder, for it may have to merge with what another builder put
there meanwhile. It knows files and manifests, not how rows are drawn.

Nothing is forced to the disk: after a power cut the hashes tell, and data are built again.
"""

from __future__ import annotations

import errno
import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.data import manifest
from autograder.data.manifest import Manifest
from autograder.errors import DataError, UsageError
from autograder.files import locked, write_whole


@dataclass(frozen=True)
class Present:
    """What a final folder holds now: the manifest, and whether the files are as it says."""

    manifest: Manifest | None = None
    whole: bool = False

    @property
    def tables(self) -> frozenset[str]:
        """Return the names of the tables that are listed."""
        listed = self.manifest.tables if self.manifest else ()
        return frozenset(table.name for table in listed)


def look(out: Path, asked: str, spec_sha256: str) -> Present:
    """Return what `out` holds of the data `asked` for (an id such as "games@0.01#42").

    Raises:
        UsageError: it holds something else, which is not ours to replace.
    """
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise UsageError(f"{out} is not a folder", fix="Choose a folder for the data")
    if not out.exists() or not any(out.iterdir()):
        return Present()
    if not os.path.lexists(out / manifest.NAME):
        fix = "Choose an empty folder or one that does not exist"
        raise UsageError(f"{out} holds other files than data", fix=fix)
    try:
        found = manifest.load(out)
    except DataError:
        found = None
    if found and found.id != asked:
        raise UsageError(f"{out} holds {found.id}, not {asked}", fix="Choose another folder")
    current = found is not None and found.spec_sha256 == spec_sha256
    if found and current and not any(manifest.damage(out, file) for file in found.files):
        return Present(found, True)
    only_ours(out)  # for it will be replaced as a whole
    return Present(found)


def only_ours(out: Path) -> None:
    """Raise UsageError if anything below `out` is not named as data are: it would be lost."""
    for path in out.rglob("*"):
        if not manifest.OURS.fullmatch(path.relative_to(out).as_posix()):
            fix = "Move that file away or choose another folder"
            raise UsageError(f"{path} is no part of the data to be replaced", fix=fix)


def publish(made: Manifest, folder: Path, out: Path) -> Manifest:
    """Move the tables made in `folder` to `out`; return what `out` holds then.

    Tables of the same data that are there, whole, stay untouched under a reader's hands.
    """
    with locked(out.parent):
        present = look(out, made.id, made.spec_sha256)
        if present.manifest is None or not present.whole:
            write_whole(folder / manifest.NAME, made.dump())
            _replace(folder, out)
            return made
        return _add(made, present.manifest, folder, out)


def take(made: Manifest, folder: Path, out: Path) -> None:
    """Give `folder`, which holds all files of `made`, the name `out`, whatever `out` held.

    Raises:
        UsageError: `out` holds something else than this data, which is not ours to replace.
    """
    with locked(out.parent):
        look(out, made.id, made.spec_sha256)
        only_ours(out)
        write_whole(folder / manifest.NAME, made.dump())
        _replace(folder, out)


def _replace(folder: Path, out: Path) -> None:
    """Give `folder` the name `out`; what was there is removed."""
    try:
        folder.rename(out)  # replaces an empty folder, refuses a full one
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
        aside = folder.with_name(f"{folder.name}-old")
        out.rename(aside)
        folder.rename(out)
        shutil.rmtree(aside, ignore_errors=True)


def _add(made: Manifest, present: Manifest, folder: Path, out: Path) -> Manifest:
    """Move tables that `out` lacks into it, and then the manifest that lists them."""
    there = {table.name for table in present.tables}
    new = [table for table in made.tables if table.name not in there]
    if not new:
        return present
    for table in new:
        target = out / table.name
        if os.path.lexists(target):  # listed nowhere: a builder was killed just here
            target.rename(folder / f"stray-{table.name}")
        (folder / table.name).rename(target)
    listed = sorted((*present.tables, *new), key=lambda table: table.name)
    merged = replace(present, tables=tuple(listed))
    write_whole(out / manifest.NAME, merged.dump())
    return merged
