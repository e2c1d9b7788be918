"""The four lines of an error: what happened, which rule, what you can do, where recorded."""

from rich.console import Console
from rich.text import Text

from accord.cli.texts import Texts
from accord.domain.errors import AccordError, Sentence, explain


def print_error(console: Console, texts: Texts, error: AccordError) -> None:
    """Print ``error`` as four lines; the last only if it is recorded somewhere."""
    sentence = explain(error, texts.language)
    console.print(Text.assemble((error.code, "bold red"), "  ", sentence.what), soft_wrap=True)
    for key, value in _lines(sentence, error.record):
        label = f"  {texts.say(key)}  "
        console.print(Text.assemble((label, "bold"), value), soft_wrap=True)


def error_as_json(error: AccordError, texts: Texts) -> dict[str, object]:
    """The same for a program: code, kind, facts and the sentences."""
    sentence = explain(error, texts.language)
    return {
        "code": error.code,
        "kind": error.kind,
        "what": sentence.what,
        "rule": sentence.rule,
        "can": sentence.can,
        "record": error.record,
        "facts": dict(error.facts),
    }


def _lines(sentence: Sentence, record: str) -> list[tuple[str, str]]:
    lines = [("error_rule", sentence.rule), ("error_can", sentence.can)]
    return [*lines, ("error_record", record)] if record else lines
