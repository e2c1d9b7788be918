"""A live line per department while a question runs; plain lines where there is no terminal."""

from types import TracebackType
from typing import Final, Self

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from accord.cli.texts import Texts
from accord.client.progress import Stage, Step
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


class ProgressBoard:
    """Shows the steps of one run; use as a context manager around the call.

    Attributes:
        refused: Members that refused, with the code.
    """

    def __init__(self, console: Console, question: Question, texts: Texts) -> None:
        self.refused: dict[str, str] = {}
        self._console, self._texts = console, texts
        self._owners = question.owners
        self._stages = dict.fromkeys(self._owners, _DRY_RUN if question.dry_run else _OWNER)
        if not question.dry_run:
            self._stages[question.guard] = _GUARD
        self._reached: dict[str, set[Stage]] = {member: set() for member in self._stages}
        self._records: dict[tuple[str, Stage], str] = {}
        self._printed: set[str] = set()
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
            return
        for member in self._stages:
            self._print_line(member)

    def show(self, step: Step) -> None:
        """Take in one step."""
        if step.stage is Stage.RELEASED:  # one release is everybody's
            for owner in self._owners:
                self._reached[owner].add(Stage.RELEASED)
        if step.member in self._reached:
            self._reached[step.member].add(step.stage)
            self._records[step.member, step.stage] = step.record
        if step.refusal is not None:
            self.refused[step.member] = step.refusal.code
        self._refresh()

    def _refresh(self) -> None:
        if self._live is not None:
            self._live.update(self._table())
            return
        for member, stages in self._stages.items():
            if stages[-1] in self._reached[member] or member in self.refused:
                self._print_line(member)

    def _print_line(self, member: str) -> None:
        if member in self._printed or not (self._reached[member] or member in self.refused):
            return
        self._printed.add(member)
        line = Text("  ").append_text(self._line(member, only_reached=True))
        self._console.print(line, soft_wrap=True)

    def _table(self) -> Table:
        table = Table.grid(padding=(0, 1))
        for member in self._stages:
            table.add_row("  ", self._line(member, only_reached=False))
        return table

    def _line(self, member: str, *, only_reached: bool) -> Text:
        width = max(map(len, self._stages))
        line = Text(member.ljust(width + 2), "bold")
        for stage in self._stages[member]:
            done = stage in self._reached[member]
            if done or not (only_reached or member in self.refused):
                line.append(f"{'✓' if done else '·'} ", "green" if done else "dim")
                line.append(self._words(member, stage, done=done), "" if done else "dim")
        if member in self.refused:
            line.append(f"✗ {self._texts.say('stage_refused')} {self.refused[member]}", "red")
        return line

    def _words(self, member: str, stage: Stage, *, done: bool) -> str:
        record = self._records.get((member, stage), "") if stage is Stage.RECORDED else ""
        number = f" #{record.partition('#')[2]}" if done and record else ""
        return f"{self._texts.say(f'stage_{stage}')}{number}  "
