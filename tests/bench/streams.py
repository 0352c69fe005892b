"""How does the peer on Kafka Streams come to run? Its jars from Maven, its one class from javac."""

from __future__ import annotations

import fcntl
import subprocess
import tempfile
from pathlib import Path

SOURCE = Path(__file__).parent / "peers" / "streams"
VERSION = "4.3.0"
CACHE = Path.home() / ".cache" / "triage"


def classpath() -> str:
    """Jars and class, fetched and compiled once per machine; raises RuntimeError saying why not."""
    jars = _jars()
    classes = CACHE / f"streams-{VERSION}-classes"
    classes.mkdir(parents=True, exist_ok=True)
    source = str(SOURCE / "PassThrough.java")
    _run(["javac", "-cp", f"{jars}/*", "-d", str(classes), source], "compile PassThrough.java")
    return f"{classes}:{jars}/*"


def command(servers: str, application: str, source: str, target: str, guarantee: str) -> list[str]:
    options = ["-Xms256m", "-Xmx512m", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error"]
    return [
        *("java", *options, "-cp", classpath(), "PassThrough"),
        *(servers, application, source, target, guarantee),
    ]


def _jars() -> Path:
    jars = CACHE / f"streams-{VERSION}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not jars.is_dir():
            with tempfile.TemporaryDirectory(dir=CACHE) as fresh:
                copy = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
                target = Path(fresh) / "jars"
                maven = ["mvn", "-q", "-B", "-f", str(SOURCE / "pom.xml"), copy]
                _run([*maven, f"-DoutputDirectory={target}"], "fetch Kafka Streams")
                target.replace(jars)
    return jars


def _run(command: list[str], what: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise RuntimeError(f"cannot {what}: no {command[0]} on the PATH") from None
    if done.returncode != 0:
        said = (done.stdout + done.stderr).strip().splitlines()
        raise RuntimeError(f"cannot {what}: {said[0] if said else 'no reason given'}")
