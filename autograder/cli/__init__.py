"""The command `pioneers`: arguments in, exit codes out; the work is done elsewhere.

Commands import what they need when they run, so that `--help` answers at once.
"""

from __future__ import annotations

import atexit
import functools
import gc
import os
import signal
import sys
import traceback
from collections.abc import Callable
from typing import Annotated, NoReturn

import typer

from autograder import __version__
from autograder.cli import (
    answering,
    authoring,
    batch,
    boards,
    cloud,
    cohort,
    data,
    grading,
    ledger,
    notify,
    pull,
    site,
    system,
)
from autograder.errors import PioneersError

app = typer.Typer(
    name="pioneers",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (grading, batch, authoring, boards, system):
    module.register(app)
app.add_typer(cloud.app, name="cloud")
app.add_typer(cohort.app, name="cohort")
app.add_typer(data.app, name="data")
app.add_typer(ledger.app, name="ledger")
answering.register(pull.app)
app.add_typer(notify.app, name="notify")
app.add_typer(pull.app, name="pr")
app.add_typer(site.app, name="site")

USAGE, FAULT, INTERRUPTED = 2, 3, 130


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"pioneers {__version__}")
        raise typer.Exit


@app.callback()
def _before(
    _: Annotated[
        bool,
        typer.Option("--version", callback=_say_version, is_eager=True, help="Say which this is."),
    ] = False,
) -> None:
    """Data Pioneers: grade notebooks fairly, explain kindly."""


@functools.cache
def _command() -> Callable[..., int | None]:
    """What typer makes of all commands, which takes longer than many of them."""
    command: Callable[..., int | None] = typer.main.get_command(app)
    return command


def main(arguments: list[str] | None = None) -> None:
    """Run the command; every error is one line, a traceback only with `--debug`."""
    atexit.register(gc.freeze)  # else Python looks through all that was loaded once more
    words = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in words
    words = [word for word in words if word != "--debug"]
    # What a sandbox reads is made by this process and read there by another user.
    os.umask(0o022)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    try:
        code = _command()(words, prog_name="pioneers", standalone_mode=False)
    except PioneersError as error:
        _explain(error, str(error), debug)
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        _stopped()
    except typer.Exit as ended:
        if ended.exit_code == INTERRUPTED:
            _stopped()
        sys.exit(ended.exit_code)
    except BrokenPipeError:
        sys.exit(0)
    except Exception as error:  # noqa: BLE001 - the last door: one line, never a traceback
        if (usage := _usage(error)) is not None:
            if usage:
                _explain(error, usage, debug)
            sys.exit(USAGE)
        said = f"{type(error).__name__}: {error}".splitlines()[0][:300]
        _explain(
            error, f"a fault of ours: {said}. Run again with --debug and tell an organiser.", debug
        )
        sys.exit(FAULT)
    if code == INTERRUPTED:
        _stopped()
    sys.exit(code if isinstance(code, int) else 0)


def _stopped() -> NoReturn:
    sys.stderr.write("\nstopped; nothing was lost, run the same command again\n")
    sys.exit(INTERRUPTED)


def _stop(number: int, _frame: object) -> None:
    """End what runs in sandboxes on other threads too, then this command."""
    if (sandbox := sys.modules.get("autograder.capture.sandbox")) is not None:
        sandbox.stop_all()
    raise KeyboardInterrupt(number)


def _usage(error: Exception) -> str | None:
    """The words of a mistake on the command line, or None if it is none.

    Empty where no words came: typer has then printed the help already.
    """
    words = getattr(error, "format_message", None)
    if not callable(words):
        return None
    said = words()
    return f"{said} See pioneers --help." if said else ""


def _explain(error: BaseException, line: str, debug: bool) -> None:
    if debug:
        traceback.print_exception(error)
    sys.stderr.write(f"pioneers: {line}\n")
