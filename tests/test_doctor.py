"""What `pioneers doctor` says of this machine."""

from __future__ import annotations

import sys
import sysconfig

import pytest

from autograder import doctor


@pytest.mark.parametrize(
    ("built", "prefix", "state"),
    [
        ("'--prefix=/home/haneul/python'", "/home/haneul/python", "warn"),
        ("'--prefix=/opt/python' '--enable-optimizations'", "/opt/python", "ok"),
        ("'--prefix=/usr' '--with-computed-gotos'", "/usr", "ok"),
        (None, "/opt/python", "ok"),
    ],
    ids=["self-built", "optimised", "a distribution's", "nothing is known"],
)
def test_a_slow_build_of_python_is_told(
    built: str | None, prefix: str, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sysconfig, "get_config_var", lambda _: built)
    monkeypatch.setattr(sys, "base_prefix", prefix)
    finding = next(doctor.examine(start_spark=False))
    assert (finding.name, finding.state) == ("Python", state)
    assert ("without optimisation" in finding.found) == bool(finding.fix) == (state == "warn")


@pytest.mark.parametrize("version", [(3, 10), (3, 14)])
def test_a_python_that_does_not_fit_is_bad(
    version: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "version_info", version)
    finding = next(doctor.examine(start_spark=False))
    assert (finding.state, finding.fix) == ("bad", "use Python 3.11, 3.12 or 3.13")
