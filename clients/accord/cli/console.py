"""The consoles everything is printed on: they show what others wrote, and never obey it."""

from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from accord.domain.text import printable


class PlainConsole(Console):
    """A console on which only rich itself can move the cursor or change a colour.

    Every text, from wherever it comes, passes through `render`; what a terminal would obey
    is written by its number.  A name in a failed check is as foreign as a purpose in a
    valid one, so no single place that prints could be trusted to remember this.
    """

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """As the base class, in plain text; rich's own control codes pass."""
        for segment in super().render(renderable, options):
            if segment.control:
                yield segment
            else:
                yield Segment(printable(segment.text, besides="\n\t"), segment.style)
