"""``accord demo``: a consortium on this machine that asks, verifies and goes away.

The order of the screen is fixed: progress, members, three questions, truth, what next.
"""

import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final

import typer

from accord.cli.demo_consortium import (
    ANALYST,
    BUNDLES_FOLDER,
    DATA_FOLDER,
    REQUESTER,
    TABLE,
    DemoLab,
    demo_folder,
    make_demo,
    publish_all,
)
from accord.cli.demo_full import find_source, write_full
from accord.cli.demo_questions import (
    QUESTIONS,
    Comparison,
    DemoQuestion,
    compare,
    comparison_as_json,
)
from accord.cli.demo_screen import DemoScreen
from accord.cli.files import write_file
from accord.cli.lab_run import lab_tasks
from accord.cli.render_errors import error_as_json
from accord.cli.render_progress import ProgressBoard
from accord.cli.results import AskedResult, check_result, result_as_json
from accord.cli.session import Json, Session, session_of
from accord.cli.stop_signals import terminated_as_interrupted
from accord.cli.supervise import READY_TIMEOUT_S, Supervisor
from accord.cli.texts import CLI_TEXTS, load_texts
from accord.client.client import Client, Finished
from accord.client.summaries import Published
from accord.domain.bundle import FILE_SUFFIX
from accord.domain.errors import FaultError, RefusalError

app = typer.Typer(add_completion=False)
DEMO_TEXTS: Final = "demo_texts.toml"
LEDGER: Final = "ledger"  # the task's name


@app.command()
def demo(
    context: typer.Context,
    *,
    serve: Annotated[bool, typer.Option("--serve")] = False,
    keep: Annotated[Path | None, typer.Option("--keep", metavar="DIR")] = None,
    full: Annotated[bool, typer.Option("--full")] = False,
    as_json: Json = False,
) -> None:
    """Run the demo."""
    session = session_of(context)
    console = session.talk if as_json else session.out
    texts = load_texts(session.texts.language, CLI_TEXTS, DEMO_TEXTS)
    show = DemoScreen(console, texts)
    source = find_source() if full else None
    started = time.monotonic()
    with terminated_as_interrupted(), demo_folder(keep) as folder, Supervisor() as supervisor:
        show.say("demo_hello")
        lab, published = _start(folder, supervisor, show, source)
        show.members(lab, published)
        outcome = _ask_all(lab, show, started)
        show.truth(outcome.comparisons)
        if as_json:
            session.print_json({**outcome.as_json(session), "timings": show.timings})
        _check_agreement(outcome.comparisons)
        if serve:
            show.commands(lab)
            with suppress(KeyboardInterrupt):  # the usual way to say "enough"
                supervisor.watch(threading.Event())
        else:
            show.next_steps(lab, kept=keep is not None)
    if keep is not None:
        show.say("demo_kept", folder=keep)


def _start(
    folder: Path, supervisor: Supervisor, show: DemoScreen, source: Path | None
) -> tuple[DemoLab, dict[str, Published]]:
    with show.phase("keys") as phase:

        def progress(done: int, of: int, _member: str) -> None:
            phase.note = f"{done}/{of}"

        lab = make_demo(folder, progress, sample=source is None)
    if source is not None:
        with show.phase("cut"):
            write_full(source, folder / DATA_FOLDER)
    with show.phase("members") as phase:
        tasks = lab_tasks(folder)
        supervisor.start(tasks)  # all at once: the members need no ledger to come up

        def heard(name: str) -> None:
            if name == LEDGER:
                show.passed("ledger", phase.elapsed_s)

        supervisor.wait_ready(READY_TIMEOUT_S, heard)
        phase.note = str(len(tasks) - 1)
    with show.phase("data") as phase:
        published = publish_all(lab)
        phase.note = f"{sum(part.rows for part in published.values()):,}"
    return lab, published


def _ask_all(lab: DemoLab, show: DemoScreen, started: float) -> "_Asked":
    asked = _Asked()
    files = lab.parquet(TABLE)
    with lab.client(REQUESTER, ANALYST) as client:
        for number, question in enumerate(QUESTIONS, 1):
            show.question(number, question)
            if question.refused:
                asked.refusal = _expect_refusal(client, question, show)
                continue
            file = lab.lab.folder / BUNDLES_FOLDER / f"{number}{FILE_SUFFIX}"
            result = _ask(client, question, file, show)
            asked.results.append(result)
            if number == 1:
                show.timings["first_verified"] = time.monotonic() - started
                show.say("demo_first", seconds=f"{show.timings['first_verified']:.1f}")
            asked.comparisons.append(compare(result, files))
    return asked


def _ask(client: Client, question: DemoQuestion, file: Path, show: DemoScreen) -> AskedResult:
    started = time.monotonic()
    finished = _run(client, question, show)
    if finished.outcome is None:
        raise FaultError("E-INT-001", detail="a demo question was no question")
    write_file(file, finished.outcome.bundle)
    result = check_result(finished.outcome, file, client.profile.trust)
    elapsed_s = time.monotonic() - started
    show.timings[f"question_{question.name}"] = elapsed_s
    show.answer(result, elapsed_s)
    return result


def _expect_refusal(client: Client, question: DemoQuestion, show: DemoScreen) -> RefusalError:
    try:
        _run(client, question, show)
    except RefusalError as error:
        show.refusal(error)
        return error
    raise FaultError("E-CLI-012", number=len(QUESTIONS))


def _run(client: Client, question: DemoQuestion, show: DemoScreen) -> Finished:
    draft = client.draft(question.sql, question.purpose)
    with ProgressBoard(show.console, draft, show.texts) as board:
        return client.run_question(draft, board.show)


def _check_agreement(comparisons: Sequence[Comparison]) -> None:
    for number, comparison in enumerate(comparisons, 1):
        if not comparison.agrees:
            raise FaultError("E-CLI-011", number=number)


@dataclass
class _Asked:
    """What came of the questions: results and comparisons of those answered, in order."""

    results: list[AskedResult] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)
    refusal: RefusalError | None = None

    def as_json(self, session: Session) -> dict[str, object]:
        answered = [
            {**result_as_json(result), "truth": comparison_as_json(comparison)}
            for result, comparison in zip(self.results, self.comparisons, strict=True)
        ]
        refusal = error_as_json(self.refusal, session.texts) if self.refusal else None
        return {"answered": answered, "refused": refusal}
