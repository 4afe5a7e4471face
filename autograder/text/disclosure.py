"""Which parts of a finding a member may see when the check is hidden.

One table lists every finding code a comparator can produce and, for each, the parameters that
hold nothing of the expected answer: the member's own values, column names (the question names
them), counts, and the property that failed. Everything else is dropped by `hide`. A code that is
not in the table keeps nothing. This module knows no comparator and no language.
"""

from __future__ import annotations

from collections.abc import Mapping

from autograder.models import Finding

_EXAMPLES = ("count", "total", "column", "key_columns", "examples")


def _table() -> dict[str, frozenset[str]]:
    rows: dict[str, tuple[str, ...]] = {
        "type.mismatch": ("asked", "got"),
        # Frames: the schema.
        "frame.duplicate_columns": ("columns",),
        "frame.near_column": ("column", "got"),
        "frame.missing_column": ("columns", "have"),
        "frame.extra_columns": ("columns",),
        "frame.text_not_number": ("column", "got", "sample"),
        "frame.text_not_date": ("column", "got", "sample"),
        "frame.column_type": ("column", "got", "asked"),
        # Frames: the rows.
        "frame.empty": (),
        "frame.only_first_rows": ("rows", "missing"),
        "frame.duplicate_rows": ("count", "key_columns", "examples"),
        "frame.fan_out": ("keys", "count", "times", "key_columns", "examples"),
        "frame.inner_join": ("column", "missing"),
        "frame.missing_rows": ("missing", "rows"),
        "frame.outer_join": ("extra", "columns", "key_columns", "examples"),
        "frame.extra_rows": ("extra", "key_columns", "examples"),
        "frame.different_rows": ("missing", "extra", "key_columns", "examples"),
        "frame.wrong_order": ("position", "key_columns", "examples"),
        "frame.reversed": (),
        # Frames: times and days.
        "frame.time_shift": ("column", "hours", "count"),
        "frame.day_boundary": ("column", "count", "total"),
        "frame.day_shift": ("column", "count", "total"),
        "frame.time_not_date": ("column", "count", "sample"),
        # Frames: the values of one column.
        "frame.unexpected_nulls": _EXAMPLES,
        "frame.missing_nulls": _EXAMPLES,
        "frame.text_case": _EXAMPLES,
        "frame.text_space": _EXAMPLES,
        "frame.sign": _EXAMPLES,
        "frame.factor": _EXAMPLES,
        "frame.rounded": (*_EXAMPLES, "digits"),
        "frame.not_rounded": (*_EXAMPLES, "digits"),
        "frame.nearly": _EXAMPLES,
        "frame.off_by_one": _EXAMPLES,
        "frame.rank_ties": _EXAMPLES,
        "frame.only_where": (*_EXAMPLES, "where", "values"),
        "frame.all_lower": _EXAMPLES,
        "frame.all_higher": _EXAMPLES,
        "frame.values_differ": _EXAMPLES,
        # Scalars.
        "scalar.none": (),
        "scalar.not_none": ("got",),
        "scalar.nan": (),
        "scalar.text_not_number": ("got",),
        "scalar.text_not_date": ("got",),
        "scalar.type": ("got", "asked"),
        "scalar.sign": ("got",),
        "scalar.factor": ("got",),
        "scalar.rounded": ("got", "digits"),
        "scalar.not_rounded": ("got", "digits"),
        "scalar.nearly": ("got",),
        "scalar.off_by_one": ("got",),
        "scalar.text_case": ("got",),
        "scalar.text_space": ("got",),
        "scalar.time_shift": ("got", "hours"),
        "scalar.differs": ("got",),
        # Lists.
        "list.empty": (),
        "list.too_short": ("missing", "count"),
        "list.too_long": ("extra", "count"),
        "list.duplicates": ("count", "examples"),
        "list.wrong_order": ("position",),
        "list.reversed": (),
        "list.items": ("count", "examples"),
        "list.item": ("position", "got"),
        # Dicts.
        "dict.empty": (),
        "dict.near_key": ("got",),
        "dict.missing_keys": ("count",),
        "dict.extra_keys": ("count", "keys"),
        "dict.value": ("key", "got"),
        # Texts.
        "text.empty": (),
        "text.case": (),
        "text.space": (),
        "text.lines": ("got",),
        "text.differs": ("line", "got"),
        # Figures.
        "figure.nothing_drawn": (),
        "figure.kind": ("got", "asked"),
        "figure.fewer_axes": ("got",),
        "figure.no_title": (),
        "figure.no_xlabel": (),
        "figure.no_ylabel": (),
        # Functions: inputs of a hidden check stay hidden, and an error may quote them.
        "calls.missing": ("count",),
        "calls.raised": ("failed", "total", "error_type"),
        "calls.should_raise": ("failed", "total"),
        "calls.wrong_error": ("failed", "total", "error_type"),
        "calls.none": ("failed", "total"),
        "calls.differs": ("failed", "total"),
        # Coding tests: inputs and outputs of a hidden case stay hidden; an error may quote them.
        "cases.load": ("error_type", "error", "line"),
        "cases.load_late": (),
        "cases.load_died": (),
        "cases.no_function": ("name",),
        "cases.wrong": ("failed", "total"),
        "cases.wrong_line": ("failed", "total"),
        "cases.silent": ("failed", "total"),
        "cases.none": ("failed", "total"),
        "cases.type": ("got", "asked"),
        "cases.presentation": ("failed", "total"),
        "cases.checker": ("failed", "total"),
        "cases.encoding": (),
        "cases.changed": ("failed", "total"),
        "cases.time": ("limit_s", "failed", "total"),
        "cases.waits": ("limit_s", "failed", "total"),
        "cases.memory": ("limit_mb", "failed", "total"),
        "cases.output": ("limit_kb", "failed", "total"),
        "cases.raised": ("error_type", "line", "failed", "total"),
        "cases.raised_elsewhere": ("error_type", "failed", "total"),
        "cases.complained": ("status", "failed", "total"),
        "cases.exit": ("status", "failed", "total"),
        "cases.quit": ("failed", "total"),
        "cases.killed": ("signal", "failed", "total"),
        "cases.not_plain": ("type",),
        "cases.too_deep": ("limit",),
        "cases.too_long": ("limit",),
        "cases.placeholder": (),
        "cases.not_run": ("count", "total"),
        "cases.about": ("property",),
        "growth.above": ("growth", "asked"),
        "growth.wrong": (),
        "growth.never": (),
        # Airflow DAGs: how the file is read. All of it is the member's own.
        "dag.import_error": ("error_type", "error", "line"),
        "dag.import_slow": ("limit",),
        "dag.import_died": (),
        "dag.cycle": (),
        "dag.no_dag": (),
        "dag.other_id": ("asked", "got"),
        "dag.more_dags": ("names",),
        "dag.too_many_tasks": ("count", "limit"),
        "dag.work_at_import": ("limit",),
        "dag.import_network": ("line", "of"),
        "dag.import_process": ("line", "of"),
        "dag.import_database": ("line", "of"),
        "dag.import_variable": ("line", "of"),
        "dag.import_connection": ("line", "of"),
        "dag.import_write": ("line", "of"),
        # Its shape: names and settings that the task's text asks for.
        "dag.missing_tasks": ("tasks", "have"),
        "dag.wrong_order": ("first", "then"),
        "dag.no_schedule": ("got",),
        "dag.schedule": ("got",),
        "dag.zone": ("got", "asked"),
        "dag.catchup": ("got",),
        "dag.no_retries": ("tasks",),
        "dag.no_callback": (),
        "dag.tags": ("missing",),
        "dag.params": ("missing",),
        "dag.docs": (),
        # Its runs.
        "dag.task_failed": ("date", "task", "line", "error_type", "error"),
        "dag.timed_out": ("date", "task"),
        "dag.died": ("date", "task"),
        "dag.no_run": ("date", "task"),
        "dag.crashed": ("date", "error"),
        "dag.went_on": ("date", "task"),
        "dag.not_stopped": ("date", "task"),
        "dag.swallowed": ("date", "line"),
        "dag.task_state": ("date", "task", "got"),
        "dag.not_retried": ("date", "task"),
        "dag.no_alert": ("date",),
        "dag.false_alert": ("date",),
        # What it wrote.
        "dag.no_output": ("path",),
        "dag.unreadable": ("path", "error"),
        "dag.appended": (),
        "dag.clock": ("line", "call"),
        "dag.garbled": (),
        # What was asked and what arrived: shown beside a message, never a verdict.
        "info.asked": ("type", "columns", "keys", "order"),
        "info.arrived": ("type", "columns", "rows", "value"),
    }
    return {code: frozenset(names) for code, names in rows.items()}


SAFE_PARAMS: Mapping[str, frozenset[str]] = _table()
"""Finding code -> names of the parameters that may be shown for a hidden check."""

_FREE_SECTIONS = ("answer.", "stopped.", "bundle.", "invalid.", "infra.", "check.")


def hide(finding: Finding) -> Finding:
    """Returns the finding without anything that tells the expected answer.

    Findings of the sections about the run itself (`answer.`, `stopped.`, `bundle.` and so on)
    come from the member's side alone and are kept whole.
    """
    if finding.code.startswith(_FREE_SECTIONS) and not finding.reveals:
        return finding
    safe = SAFE_PARAMS.get(finding.code, frozenset())
    kept = {name: value for name, value in finding.params.items() if name in safe}
    return Finding(finding.code, kept, reveals=False)
