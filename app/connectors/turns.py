"""Who comes first where a budget does not last for everybody: other papers each hour."""

from collections.abc import Sequence
from datetime import datetime

from app.domain.sources import SoughtPaper

# Knuth's multiplicative hash: whatever the hours of the runs are, the places where they begin are spread evenly.
STEP, WHOLE = 2654435769, 2**32


def in_turn(papers: Sequence[SoughtPaper], size: int, now: datetime) -> list[SoughtPaper]:
    """The papers in the order in which to ask about them, where a run has the means for `size` of them.

    Those that were heard of come first. The others begin at another place each hour, and so do those heard of where
    they alone are too many. Papers that all have room keep their order.
    """
    if len(papers) <= size:
        return list(papers)
    hour = int(now.timestamp()) // 3600
    heard = [paper for paper in papers if paper.heard]
    others = [paper for paper in papers if not paper.heard]
    return [*(_turned(heard, hour) if len(heard) > size else heard), *_turned(others, hour)]


def _turned(papers: list[SoughtPaper], hour: int) -> list[SoughtPaper]:
    start = hour * STEP % WHOLE * len(papers) // WHOLE
    return papers[start:] + papers[:start]
