"""Runs that a former process of this node left behind."""

from dataclasses import replace

from accord.domain.errors import UnavailableError
from accord.domain.record import RecordKind
from accord.domain.run import RunState
from accord.node.member import Member
from accord.node.progress import refused
from accord.node.runs import REQUESTER
from accord.node.store import repository


def end_interrupted(member: Member) -> None:
    """Record the end of every run that this node coordinated when it was stopped or killed.

    A run lives in one process: its analyst may have gone, and whether it went as far as
    its release stands in the log.  To be called before the node serves.
    """
    with member.database.write() as session:
        for run in repository.list_runs_in(session, REQUESTER, RunState.RUNNING):
            error = UnavailableError("E-RUN-016", member=member.name)
            fields = {"question": run.question, "code": error.code.encode()}
            record = member.record(session, RecordKind.ABORT, fields, run_id=run.run_id)
            error.record = member.place(record.leaf_index)
            step = refused(member.name, error).SerializeToString(deterministic=True)
            number = len(repository.list_steps(session, run.run_id))
            repository.add_step(session, run.run_id, number, step)
            repository.save_run(session, replace(run, state=RunState.FAILED))
