"""Every error the package raises on purpose, drawn as one tree.

    PioneersError                     one line for the user: what, where, the fix
    ├── UsageError                    exit 2   the call is wrong
    │   ├── AssignmentError           exit 2   an assignment.toml or its folder is wrong
    │   ├── ConfigError               exit 2   cohort.toml or an environment variable is wrong
    │   ├── SubmissionNotFound        exit 2   no such submission
    │   ├── EventError                exit 2   an event or a hand-over between jobs cannot be used
    │   └── LedgerError               exit 2   a ledger's address or a record in it is wrong
    ├── SubmissionInvalid             (a report with status "invalid": the member's to fix)
    ├── BundleError                   a captured answer breaks the bundle's rules
    └── InfrastructureError           exit 3   ours: no score, no attempt lost
        ├── SandboxUnavailable        exit 3   no sandbox, no official grade
        ├── ReferenceFailed           exit 3   the reference solution did not run
        ├── GraderFailed              exit 3   the grading process broke
        ├── DataError                 exit 3   sample data missing, damaged or not to be built
        └── RemoteError               exit 3   GitHub, S3 or Discord refused or did not answer

A fault of a member's code is never an exception here: it is a check result.
This module imports nothing of the package.
"""

from __future__ import annotations


class PioneersError(Exception):
    """The root: `str(error)` is one line that a user can act on.

    Args:
        what: what happened, with the file or value that it happened to.
        fix: what to do about it, as an imperative sentence without a full stop.
    """

    exit_code = 3

    def __init__(self, what: str, *, fix: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.what}. {self.fix}." if self.fix else self.what


class UsageError(PioneersError):
    """The command was called with something it cannot use."""

    exit_code = 2


class AssignmentError(UsageError):
    """An assignment's folder or its assignment.toml cannot be used."""


class ConfigError(UsageError):
    """cohort.toml or an environment variable cannot be used."""


class SubmissionNotFound(UsageError):
    """The submission named on the command line does not exist."""


class EventError(UsageError):
    """An event's payload, or what one job handed to the next, is not what it must be."""


class LedgerError(UsageError):
    """A ledger's address cannot be used, or a record in it is not what its name says."""


class SubmissionInvalid(PioneersError):
    """A submission that cannot be run at all; becomes a report with status `invalid`.

    Args:
        code: the catalogue key under `invalid.` that tells the member what to do.
        params: values for that message.
    """

    exit_code = 0

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class BundleError(PioneersError):
    """A captured answer is not plain data within the bundle's caps.

    Args:
        code: the catalogue key under `bundle.`.
        params: values for that message.
    """

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class InfrastructureError(PioneersError):
    """A fault of ours or of the machine: no score is recorded, no attempt is lost."""


class SandboxUnavailable(InfrastructureError):
    """bubblewrap is missing or may not make namespaces here."""


class ReferenceFailed(InfrastructureError):
    """The assignment's own reference solution did not produce its answers."""


class GraderFailed(InfrastructureError):
    """The trusted grading process crashed, timed out or wrote no result."""


class DataError(InfrastructureError):
    """Sample data are missing, damaged, or cannot be built here."""


class RemoteError(InfrastructureError):
    """A service over the network refused, or did not answer in time after every retry."""
