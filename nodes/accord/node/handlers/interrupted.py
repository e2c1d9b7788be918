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
    """Record for every run that this node coordinated that it was stopped or killed.

    A run lives in one process: whether it goes on is for its analyst to say.  To be
    called before the node serves.
    """
    with member.database.write() as session:
        for run in repository.list_runs_in(session, REQUESTER, RunState.RUNNING):
            error = UnavailableError("E-RUN-016", member=member.name)
            fields = {"question": run.question, "code": error.code.encode()}
            record = member.record(session, RecordKind.INTERRUPT, fields, run_id=run.run_id)
            error.record = member.place(record.leaf_index)
            step = refused(member.name, error).SerializeToString(deterministic=True)
            repository.add_step(session, run.run_id, step)
            repository.save_run(session, replace(run, state=RunState.INTERRUPTED))
