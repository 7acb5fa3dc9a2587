"""The schedule: a week as the worker lives through it, in New York's time, whatever it is answered."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.listings import NEW_YORK
from app.domain.schedule import REFRESH_AFTER, Agenda, Due, PastRun, agenda, first_look

FRIDAY = date(2026, 11, 20)
MONDAY = date(2026, 11, 23)
THANKSGIVING = date(2026, 11, 26)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A time of New York, in UTC."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=NEW_YORK).astimezone(UTC)


def plan(now: datetime, *runs: PastRun, since: date = FRIDAY, **more) -> Agenda:
    """The agenda of a desk that began on a Friday."""
    return agenda(now, runs, **{"holidays": {THANKSGIVING}, "incomplete": set(), "since": since} | more)


def listed(day: date, started: datetime, found: int = 300) -> PastRun:
    """A run that read the whole listing of a day."""
    return PastRun(day, started, "succeeded", found)


def test_the_first_look_is_at_half_past_midnight_and_not_before():
    early = plan(at(FRIDAY, 0, 29))
    assert (early.due, early.next_at) == ((), at(FRIDAY, 0, 30))
    due = plan(at(FRIDAY, 0, 30)).due[0]
    assert (due.day, due.with_listing) == (FRIDAY, True)


def test_what_is_not_announced_is_looked_for_again_every_hour():
    pending = PastRun(FRIDAY, at(FRIDAY, 1, 31), "pending", said="arXiv has not announced 2026-11-20 yet.")
    state = plan(at(FRIDAY, 1, 45), pending)
    assert state.due == ()
    assert state.next_at == at(FRIDAY, 2, 30)
    assert state.said == "arXiv has not announced 2026-11-20 yet; next look at 02:30 in New York."
    assert plan(at(FRIDAY, 2, 30), pending).due[0].day == FRIDAY


def test_a_failure_is_told_as_what_it_was():
    said = "arxiv.org answered 503 five times; the next run tries again."
    state = plan(at(FRIDAY, 3, 40), PastRun(FRIDAY, at(FRIDAY, 3, 31), "failed", said=said))
    assert state.said == "arxiv.org answered 503 five times; next look at 04:30 in New York."


def test_a_listing_that_came_in_parts_is_asked_for_again():
    part = PastRun(FRIDAY, at(FRIDAY, 0, 31), "partial", 200, 200)
    assert plan(at(FRIDAY, 1, 0), part).due == ()
    # The networks have been asked, and one of them costs money.
    assert plan(at(FRIDAY, 1, 30), part).due == (Due(FRIDAY, True, with_numbers=False),)
    rest = PastRun(FRIDAY, at(FRIDAY, 1, 31), "succeeded", 300, 100, has_numbers=False)
    assert plan(at(FRIDAY, 1, 40), part, rest).due == (Due(FRIDAY, False),)
    nothing_new = PastRun(FRIDAY, at(FRIDAY, 1, 31), "succeeded", 300, 0, has_numbers=False)
    assert plan(at(FRIDAY, 1, 40), part, nothing_new).due == ()


def test_once_the_day_is_over_a_part_of_its_listing_has_to_do():
    part = PastRun(FRIDAY, at(FRIDAY, 0, 31), "partial", 200, 200)
    late = PastRun(FRIDAY, at(FRIDAY, 23, 31), "partial", 200, has_numbers=False)
    numbers = PastRun(FRIDAY, at(FRIDAY, 6, 31), None)
    assert plan(at(FRIDAY, 6, 30), part).due == (Due(FRIDAY, True),)
    assert plan(at(date(2026, 11, 21), 0, 10), part, numbers, late).due == ()
    assert plan(at(date(2026, 11, 21), 0, 30), part, numbers, late).due == (Due(FRIDAY, True),)


def test_weekends_have_no_listing_and_say_so():
    state = plan(
        at(date(2026, 11, 21), 9), listed(FRIDAY, at(FRIDAY, 0, 31)), listed(FRIDAY, at(date(2026, 11, 21), 0, 31))
    )
    assert state.due == ()
    assert state.said.startswith("arXiv has no listing on Saturdays; next look on Monday, 2026-11-23, at 00:30")
    assert plan(at(date(2026, 11, 22), 12), since=MONDAY).next_at == at(MONDAY, 0, 30)


def test_a_holiday_explains_an_empty_day_but_does_not_stop_the_looking():
    state = plan(at(THANKSGIVING, 0, 30), since=THANKSGIVING)
    assert [due.day for due in state.due] == [THANKSGIVING]
    empty = PastRun(THANKSGIVING, at(THANKSGIVING, 0, 31), "succeeded", 0)
    state = plan(at(THANKSGIVING, 0, 40), empty, since=THANKSGIVING)
    assert "it has a holiday on 2026-11-26; next look at 01:30" in state.said
    assert plan(at(THANKSGIVING, 1, 30), empty, since=THANKSGIVING).due[0].day == THANKSGIVING
    # Once the day is over, a listing that was empty for a good reason is not missed.
    assert all(due.day != THANKSGIVING for due in plan(at(date(2026, 11, 27), 0, 29), empty, since=THANKSGIVING).due)


@pytest.mark.parametrize("hours", [6, 24, 72, 168])
def test_the_numbers_are_read_again_after_hours_and_days(hours):
    runs = [listed(FRIDAY, first_look(FRIDAY) + timedelta(minutes=1))]
    runs += [
        PastRun(FRIDAY, first_look(FRIDAY) + after, None) for after in REFRESH_AFTER if after < timedelta(hours=hours)
    ]
    moment = first_look(FRIDAY) + timedelta(hours=hours)
    of_friday = [due for due in plan(moment - timedelta(seconds=1), *runs).due if due.day == FRIDAY]
    assert of_friday == []
    due = next(due for due in plan(moment, *runs).due if due.day == FRIDAY)
    # arXiv itself is asked again only a day later: by then there may be a second version, or a withdrawal.
    assert due.with_listing == (hours >= 24)


def test_refreshes_that_were_missed_are_made_up_for_by_one():
    runs = [listed(FRIDAY, at(FRIDAY, 0, 31))]
    after_a_week = first_look(FRIDAY) + timedelta(days=6)
    assert [due.day for due in plan(after_a_week, *runs).due].count(FRIDAY) == 1
    runs.append(PastRun(FRIDAY, after_a_week, None))
    assert FRIDAY not in [due.day for due in plan(after_a_week + timedelta(minutes=5), *runs).due]


def test_papers_that_the_api_did_not_have_are_asked_for_an_hour_later():
    run = listed(FRIDAY, at(FRIDAY, 0, 31))
    due = plan(at(FRIDAY, 1, 30), run, incomplete={FRIDAY}).due[0]
    assert (due.day, due.with_listing) == (FRIDAY, True)
    assert plan(at(FRIDAY, 1, 30), run).due == ()


def test_a_missed_day_is_looked_for_once_it_can_be_and_not_every_minute():
    now = at(date(2026, 11, 24), 9)
    today = listed(date(2026, 11, 24), at(date(2026, 11, 24), 7))
    state = plan(now, today)
    assert [due.day for due in state.due] == [MONDAY, FRIDAY]
    failed = [PastRun(day, now, "failed", said="no") for day in (MONDAY, FRIDAY)]
    assert plan(now + timedelta(hours=5), today, *failed).due == ()
    assert len(plan(now + timedelta(hours=6), today, *failed).due) == 2


def test_days_before_the_desk_began_are_not_looked_for():
    assert [due.day for due in plan(at(MONDAY, 9), since=MONDAY).due] == [MONDAY]


def test_a_run_of_chosen_sources_stands_in_for_no_refresh():
    chosen = PastRun(FRIDAY, at(FRIDAY, 6, 31), None, has_numbers=False)
    runs = (listed(FRIDAY, at(FRIDAY, 0, 31)), chosen)
    assert plan(at(FRIDAY, 6, 40), *runs).due == (Due(FRIDAY, False),)


def test_while_something_is_due_it_is_being_collected():
    assert plan(at(FRIDAY, 0, 31)).said == "The papers of 2026-11-20 are being collected now."


def test_with_arxiv_off_only_the_numbers_of_days_with_papers_are_read():
    assert plan(at(FRIDAY, 9), filled=set()).due == ()
    from_file = PastRun(FRIDAY, at(FRIDAY, 0, 31), None, has_numbers=False)
    state = plan(at(FRIDAY, 9), from_file, filled={FRIDAY})
    assert state.due == (Due(FRIDAY, False),)
    done = plan(at(FRIDAY, 9, 5), from_file, PastRun(FRIDAY, at(FRIDAY, 9), None), filled={FRIDAY})
    assert done.said.startswith("arXiv is off, so no listing is looked for; next look on Saturday")


def test_an_invented_day_is_left_alone():
    demo = PastRun(FRIDAY, at(FRIDAY, 9), None, is_demo=True)
    state = plan(at(FRIDAY, 10), demo)
    assert state.due == ()
    assert state.said.startswith("The desk has an invented day on 2026-11-20")


answers = st.sampled_from([("succeeded", 300), ("succeeded", 0), ("partial", 100), ("failed", 0), ("pending", 0)])


@settings(max_examples=40)
@given(st.lists(answers, min_size=1, max_size=40), st.integers(3, 90), st.integers(0, 6))
def test_a_worker_that_lives_by_the_agenda_never_hurries_and_never_forgets(said, minutes, start):
    """Whatever arXiv answers: no day's listing is asked for twice within an hour, and what is listed is refreshed."""
    begin, runs, answered = at(FRIDAY + timedelta(days=start), 0, 5), [], iter(said)
    now, since = begin, (FRIDAY + timedelta(days=start))
    while now < begin + timedelta(days=4):
        state = plan(now, *runs, since=since)
        assert state.next_at > now or state.due
        assert state == plan(now, *runs, since=since)
        for due in state.due:
            listing, found = next(answered, ("succeeded", 300)) if due.with_listing else (None, 0)
            runs.append(PastRun(due.day, now, listing, found, has_numbers=due.with_numbers))
        assert not plan(now, *runs, since=since).due
        now += timedelta(minutes=minutes)
    for day in {run.day for run in runs}:
        looks = sorted(run.started_at for run in runs if run.day == day and run.listing)
        gaps = [later - earlier for earlier, later in zip(looks, looks[1:], strict=False)]
        # An hourly slot may be met late and the next one on time.
        assert all(gap >= timedelta(minutes=min(minutes, 60)) for gap in gaps)
        assert len(looks) <= 4 * 24 + 1
        # Whatever the listing does, the networks are asked a handful of times: once with it, and as it ages.
        assert sum(run.has_numbers for run in runs if run.day == day and run.found) <= 1 + len(REFRESH_AFTER)


@pytest.mark.parametrize("day", [date(2026, 3, 9), date(2026, 11, 2)])
def test_the_hour_that_daylight_saving_takes_or_gives_changes_no_look(day):
    """The Mondays after both changes of clocks: half past midnight in New York is half past midnight there."""
    assert first_look(day).astimezone(NEW_YORK).strftime("%H:%M") == "00:30"
    assert plan(first_look(day), since=day).due[0].day == day
