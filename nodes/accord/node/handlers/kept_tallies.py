"""The guard's machines between deciding and sending the mask, so that masks are made once."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from accord.domain import codec
from accord.domain.contribution import GuardStatement
from accord.privacy.tally.guard import GuardTally

MAX_KEPT: Final = 8  # 768 bytes a ciphertext, and at most some thousand of them


@dataclass(frozen=True, slots=True)
class KeptTallies:
    """The last machines by statement; one that is gone is made anew from its seed."""

    _tallies: OrderedDict[bytes, GuardTally] = field(default_factory=OrderedDict)

    def keep(self, statement: GuardStatement, tally: GuardTally) -> None:
        """Keep the machine that made ``statement``."""
        self._tallies[codec.encode(statement)] = tally
        while len(self._tallies) > MAX_KEPT:
            self._tallies.popitem(last=False)

    def take(self, statement: GuardStatement) -> GuardTally | None:
        """Hand it out, once."""
        return self._tallies.pop(codec.encode(statement), None)
