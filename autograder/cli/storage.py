"""`pioneers data publish`, `pull`, `prune` and `verify s3://…`: the shared data on S3."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.cli import screen
from autograder.errors import ConfigError

if TYPE_CHECKING:
    from autograder.data.store.prune import Removed
    from autograder.s3 import Address

FAILED = 1

_Dataset = Annotated[str, typer.Argument(help="Its name in datasets/.")]
_Scale = Annotated[float, typer.Option(help="1 is about a million play sessions.")]
_Seed = Annotated[int, typer.Option(min=0)]
_Anonymous = Annotated[
    bool, typer.Option("--anonymous", help="Ask without a key, for data that everybody may read.")
]
_DEFAULT = "s3://BUCKET/PREFIX; by default `data` in cohort.toml."


def register(app: typer.Typer) -> None:
    """Add the commands to `pioneers data`."""
    app.command(help=_PUBLISH)(publish)
    app.command(help=_PULL)(pull)
    app.command(help=_PRUNE)(prune)


_PUBLISH = """Publish what `data build` made as the current version on S3.

Files that are there already are not sent again, so a stopped command goes
on where it was. Readers find the new version when all of it is there, and
the one before until then.

Examples:

  pioneers data build games && pioneers data publish games

  pioneers data publish games --scale 1 --to s3://cohort-data/shared
"""


def publish(
    dataset: _Dataset = "games",
    scale: _Scale = 0.01,
    seed: _Seed = 42,
    to: Annotated[str, typer.Option(help=_DEFAULT)] = "",
    folder: Annotated[
        Path | None, typer.Option(help="What to publish; by default what is in the cache.")
    ] = None,
) -> None:
    """Publish it."""
    from autograder.data import spec_reader

    store, place = _store(), _address(to, "--to")
    declared = spec_reader.load(dataset)
    source = folder or _cached(dataset, scale, seed)
    with screen.bar(f"publishing {dataset}") as say:
        done = store.publish(source, place, declared=declared, progress=say)
    ways = list(done.ways.values())
    told = ", ".join(f"{ways.count(way)} {way}" for way in ("sent", "copied", "there"))
    typer.echo(f"files: {told} ({_size(done.sent_bytes)} over the network)")
    typer.echo(f"version {done.version} {'is' if done.changed else 'was already'} current")
    typer.echo(str(done.address))


_PULL = """Fetch the published data, the same folder as `data build` makes.

Only what is missing comes over the network, each file is proven by its
hash, and the folder appears when all of it is there. A stopped command goes
on where it was.

Examples:

  pioneers data pull games

  pioneers data pull games --from s3://cohort-data/shared --anonymous
"""


def pull(
    dataset: _Dataset = "games",
    scale: _Scale = 0.01,
    seed: _Seed = 42,
    source: Annotated[str, typer.Option("--from", help=_DEFAULT)] = "",
    version: Annotated[
        str, typer.Option(help="An older version; by default the current one.")
    ] = "",
    out: Annotated[
        Path | None, typer.Option(help="The folder to make; by default in the cache.")
    ] = None,
    anonymous: _Anonymous = False,
) -> None:
    """Fetch it."""
    store, place = _store(), _address(source, "--from")
    target = (out or _cached(dataset, scale, seed)).absolute()
    with screen.bar(f"pulling {dataset}") as say:
        done = store.pull(
            place,
            dataset,
            scale=scale,
            seed=seed,
            out=target,
            version=version or None,
            anonymous=anonymous,
            progress=say,
        )
    count = len(done.manifest.files)
    typer.echo(
        f"version {done.version}: {done.fetched} of {count} files came over the network "
        f"({_size(done.fetched_bytes)})"
    )
    typer.echo(str(target))


_PRUNE = """Remove old versions from S3, and what was never finished.

The current version, the newest few, and whatever is younger than a day
stay. Not while somebody publishes an old version anew.

Examples:

  pioneers data prune --dry-run

  pioneers data prune --keep 1 --at s3://cohort-data/shared/games/scale=0.01/seed=42
"""


def prune(
    keep: Annotated[
        int, typer.Option(min=0, help="How many of the newest versions stay besides the current.")
    ] = 3,
    at: Annotated[str, typer.Option(help=_DEFAULT)] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would go, and remove nothing.")
    ] = False,
) -> None:
    """Remove it."""
    store, place = _store(), _address(at, "--at")
    with screen.progress(f"looking at {place}"):
        gone: list[Removed] = store.prune(place, keep=keep, dry_run=dry_run)
    words = {"version": "old version", "unfinished": "never finished", "upload": "unended upload"}
    for each in gone:
        typer.echo(f"{words[each.kind]:16}{_size(each.bytes):>10}  {each.address}")
    verb = "would go" if dry_run else "removed"
    typer.echo(f"{len(gone)} {verb}, {_size(sum(each.bytes for each in gone))}")


def verify(where: str, *, deep: bool, anonymous: bool, as_json: bool) -> None:
    """Look for damage in published data; `data verify` calls it for an address on S3."""
    from autograder import s3

    store, place = _store(), s3.address(where)
    with screen.bar(f"verifying {place}") as say:
        findings = store.verify(place, deep=deep, anonymous=anonymous, progress=say)
    problems = [f"{each.address}: {line}" for each in findings for line in each.faults]
    if as_json:
        versions = [{"address": str(each.address), "current": each.current} for each in findings]
        found = {
            "format_version": 1,
            "folder": str(place),
            "problems": problems,
            "versions": versions,
        }
        typer.echo(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        for each in findings:
            for line in each.faults:
                typer.echo(f"{each.address}: {line}")
            if not each.faults:
                typer.echo(f"{each.address}: whole{', current' if each.current else ''}")
    if problems:
        raise typer.Exit(FAILED)


def _store() -> ModuleType:
    """Import what needs boto3, which not every environment has."""
    try:
        from autograder.data import store
    except ModuleNotFoundError as error:
        if error.name not in ("boto3", "botocore"):
            raise
        fix = "Run ./pioneers with PIONEERS_REQUIREMENTS=dev"
        raise ConfigError("data on S3 need boto3", fix=fix) from error
    return store


def _address(given: str, option: str) -> Address:
    """The address given, else the cohort's."""
    from autograder import cohort, s3

    where = given or cohort.load().data
    if not where:
        fix = f"Set data in cohort.toml, or give {option} s3://BUCKET/PREFIX"
        raise ConfigError("the cohort's data have no address on S3 yet", fix=fix)
    return s3.address(where)


def _cached(dataset: str, scale: float, seed: int) -> Path:
    from autograder import data, paths

    return paths.cache() / "data" / data.dataset_id(dataset, scale, seed)


def _size(count: int) -> str:
    from autograder.data import requests

    return requests.bytes_told(count)
