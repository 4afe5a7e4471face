"""What the worker leaves out of its imports.

Papermill and nbformat import packages for remote storage, plugins, a command line and a second way
to validate, none of which is used here. Without them the worker is up a second earlier.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import ModuleType

ABSENT = (
    "azure",
    "boto3",
    "gcsfs",
    "github",
    "pyarrow",  # of this process, not of the kernel
)
"""Optional packages, which are then taken for not installed."""


class Validator:
    """Finds no error: the host has looked at the notebook, and in here nobody would hear of one."""

    def __init__(self, _schema: object) -> None:
        pass

    def iter_errors(self, *_: object) -> tuple[()]:
        """None."""
        return ()


class ValidationError(ValueError):
    """What nbformat raises for a notebook that is not as its format wants it."""

    def __init__(self, message: str, **_: object) -> None:
        super().__init__(message)


class SafeLoader:
    """Papermill makes a kind of its own of it, for parameters that come in a file."""

    yaml_implicit_resolvers: Mapping[str, object] = {}


HOLLOW: Mapping[str, Mapping[str, object]] = {
    "click": {},
    # Papermill would read what all installed packages offer, and run code that is not ours.
    "entrypoints": {"get_group_all": lambda _group: ()},
    "jsonschema": {"Draft4Validator": Validator},
    "jsonschema.exceptions": {"ErrorTree": None, "ValidationError": ValidationError},
    "requests": {},
    "tenacity": dict.fromkeys(
        ("retry", "retry_if_exception_type", "stop_after_attempt", "wait_exponential")
    ),
    "yaml": {"SafeLoader": SafeLoader},
}
"""Packages that are imported in any case, and what has to be in them."""
NAMES = (*ABSENT, *HOLLOW)
"""All that a notebook's kernel must not find as it is in the worker."""


def leave_out() -> None:
    """Have what is imported from here on do without them."""
    loaded: dict[str, ModuleType | None] = sys.modules  # type: ignore[assignment]
    for name in ABSENT:
        loaded.setdefault(name, None)
    for name, held in HOLLOW.items():
        module = ModuleType(name)
        vars(module).update(held)
        loaded.setdefault(name, module)
