"""What the stand-alone verifier needs of this package works without an SQL library."""

import subprocess
import sys

CODE = """
import sys
import accord.query.describe, accord.query.finish, accord.query.shape
sys.exit("sqlglot" in sys.modules)
"""


def test_plans_are_read_and_finished_without_sqlglot() -> None:
    assert subprocess.run([sys.executable, "-c", CODE], check=False).returncode == 0
