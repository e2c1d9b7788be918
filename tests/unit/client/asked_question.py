"""A question as a person signs it, where only its SQL matters."""

from datetime import UTC, datetime

from accord.domain.question import Question

NOW = datetime(2026, 1, 31, tzinfo=UTC)


def asked_question(sql: str) -> Question:
    return Question(
        version=1,
        run_id=bytes(16),
        requester="statistics",
        analyst="ana",
        sql=sql,
        plan=b"",
        purpose="review",
        table_digest=bytes(32),
        owners=("north", "south"),
        guard="bureau",
        grants={},
        minimum=10,
        asked=NOW,
        expires=NOW,
        dry_run=False,
    )
