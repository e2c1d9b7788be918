"""Packed encryption of 64-bit numbers against `phe`, in one process, one after the other.

Ours: numbers packed into slots of one ciphertext, short-exponent randomness from a table
whose window fits the number of ciphertexts; time includes the table and the packing.
`phe`: one ciphertext per number, `encrypt()` with fresh randomness.  Same modulus of 3072
bits, same GMP.  The result is time per number.
"""

import json
import os
import sys
import time
from pathlib import Path

from accord.privacy.packing import Layout, make_layout, pack
from accord.privacy.paillier import DecryptionKey, Encryptor, generate_key
from accord.privacy.parameters import KEY_BITS

OUTPUT = Path(__file__).parents[1] / "build" / "bench.json"
LIMIT = 2**62 - 1  # 64-bit slots with two parties and the guard bit
CIPHERTEXTS = 200
PEER_NUMBERS = 12
REACH = 200.0


def main() -> int:
    """Measure, print, write `build/bench.json`; 1 if the ratio is below `REACH`."""
    key = generate_key(os.urandom, KEY_BITS)
    layout = make_layout([LIMIT] * slots_of(key.n) * CIPHERTEXTS, 2, key.n)
    ours, peer = per_number_s(key, layout), peer_per_number_s(key)
    entry = {
        "name": f"packed encryption, N = {KEY_BITS} bits, {len(layout.plaintexts[0])} slots",
        "value": round(ours * 1e6, 2),
        "unit": "microseconds per 64-bit number",
        "peer": round(peer * 1e6, 2),
        "ratio": round(peer / ours, 1),
        "reach": REACH,
        "ok": peer / ours >= REACH,
    }
    report(entry)
    write(entry)
    return 0 if entry["ok"] else 1


def slots_of(n: int) -> int:
    """Slots of `LIMIT` that one plaintext modulo ``n`` holds."""
    return len(make_layout([LIMIT] * (n.bit_length() // 32), 2, n).plaintexts[0])


def per_number_s(key: DecryptionKey, layout: Layout) -> float:
    """Seconds per number: pack, build the table, encrypt; checked by decrypting one."""
    count = sum(len(limits) for limits in layout.plaintexts)
    values = [value * 0x9E3779B97F4A7C15 % LIMIT for value in range(count)]
    public = key.encryption_key
    start = time.perf_counter()
    plaintexts = pack(layout, values)
    encryptor = Encryptor(public, len(plaintexts))
    ciphertexts = [
        encryptor.encrypt(plaintext, int.from_bytes(os.urandom(public.exponent_bits // 8)))
        for plaintext in plaintexts
    ]
    elapsed = time.perf_counter() - start
    if key.decrypt(ciphertexts[-1]) != plaintexts[-1]:
        raise ValueError("the fast encryption is wrong")
    return elapsed / count


def peer_per_number_s(key: DecryptionKey) -> float:
    """Seconds per number with `phe`."""
    public = key.encryption_key.to_phe()
    start = time.perf_counter()
    for value in range(PEER_NUMBERS):
        public.encrypt(LIMIT - value).ciphertext()
    return (time.perf_counter() - start) / PEER_NUMBERS


def report(entry: dict[str, object]) -> None:
    """One line for people."""
    sys.stdout.write(
        f"{entry['name']}: {entry['value']} {entry['unit']}; "
        f"phe {entry['peer']}; {entry['ratio']} times as fast (to reach: {entry['reach']})\n"
    )


def write(entry: dict[str, object]) -> None:
    """Replace the entry of this name in `build/bench.json`, a list; others stay."""
    others = json.loads(OUTPUT.read_text(encoding="utf-8")) if OUTPUT.exists() else []
    OUTPUT.parent.mkdir(exist_ok=True)
    kept = [other for other in others if other["name"] != entry["name"]]
    OUTPUT.write_text(json.dumps([*kept, entry], indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
