"""Assignments whose work is a program.

`solution.py` is the reference, `starter.py` what members begin with, `statement.ko.md` and
`statement.en.md` what they are asked to do.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from autograder.assignment import Assignment
from autograder.assignment.code import CodeTable
from autograder.authoring import breaks
from autograder.capture import code
from autograder.capture.captured import Captured
from autograder.capture.drawing import Drawn, Group, draw
from autograder.capture.languages import Language, language
from autograder.capture.surroundings import Surroundings
from autograder.errors import AssignmentError
from autograder.kinds.kind import Kind
from autograder.kinds.statement import write_statements
from autograder.submission import Submission, check_program, pick_program, stage_program

PROOF_SEED = 11


def _settings(assignment: Assignment) -> CodeTable:
    settings: CodeTable = assignment.settings
    return settings


def _language(assignment: Assignment) -> Language:
    settings = _settings(assignment)
    return language(settings.language, function=settings.mode == "function")


def _pick(assignment: Assignment, path: Path, files: Mapping[str, Path]) -> str:
    return pick_program(path, files, _language(assignment).file)


def _stage(assignment: Assignment, path: Path, folder: Path) -> Submission:
    file = _language(assignment).file
    submission = stage_program(path, folder, file)
    if file.endswith(".py"):
        settings = _settings(assignment)
        entry = settings.entry if settings.mode == "function" else None
        text = (folder / file).read_text("utf-8")
        check_program(text, file, entry, _read(_solution(assignment)))
    return submission


def _capture(submission: Submission, assignment: Assignment, around: Surroundings) -> Captured:
    custom = any(spec.options.get("checker") == "custom" for spec in assignment.answers)
    test = code.CodeTest(
        answers=assignment.answers,
        limits=assignment.limits,
        settings=_settings(assignment),
        language=_language(assignment),
        drawn=lambda: drawn(assignment, around.seed),
        checker=_read(assignment.folder / "checker.py") if custom else "",
    )
    return code.capture(submission, test, around)


def drawn(assignment: Assignment, seed: int) -> Drawn:
    """The inputs of all groups of an assignment for a seed.

    Raises:
        AssignmentError: they cannot be drawn.
    """
    stdio = _settings(assignment).mode == "stdio"
    return draw(assignment.folder, assignment.sha256, _groups(assignment), stdio, seed)


def _groups(assignment: Assignment) -> tuple[Group, ...]:
    return tuple(
        Group(spec.name, spec.options["cases"])
        if spec.type == "cases"
        else Group(spec.name, spec.options["sizes"], spec.options["largest"])
        for spec in assignment.answers
    )


def _solution(assignment: Assignment) -> Path:
    return assignment.folder / _language(assignment).file


def _starter(assignment: Assignment) -> Path:
    return assignment.folder / f"starter{Path(_language(assignment).file).suffix}"


def _write_starter(assignment: Assignment, folder: Path) -> Path:
    target = folder / _language(assignment).file
    folder.mkdir(parents=True, exist_ok=True)
    target.write_text(_read(_starter(assignment)), "utf-8")
    write_statements(assignment, folder)
    return target


def _parts(assignment: Assignment) -> dict[str, str]:
    path = _solution(assignment)
    return {path.stem: _read(path)}


def _write_variant(assignment: Assignment, replaced: Mapping[str, str], folder: Path) -> Path:
    path = _solution(assignment)
    if unknown := set(replaced) - {path.stem}:
        raise AssignmentError(
            f"{assignment.id}: no part {min(unknown)!r}", fix=f"the one part is {path.stem!r}"
        )
    target = folder / path.name
    folder.mkdir(parents=True, exist_ok=True)
    target.write_text(replaced.get(path.stem, _read(path)), "utf-8")
    return target


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError as error:
        raise AssignmentError(f"{path}: no such file", fix="write it") from error
    except (OSError, UnicodeDecodeError) as error:
        raise AssignmentError(f"{path}: not UTF-8 text", fix="save it as UTF-8") from error


def _proofs(assignment: Assignment) -> Iterator[tuple[bool, str]]:
    from autograder.authoring import crosscheck  # it compares, for which every grade would wait

    stdio = _settings(assignment).mode == "stdio"
    yield crosscheck.same_again(_groups(assignment), assignment, stdio, PROOF_SEED)
    brute = assignment.folder / "brute.py"
    if brute.is_file():
        yield crosscheck.agree(assignment, _answers_of, brute, _solution(assignment))


def _answers_of(assignment: Assignment, path: Path, seed: int) -> Mapping[str, bytes]:
    """What a file of the author's own answers, by group."""
    with tempfile.TemporaryDirectory(prefix="pioneers-brute-") as name:
        Path(name).chmod(0o755)
        submission = _stage(assignment, path, Path(name) / "submission")
        captured = _capture(submission, assignment, Surroundings(None, seed))
    return {answer: body for answer, (_, body) in captured.answers.items()}


KIND: Final = Kind(
    pick=_pick,
    stage=_stage,
    capture=_capture,
    solution=_solution,
    write_starter=_write_starter,
    parts=_parts,
    write_variant=_write_variant,
    breaks=breaks.PROGRAM,
    draws="cases",
    proofs=_proofs,
)
