"""The cohort's own file, `cohort.toml`: its name, its language, its site, its members.

Knows nothing of grades.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from autograder import paths
from autograder.errors import ConfigError
from autograder.models import Language

FILE = "cohort.toml"
_STRICT = ConfigDict(extra="forbid", frozen=True)
_Login = Annotated[str, Field(pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?$")]

# Nothing in it means something to a shell, an address or an IAM policy, where `*` would widen it.
_DATA = (
    r"^(s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
    r"(/[A-Za-z0-9_][A-Za-z0-9_.=-]{0,62}){0,8}/?)?$"
)


@dataclass(frozen=True)
class Member:
    """One member: the GitHub login, the name to be called by, the first day.

    Attributes:
        id: GitHub's number for the account, which stays when a login changes; optional.
    """

    __pydantic_config__ = _STRICT

    login: _Login
    name: str = ""
    joined: date | None = None
    id: Annotated[int, Field(gt=0)] | None = None


@dataclass(frozen=True)
class Cohort:
    """A cohort as its file says; what is absent has a default.

    Attributes:
        site: address of the course site, to which feedback links; empty while there is none.
        ledger: where graded work is recorded: `folder:PATH`, `branch:NAME` or `s3://BUCKET/PREFIX`.
        data: where the shared data are published: `s3://BUCKET/PREFIX`; empty while nowhere.
        organisers: logins that may call commands on anybody's pull request.
    """

    __pydantic_config__ = _STRICT

    format_version: Literal[1] = 1
    name: str = "Data Pioneers"
    zone: str = "Asia/Seoul"
    language: Language = "ko"
    site: Annotated[str, Field(pattern=r"^(https?://\S+)?$")] = ""
    ledger: str = "folder:.pioneers/ledger"
    data: Annotated[str, Field(pattern=_DATA)] = ""
    organisers: tuple[_Login, ...] = ()
    members: tuple[Member, ...] = ()

    def lesson_address(self, lesson: str, language: Language) -> str:
        """Where a lesson is read: on the site, or in the repository while there is no site."""
        if not lesson:
            return ""
        if not self.site:
            return f"curriculum/{language}/{lesson}.md"
        return f"{self.site.rstrip('/')}/{'' if language == 'ko' else language + '/'}{lesson}/"


def load() -> Cohort:
    """Read `cohort.toml`; a repository without one is a cohort of defaults.

    Raises:
        ConfigError: it is not valid; the line says which key and why.
    """
    path = paths.root() / FILE
    try:
        values = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
        return TypeAdapter(Cohort).validate_python(values)
    except FileNotFoundError:
        return Cohort()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ConfigError(f"{path}: {error}", fix="mend that line") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise ConfigError(f"{path}: {key}: {first['msg']}", fix="mend that key") from error


def language(asked: str | None = None) -> Language:
    """The language asked for, else that of `PIONEERS_LANGUAGE`, else the cohort's.

    Raises:
        ConfigError: it is neither `ko` nor `en`.
    """
    word = asked or os.environ.get("PIONEERS_LANGUAGE") or load().language
    if word not in ("ko", "en"):
        raise ConfigError(f"no feedback in language {word!r}", fix="use ko or en")
    return "en" if word == "en" else "ko"
