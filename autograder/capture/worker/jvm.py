"""Starts Spark's JVM before the notebook asks for it, so that both start side by side.

PySpark joins a JVM that is up if `PYSPARK_GATEWAY_PORT` and `PYSPARK_GATEWAY_SECRET` are set; to
the member's code it is the JVM that `SparkSession.builder.getOrCreate()` would have started.
One JVM serves one member's submission, for Py4J gives them all of it; an author's own notebooks
may share one.
"""

from __future__ import annotations

import os
import struct
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

POLL_S = 0.01
START_S = 60.0


@dataclass(frozen=True)
class Gateway:
    """A running JVM that waits for PySpark."""

    process: subprocess.Popen[bytes]
    info: Path

    def wait(self) -> dict[str, str]:
        """The environment variables that make PySpark join it; empty if it did not come up.

        Empty is no error: PySpark then starts a JVM of its own.
        """
        deadline = time.monotonic() + START_S
        while not self.info.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                return {}
            time.sleep(POLL_S)
        body = self.info.read_bytes()
        port, length = struct.unpack("!ii", body[:8])
        return {
            "PYSPARK_GATEWAY_PORT": str(port),
            "PYSPARK_GATEWAY_SECRET": body[8 : 8 + length].decode(),
        }

    def stop(self) -> None:
        """End it; it also ends by itself when this process does, for its input closes."""
        self.process.kill()
        self.process.wait()


def clear(joining: Mapping[str, str]) -> None:
    """End the Spark of the last notebook, so that the next one finds none.

    Args:
        joining: as `Gateway.wait` gives it.
    """
    if not joining:
        return
    from py4j.java_gateway import GatewayParameters, JavaGateway

    door = GatewayParameters(
        port=int(joining["PYSPARK_GATEWAY_PORT"]), auth_token=joining["PYSPARK_GATEWAY_SECRET"]
    )
    gateway = JavaGateway(gateway_parameters=door)
    session = gateway.jvm.org.apache.spark.sql.SparkSession.getDefaultSession()
    if session.isDefined():
        session.get().stop()
    gateway.close()


def start(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Gateway:
    """Start the gateway JVM; returns at once.

    Args:
        command: the whole java command line, ending in `pyspark-shell`.
        folder: a private writable folder.
        environment: variables besides those of this process.
    """
    info = folder / "gateway"
    with (folder / "jvm.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - the host wrote this command
            command,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            env={**os.environ, **environment, "_PYSPARK_DRIVER_CONN_INFO_PATH": str(info)},
        )
    return Gateway(process, info)
