"""What the demo prints, in its order; plain lines where there is no terminal."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from rich import box
from rich.console import Console
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from accord.cli.demo_consortium import ANALYST, PURPOSE, REQUESTER, STEWARD, TABLE, DemoLab
from accord.cli.demo_questions import Comparison, DemoQuestion
from accord.cli.lab_spec import LOOPBACK
from accord.cli.render_answer import answer_table
from accord.cli.render_errors import print_error
from accord.cli.results import AskedResult, print_evidence
from accord.cli.texts import Texts
from accord.client.summaries import Published
from accord.domain.errors import AccordError
from accord.domain.ids import MemberRole


class DemoScreen:
    """Prints to one console; keeps the times of the phases.

    Attributes:
        timings: Seconds by phase.
    """

    def __init__(self, console: Console, texts: Texts) -> None:
        self.console, self.texts = console, texts
        self.timings: dict[str, float] = {}

    @property
    def language(self) -> str:
        """``en`` or ``zh``."""
        return self.texts.language

    def say(self, key: str, **facts: object) -> None:
        """Print a sentence of the texts."""
        self.console.print(Text(self.texts.say(key, **facts)), soft_wrap=True)

    @contextmanager
    def phase(self, name: str) -> Iterator["Phase"]:
        """One line of progress with its elapsed time."""
        phase = Phase(self, name)
        with self.console.status(Text(phase.title)):
            yield phase
        self.timings[name] = phase.elapsed_s
        self.print_phase(f"{phase.title}  {phase.note}".rstrip(), phase.elapsed_s)

    def passed(self, name: str, elapsed_s: float) -> None:
        """The line of a phase that ran beside another."""
        self.timings[name] = elapsed_s
        self.print_phase(self.texts.say(f"demo_phase_{name}"), elapsed_s)

    def print_phase(self, title: str, elapsed_s: float) -> None:
        """The line of a phase that is over."""
        line = Text.assemble(("✓ ", "green"), title, (f"  {elapsed_s:.1f} s", "dim"))
        self.console.print(line)

    def members(self, demo: DemoLab, published: Mapping[str, Published]) -> None:
        """Who takes part, what each holds, where it listens."""
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
        for key in ("member", "title", "holds", "listens"):
            table.add_column(self.texts.say(f"demo_column_{key}"), no_wrap=True)
        for member in demo.spec.member:
            title = member.title.zh if self.language == "zh" else member.title.en
            address = f"{LOOPBACK}:{demo.lab.ports.nodes[member.id]}"
            holds = self._holds(member.id, member.roles, published)
            table.add_row(*map(Text, (member.id, title, holds, address)))
        self.console.print()
        self.console.print(table)

    def question(self, number: int, question: DemoQuestion) -> None:
        """Headline and SQL."""
        title = self.texts.say(f"demo_question_{question.name}")
        self.console.print()
        if self.console.is_terminal:
            self.console.print(Rule(Text(f"{number}. {title}", "bold"), align="left"))
        else:
            self.console.print(Text(f"{number}. {title}"))
        self.console.print(Text(f"  {question.sql}", "cyan"), soft_wrap=True)
        self.say("demo_purpose", purpose=question.purpose)

    def answer(self, result: AskedResult, elapsed_s: float) -> None:
        """The table, and below it the evidence."""
        self.console.print(answer_table(result.answer, result.plan, self.texts))
        print_evidence(self.console, result, self.texts)
        self.say("demo_answered", seconds=f"{elapsed_s:.1f}")

    def refusal(self, error: AccordError) -> None:
        """The rule, the remedy, the record."""
        print_error(self.console, self.texts, error)

    def truth(self, comparisons: Sequence[Comparison]) -> None:
        """How far the answers are from all rows in one place."""
        self.console.print()
        self.say("demo_truth")
        for number, comparison in enumerate(comparisons, 1):
            self.say(
                "demo_agrees" if comparison.agrees else "demo_differs",
                number=number,
                released=comparison.released,
                largest=f"{float(comparison.largest):.1e}",
            )
            if comparison.withheld:
                counts = ", ".join(map(str, sorted(comparison.withheld_counts)))
                self.say("demo_withheld", withheld=comparison.withheld, counts=counts)

    def next_steps(self, demo: DemoLab, *, kept: bool) -> None:
        """What to type next, when the consortium is about to go."""
        self.console.print()
        self.say("demo_next")
        if kept:
            folder = demo.lab.folder
            self._command(f"accord lab up {folder}")
            self._command(f"accord verify {folder}/bundles/1.accord --trust {folder}/trust.json")
            return
        self._command("accord demo --serve", "demo_next_serve")
        self._command("accord demo --keep demo-lab", "demo_next_keep")
        self._command("accord lab new consortium.toml lab", "demo_next_lab")

    def commands(self, demo: DemoLab) -> None:
        """Every person's commands, while the consortium stays up."""
        analyst = f"--as {demo.profile(REQUESTER, ANALYST)}"
        folder = demo.lab.folder
        sql = f"SELECT marital, COUNT(*), AVG(wages) FROM {TABLE} GROUP BY marital"
        self.console.print()
        self.say("demo_serving")
        self.say("demo_for_analyst", member=REQUESTER)
        self._command(f'accord ask "{sql}" --purpose "{PURPOSE}" {analyst}')
        self._command(f"accord runs {analyst}")
        for part in demo.parts:
            steward = f"--as {demo.profile(part.member, STEWARD)}"
            self.say("demo_for_steward", member=part.member)
            self._command(f"accord grants {steward}")
            self._command(f"accord data list {steward}")
        self.say("demo_for_regulator", member="audit_office")
        self._command(f"accord status --as {demo.profile('audit_office', 'regulator')}")
        self.say("demo_for_outsider")
        self._command(f"accord verify {folder}/bundles/1.accord --trust {folder}/trust.json")
        self.console.print()
        self.say("demo_stop")

    def _command(self, command: str, why: str = "") -> None:
        text = Text.assemble("  ", (command, "cyan"))
        if why:
            text.append(f"   {self.texts.say(why)}", "dim")
        self.console.print(text, soft_wrap=True)

    def _holds(
        self, member: str, roles: tuple[MemberRole, ...], published: Mapping[str, Published]
    ) -> str:
        if member in published:
            part = published[member]
            return self.texts.say("demo_holds", table=part.table, rows=f"{part.rows:,}")
        role = next((role.value for role in roles if role is not MemberRole.OWNER), "requester")
        return self.texts.say(f"demo_role_{role}")


class Phase:
    """One phase of the start, while it runs; ``note`` goes into its line."""

    def __init__(self, screen: DemoScreen, name: str) -> None:
        self._screen, self._started = screen, time.monotonic()
        self.title = screen.texts.say(f"demo_phase_{name}")
        self.note = ""

    @property
    def elapsed_s(self) -> float:
        """Seconds since it began."""
        return time.monotonic() - self._started
