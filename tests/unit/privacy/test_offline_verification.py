"""The outsider's checks need neither `phe` nor `gmpy2` nor `cryptography`."""

import subprocess
import sys

PROGRAM = """
import sys
for name in ("phe", "gmpy2", "cryptography"):
    sys.modules[name] = None
import accord.privacy.modulus, accord.privacy.verify
from accord.privacy import arithmetic
print(arithmetic._gmp, "phe.paillier" in sys.modules)
"""


def test_verification_imports_neither_the_cryptosystem_nor_gmp():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("None False\n", "")
