"""Airflow with scheduler, triggerer and API, until the standard input ends or who started it is gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress

airflow = subprocess.Popen(
    [sys.executable, "-m", "airflow", "standalone"], stdin=subprocess.DEVNULL, start_new_session=True
)
sys.stdin.read()
for sign in (signal.SIGTERM, signal.SIGKILL):
    with suppress(ProcessLookupError):
        os.killpg(airflow.pid, sign)
    with suppress(subprocess.TimeoutExpired):
        airflow.wait(5)
