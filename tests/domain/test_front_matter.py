"""The head of a post says what was meant, to every reader of YAML; and the names and dates that go with it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.domain.posts import (
    FrontMatter,
    FrontMatterError,
    PostDocument,
    compose,
    file_name,
    iso_date,
    lumen_front_matter,
    parse,
    slug,
)
from tests.domain.test_posts import HEAD

TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)
FRONTS = st.builds(
    FrontMatter,
    title=TEXTS,
    date=st.one_of(TEXTS, st.datetimes(timezones=st.just(UTC)).map(iso_date)),
    template=TEXTS,
    draft=st.booleans(),
    slug=TEXTS,
    category=TEXTS,
    tags=st.lists(TEXTS, max_size=3).map(tuple),
    description=TEXTS,
    social_image=TEXTS,
)


class TestFrontMatter:
    @given(FRONTS)
    @example(FrontMatter(title="yes", date="1e3", slug="012", description="a: b # c", tags=("~", "- x")))
    @settings(max_examples=300, deadline=None)
    def test_every_value_reads_back_as_text_to_any_reader(self, front):
        head = compose(PostDocument(front)).decode()
        said = yaml.safe_load(head.split("\n---\n")[0].removeprefix("---\n"))
        assert said["title"] == front.title and said["slug"] == front.slug
        assert said["tags"] == list(front.tags) and said["draft"] is front.draft

    def test_a_new_head_is_spelled_as_the_archives(self):
        front = lumen_front_matter(date(2030, 1, 2), datetime(2030, 1, 3, 9, 3, 24, tzinfo=UTC))
        assert compose(PostDocument(front)).decode() == HEAD.replace("24.Z", "24.000Z")

    def test_a_changed_value_is_not_hidden_by_the_text_it_was_read_from(self):
        front = parse(HEAD.replace("draft: false", "draft: no").encode()).front
        assert front.verbatim
        changed = replace(front, title="Other")
        assert b'title: "Other"' in compose(PostDocument(changed))

    def test_a_text_that_no_yaml_holds_is_refused(self):
        with pytest.raises(FrontMatterError):
            compose(PostDocument(FrontMatter(draft=None)))


class TestNames:
    def test_file_and_slug(self):
        assert file_name(date(2021, 3, 24)) == "2021-03-24---Hot-Papers.md"
        assert slug(date(2021, 3, 24)) == "hot-papers-2021-03-24"

    @pytest.mark.parametrize(
        ("hours", "text"),
        [(0, "2021-03-25T09:03:24.000Z"), (9, "2021-03-25T09:03:24.000+09:00"), (-4, "2021-03-25T09:03:24.000-04:00")],
    )
    def test_dates_are_true(self, hours, text):
        moment = datetime(2021, 3, 25, 9, 3, 24, tzinfo=timezone(timedelta(hours=hours)))
        assert iso_date(moment) == text
        assert datetime.fromisoformat(text) == moment

    def test_a_time_without_zone_is_refused(self):
        with pytest.raises(ValueError, match="time zone"):
            iso_date(datetime(2021, 3, 25))
