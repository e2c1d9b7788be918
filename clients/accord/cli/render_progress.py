"""A live line per department while a question runs; without a terminal a line per step.

A step is printed when it comes, so that the last lines of a run that hangs show who hangs.
"""

import time
from types import TracebackType
from typing import Final, Self

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from accord.cli.texts import Texts
from accord.client.progress import Stage, Step
from accord.domain.errors import AccordError
from accord.domain.question import Question

_OWNER: Final = (
    Stage.GRANTED,
    Stage.MEASURED,
    Stage.RECORDED,
    Stage.ANCHORED,
    Stage.SENT,
    Stage.ADDED,
    Stage.RELEASED,
)
_DRY_RUN: Final = (Stage.GRANTED,)
_GUARD: Final = (Stage.DECIDED,)


_MARGIN: Final = 4  # left of a line, and so that no terminal folds it


class ProgressBoard:
    """Shows the steps of one run; use as a context manager around the call.

    Attributes:
        refused: Members that refused, and why.
    """

    def __init__(self, console: Console, question: Question, texts: Texts) -> None:
        self.refused: dict[str, AccordError] = {}
        self._console, self._texts = console, texts
        self._owners = question.owners
        self._stages = dict.fromkeys(self._owners, _DRY_RUN if question.dry_run else _OWNER)
        if not question.dry_run:
            self._stages[question.guard] = _GUARD
        self._reached: dict[str, set[Stage]] = {member: set() for member in self._stages}
        self._records: dict[tuple[str, Stage], str] = {}
        self._width = max(map(len, self._stages))
        self._started = time.monotonic()
        self._live = (
            Live(self._table(), console=console, refresh_per_second=8)
            if console.is_terminal
            else None
        )

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def show(self, step: Step) -> None:
        """Take in one step."""
        if step.stage is Stage.RELEASED:  # one release is everybody's
            for owner in self._owners:
                self._reached[owner].add(Stage.RELEASED)
        if step.member in self._reached:
            self._reached[step.member].add(step.stage)
            self._records[step.member, step.stage] = step.record
        known = step.refusal is not None and step.member in self.refused
        if step.refusal is not None and not step.echoes:
            self.refused.setdefault(step.member, step.refusal)
        if self._live is not None:
            self._live.update(self._table())
        elif not (known or step.echoes):  # the requester refuses its part, then ends the run
            self._print_step(step)

    def _print_step(self, step: Step) -> None:
        line = Text(f"  {step.member.ljust(self._width + 2)}")
        if step.refusal is None:
            line.append(f"✓ {self._words(step.member, step.stage, done=True)}")
        else:
            line.append(f"✗ {self._end(step.refusal)}  ")
        line.append(f"{time.monotonic() - self._started:.1f} s", "dim")
        self._console.print(line, soft_wrap=True)

    def _table(self) -> Table:
        table = Table.grid(padding=(0, 1))
        for member in self._stages:
            line = self._line(member)
            fits = line.cell_len + _MARGIN <= self._console.width
            table.add_row("  ", line if fits else self._short_line(member))
        return table

    def _line(self, member: str) -> Text:
        line = Text(member.ljust(self._width + 2), "bold")
        for stage in self._stages[member]:
            done = stage in self._reached[member]
            if done or member not in self.refused:
                line.append(f"{'✓' if done else '·'} ", "green" if done else "dim")
                line.append(self._words(member, stage, done=done), "" if done else "dim")
        if member in self.refused:
            line.append(f"✗ {self._end(self.refused[member])}", "red")
        return line

    def _short_line(self, member: str) -> Text:
        """A mark for every stage and the word of the last, for a narrow terminal."""
        stages = self._stages[member]
        done = [stage for stage in stages if stage in self._reached[member]]
        line = Text(member.ljust(self._width + 2), "bold")
        line.append("✓" * len(done), "green").append("·" * (len(stages) - len(done)), "dim")
        if member in self.refused:
            line.append(f"  ✗ {self._end(self.refused[member])}", "red")
        elif done:
            line.append(f"  {self._words(member, done[-1], done=True)}", "")
        return line

    def _end(self, error: AccordError) -> str:
        """A member that could not go on has not refused."""
        key = "stage_away" if error.kind == "unavailable" else "stage_refused"
        return f"{self._texts.say(key)} {error.code}"

    def _words(self, member: str, stage: Stage, *, done: bool) -> str:
        record = self._records.get((member, stage), "") if stage is Stage.RECORDED else ""
        number = f" #{record.partition('#')[2]}" if done and record else ""
        return f"{self._texts.say(f'stage_{stage}')}{number}  "
