"""Signing in by way of an identity provider: the journey is in `identity_journey.py`, as a process of its own."""

import os
import subprocess
import sys
from pathlib import Path


def test_a_journey_to_a_provider_and_back(tmp_path: Path) -> None:
    told = {"LANDBRIDGE_DATA": str(tmp_path), "DATABASE_URL": ""}
    done = subprocess.run(
        [sys.executable, "-m", "tests.web.identity_journey"], env=os.environ | told, capture_output=True, text=True,
        timeout=240, check=False,
    )  # fmt: skip
    assert done.stdout.endswith("arrived"), done.stderr[-3000:]
    assert "s3cret" not in done.stderr
