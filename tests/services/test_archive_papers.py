"""An imported post over a draft that follows the rules: its papers are picked, and no held paper is lost to it."""

from datetime import date

from app.models import Edition
from app.services import curation
from app.services.acting import Acting
from app.services.archive import import_post
from tests.factories import edition_of_scores, ingest_things, items, paper, scores

TOMORROW, LATER = date(2026, 11, 19), date(2026, 11, 20)
POST = b"""---
title: Hot Papers 2026-11-19
date: 2026-11-19T09:03:24.000Z
template: "post"
draft: false
category: "arXiv"
---

# 1. Lanterns

Ada Fernsby

- links: [abs](https://arxiv.org/abs/2611.90700) | [pdf](https://arxiv.org/pdf/2611.90700)

We study imaginary lanterns.
"""


def test_a_held_paper_goes_past_an_imported_post_into_the_next_edition(session, rules, editor, clock):
    edition_of_scores(session, rules, [100, 90])
    held = items(session)[0]
    curation.hold(session, held.id, by=Acting(editor, clock.tick(), rules))
    ingest_things(session, rules, [paper(score=60, announced_on=TOMORROW)], day=TOMORROW)
    assert scores(session, day=TOMORROW) == [100, 60]
    assert import_post(session, "2026-11-19---Hot-Papers.md", POST, Acting(None, clock.tick(), rules))
    assert session.query(Edition).filter_by(date=TOMORROW).one().status == "published"
    assert [item.paper.arxiv_id for item in items(session, day=TOMORROW)] == ["2611.90700"]
    assert [item.paper_id for item in items(session, "waiting", TOMORROW)] == [held.paper_id]
    assert scores(session, "candidate", TOMORROW) == [60]
    ingest_things(session, rules, [paper(score=70, announced_on=LATER)], day=LATER)
    assert scores(session, day=LATER) == [100, 70]
