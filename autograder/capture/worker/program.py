"""A member's program in the interpreter that runs it: loaded once, called or run for one case.

What goes wrong in it comes back as plain values: the type of the error, what it says, and the
line of the program's own file. It must not know limits, other cases or anything expected.
"""

from __future__ import annotations

import atexit
import io
import json
import marshal
import os
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autograder.capture.worker.arguments import decode
from autograder.capture.worker.growth import measure
from autograder.capture.worker.plain import Encoder, NotPlain, type_name

MAX_ERROR = 300
MEASURED_VALUE = 50_000
"""A longer value of a measured call stays here: the shorter ones tell whether it is right."""
MODULE = "solution"
Outcome = dict[str, Any]
"""What is told of one case: `value` as JSON text, or `error_type`, `error` and `line`."""


class Program:
    """One file of Python: a function that is called, or a whole program.

    Args:
        path: the file.
        entry: the function's name; None for a program that reads and prints.
        keep_arguments: True tells whether a call changed its arguments.
    """

    def __init__(self, path: Path, entry: str | None, keep_arguments: bool) -> None:
        self.path = path
        self.entry = entry
        self.keep_arguments = keep_arguments
        self._code: types.CodeType | None = None
        self._function: Callable[..., Any] | None = None

    def load(self) -> Outcome:
        """Compile it, and for a function run the module once; empty if that went well."""
        try:
            # As text: it is UTF-8 by now, whatever a line at its top says of its encoding.
            source = self.path.read_text("utf-8")
            self._code = compile(source, str(self.path), "exec", dont_inherit=True)
            if self.entry is not None:
                module = types.ModuleType(MODULE)
                module.__file__ = str(self.path)
                sys.modules[MODULE] = module
                exec(self._code, module.__dict__)  # noqa: S102 - what this process is for
                self._function = module.__dict__.get(self.entry)
        except BaseException as error:  # noqa: BLE001 - a member's module may raise anything
            return self._told(error)
        if self.entry is not None and not callable(self._function):
            return {"error_type": "NoFunction", "error": type_name(self._function), "line": 0}
        return {}

    def call(self, text: str, measured: bool) -> Outcome:
        """Call the function with the arguments that `text` holds as JSON."""
        function = self._function
        if function is None:
            return {"error_type": "NoFunction", "error": "", "line": 0}
        arguments = decode(text)
        kept = _snapshot(arguments) if self.keep_arguments else b""
        outcome: Outcome = {}
        try:
            if measured:
                value, outcome["times"] = measure(function, arguments)
            else:
                value = function(*arguments)
            encoded = json.dumps(Encoder().encode(value), allow_nan=False, ensure_ascii=True)
            if not measured or len(encoded) <= MEASURED_VALUE:
                outcome["value"] = encoded
        except NotPlain as error:
            return {"refused": error.code, "detail": error.detail}
        except BaseException as error:  # noqa: BLE001 - a member's function may raise anything
            return self._told(error)
        if kept and _snapshot(arguments) != kept:
            outcome["changed"] = True
        return outcome

    def run(self) -> Outcome:
        """Run the whole program as `__main__`, threads and exit handlers included."""
        outcome: Outcome = {}
        if self._code is None:
            return {"error_type": "SystemError", "error": "not loaded", "line": 0}
        main = types.ModuleType("__main__")
        main.__file__ = str(self.path)
        sys.modules["__main__"] = main
        sys.argv = [str(self.path)]
        try:
            exec(self._code, main.__dict__)  # noqa: S102 - what this process is for
        except BaseException as error:  # noqa: BLE001 - a member's program may raise anything
            outcome = self._told(error)
        try:
            if "threading" in sys.modules:
                sys.modules["threading"]._shutdown()
            atexit._run_exitfuncs()
            sys.stdout.flush()
        except BaseException as error:  # noqa: BLE001 - see above
            outcome = outcome or self._told(error)
        return outcome

    def _told(self, error: BaseException) -> Outcome:
        if isinstance(error, SystemExit):
            code = error.code
            done = 0 if code is None else code if isinstance(code, int) else 1
            return {"exit": done}
        try:
            lines = str(error).strip().splitlines()
        except Exception:  # noqa: BLE001 - a member's __str__ may do anything
            lines = []
        line, trace = 0, error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == str(self.path):
                line = trace.tb_lineno
            trace = trace.tb_next
        if isinstance(error, SyntaxError):
            line = error.lineno or 0
        said = lines[0][:MAX_ERROR] if lines else ""
        return {"error_type": type(error).__name__[:80], "error": said, "line": line}


def _snapshot(arguments: list[Any]) -> bytes:
    """The arguments as bytes to compare with later."""
    try:
        return marshal.dumps(arguments, 2)  # this version is free of references to objects
    except ValueError:  # a value that has no such form, as a Decimal
        return repr(arguments).encode("utf-8", "backslashreplace")


def own_streams() -> None:
    """Standard streams as a program finds them when it starts: UTF-8, buffered, at 0, 1 and 2."""
    sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, "r", closefd=False)), "utf-8")
    out = io.BufferedWriter(io.FileIO(1, "w", closefd=False))
    sys.stdout = io.TextIOWrapper(out, "utf-8")
    err = io.BufferedWriter(io.FileIO(2, "w", closefd=False))
    sys.stderr = io.TextIOWrapper(err, "utf-8", "backslashreplace", write_through=True)
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr  # type: ignore[misc]


def read_all(descriptor: int) -> str:
    """The text of an input from its beginning."""
    size = os.fstat(descriptor).st_size
    return os.pread(descriptor, size, 0).decode("utf-8")
