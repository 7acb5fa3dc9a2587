"""Profiles: what each generator is given, a folder of the house's own, and what is wrong with one, by file and line."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from app.domain.front_matter import FrontMatterError
from app.domain.posts import LUMEN, SCRIPT, compose, file_name, parse
from app.domain.profiles import BUILT_IN, Profile, ProfileError, load_profile, profile_from
from app.domain.profiles.composing import NAMES_OF_BODY
from app.domain.profiles.yaml_head import head_of
from app.domain.records import document_of
from tests.domain.test_posts import POST
from tests.domain.test_records import edition, item, mention

HANDBOOK = (Path(__file__).parents[2] / "docs/profiles.md").read_text(encoding="utf-8")
OTHERS = [name for name in BUILT_IN if name != "lumen"]
TOML = 'name = "house"\nversion = 3\nfile_name = "{{ slug }}.md"\n\n[front_matter]\ntitle = "{{ title }}"\n'
HOUSE = {
    "profile.toml": TOML,
    "body.md.jinja": "{% for entry in entries %}\n# {{ entry.number }}. {{ entry.title }}\n\n{% endfor %}\n",
}


def made(**given_values):
    """The document of an edition that was published once and corrected once, in Vienna."""
    values = {
        "timezone": "Europe/Vienna",
        "introduction": "Good *morning*.",
        "revision": 2,
        "revised_at": "2030-01-04T10:00:00+00:00",
        "corrections": [{"at": "2030-01-04T23:30:00+00:00", "note": "A name was misspelled."}],
    }
    return document_of(edition(item(mentions=[mention(1, reposts=100)]), **values | given_values))


def head(data: bytes) -> dict:
    return yaml.safe_load(data.decode().split("\n---\n")[0].removeprefix("---\n"))


@pytest.fixture
def folder(tmp_path: Path):
    """Write a profile's folder, the files of HOUSE with others in their place, and give its path."""

    def write(**files: str | bytes) -> Path:
        for name, text in (HOUSE | {key.replace("_", "."): text for key, text in files.items()}).items():
            path = tmp_path / name.replace("md.jinja", "md.jinja")
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return tmp_path

    return write


def refusal(path: Path) -> str:
    """Why a profile is refused, in one plain sentence."""
    with pytest.raises(ProfileError) as caught:
        load_profile(path)
    said = str(caught.value)
    assert said.endswith(".") and "\n" not in said
    return said


class TestBuiltIn:
    @pytest.mark.parametrize("name", BUILT_IN)
    def test_a_profile_comes_out_of_its_data_whatever_sorts_the_keys(self, name):
        profile = load_profile(name)
        assert profile.name == name
        assert profile_from(json.loads(json.dumps(profile.to_data(), sort_keys=True))) == profile

    @pytest.mark.parametrize("name", OTHERS)
    def test_every_generator_is_told_title_date_and_address(self, name):
        profile, document = load_profile(name), made()
        said = head(compose(document, profile))
        assert said["title"] == "Hot Papers 2030-01-02"
        assert said[{"astro": "pubDate"}.get(name, "date")] == datetime(2030, 1, 3, 9, 3, 24, tzinfo=UTC)
        address = said.get("url") or said.get("permalink") or f"/{said['slug']}/"
        assert address == "/hot-papers-2030-01-02/"
        assert said.get("draft") is False or said["published"] is True
        assert said["tags"] == ["arXiv", "Twitter", "Machine Learning", "Computer Science"]
        assert file_name(date(2030, 1, 2), profile) == "2030-01-02-hot-papers.md"

    def test_the_date_has_the_offset_of_the_houses_zone(self):
        assert b"\ndate: 2030-01-03T10:03:24.000+01:00\n" in compose(made(), load_profile("hugo"))
        assert b"\ndate: 2030-01-03T09:03:24.000Z\n" in compose(made(timezone="UTC"), load_profile("hugo"))

    @pytest.mark.parametrize(
        ("name", "key"),
        [("hugo", "lastmod"), ("jekyll", "last_modified_at"), ("eleventy", "updated"), ("astro", "updatedDate")],
    )
    def test_a_later_revision_says_when_it_was_made_and_the_first_says_nothing(self, name, key):
        profile = load_profile(name)
        assert head(compose(made(), profile))[key] == datetime(2030, 1, 4, 10, tzinfo=UTC)
        assert key not in head(compose(made(revised_at=None, revision=1), profile))

    def test_no_template_engine_is_let_near_the_text(self):
        assert head(compose(made(), load_profile("jekyll")))["render_with_liquid"] is False
        assert head(compose(made(), load_profile("eleventy")))["templateEngineOverride"] == "md"

    @pytest.mark.parametrize("name", BUILT_IN)
    def test_all_of_an_entry_stands_in_its_order(self, name):
        text = compose(made(), load_profile(name)).decode()
        pieces = [
            "Good *morning*.",
            "# 1. Counting Clouds",
            "Ann Example, Bo Sample",
            "- retweets: 100",
            "- links: [abs]",
        ]
        pieces += ["- [cs.CV]", "Clouds are counted.", "words 1", "\n- - -\n", "**Correction, 5 January 2030:** A name"]
        places = [text.index(piece) for piece in pieces]
        assert places == sorted(places)
        assert text.endswith("A name was misspelled.\n")

    @pytest.mark.parametrize("name", BUILT_IN)
    def test_an_edition_without_papers_has_its_head_alone(self, name):
        document = document_of(edition())
        text = compose(document, load_profile(name)).decode()
        assert text.startswith("---\ntitle: ") or text.startswith('---\nlayout: "post"\n')
        assert text.endswith("---\n")

    def test_a_post_that_was_read_from_a_file_keeps_its_form(self):
        with pytest.raises(ProfileError, match="keeps the form that it has"):
            compose(parse(POST.encode()), load_profile("hugo"))


class TestQuotes:
    def test_lumen_has_the_networks_widget_and_can_do_without(self):
        document = made()
        assert SCRIPT.encode() in compose(document)
        plain = compose(document, LUMEN.with_quotes("plain")).decode()
        assert "<script" not in plain and "twitter-tweet" not in plain
        assert '<blockquote><p dir="ltr">words 1</p>&mdash; Ann Example (@ann)' in plain
        assert parse(plain.encode()).entries[0].quotes[0].html.startswith("<blockquote>")

    @pytest.mark.parametrize("name", ["jekyll", "eleventy", "astro"])
    def test_where_there_is_html_quotes_are_plain_and_can_be_widgets(self, name):
        profile = load_profile(name)
        assert b"<script" not in compose(made(), profile)
        assert SCRIPT in compose(made(), profile.with_quotes("widget")).decode()

    def test_where_there_is_none_they_are_markdown_and_no_widgets(self):
        text = compose(made(), load_profile("hugo")).decode()
        assert "\n> words 1\n" in text and "<" not in text
        with pytest.raises(ProfileError, match="has no raw HTML, so its quotes must be plain"):
            load_profile("hugo").with_quotes("widget")


class TestAFolder:
    def test_it_is_read_whole_and_says_what_it_says(self, folder):
        profile = load_profile(folder())
        assert (profile.name, profile.version, profile.quotes) == ("house", 3, "plain")
        assert compose(made(), profile) == b'---\ntitle: "Hot Papers 2030-01-02"\n---\n\n# 1. Counting Clouds\n'
        assert file_name(date(2030, 1, 2), profile) == "hot-papers-2030-01-02.md"
        assert load_profile(str(folder())) == profile

    def test_a_single_expression_gives_its_value_and_a_text_a_text(self, folder):
        lines = [
            'day = "{{ edition_date }}"',
            'named = "{{ edition_date }}!"',
            'count = "{{ revision }}"',
            "pinned = true",
            "weight = 1.5",
            'tags = ["{{ category }}", "012", "{{ none }}", "1e3"]',
            "cover = \"{{ {'image': slug, 'hidden': revision > 1} }}\"",
            "said = \"{{ corrections | map(attribute='note') | list }}\"",
            'left_out = "{{ none }}"',
            'on = "yes"',
        ]
        said = head(compose(made(), load_profile(folder(profile_toml=TOML + "\n".join(lines)))))
        assert said == {
            "title": "Hot Papers 2030-01-02",
            "day": date(2030, 1, 2),
            "named": "2030-01-02!",
            "count": 2,
            "pinned": True,
            "weight": 1.5,
            "tags": ["arXiv", "012", "1e3"],
            "cover": {"image": "hot-papers-2030-01-02", "hidden": True},
            "said": ["A name was misspelled."],
            "on": "yes",
        }

    @pytest.mark.parametrize(
        ("toml", "said"),
        [
            ('name = "x"\nversion = \n', "profile.toml, line 2: Invalid value."),
            ('name = "x"\n', "profile.toml lacks version."),
            (TOML.replace("version = 3", 'version = "3"'), "line 2: version: must be a whole number."),
            (
                TOML.replace("version = 3", "version = true"),
                "line 2: version: must be a whole number.",
            ),
            ('colour = "red"\n' + TOML, "line 1: colour: there is no such key; there are name, "),
            (TOML.replace("title }}", "titel }}"), "line 6: title: there is no 'titel'; there are "),
            (TOML.replace("title }}", "title"), "line 6: title: unexpected end of template"),
            (TOML + "seen = 2030-01-02", "line 7: seen: it must be a text, a number, true or false"),
            (TOML + "x = [{a = 1}]", "line 7: x: it must be a text, a number, true or false"),
            (TOML.replace("slug }}", "slug"), "line 3: file_name: unexpected"),
            (
                TOML.replace("{{ slug }}", "post"),
                "line 3: file_name: two editions would have the same",
            ),
            (
                TOML.replace("{{ slug }}", "../{{ slug }}"),
                "line 3: file_name: '../hot-papers-2026-11-20",
            ),
            (TOML + '[dialect]\nhtml = "no"', "line 8: html: must be true or false."),
            (TOML + '[dialect]\ntemplates = ["php"]', "line 8: templates: must be a list of liquid, "),
            (TOML + '[dialect]\nmathematics = "mathml"', "line 8: mathematics: must be one of: verba"),
            (TOML + "[dialect]\nlatex = true", "line 8: latex: there is no such key; there are templ"),
            ('quotes = "all"\n' + TOML, "line 1: quotes: must be one of: plain, widget."),
            (
                'quotes = "widget"\n' + TOML + "[dialect]\nhtml = false",
                "has no raw HTML, so its quotes must be plain",
            ),
            (TOML + 'x = "{{ title.pop() }}"', "line 7: x: 'str object' has no attribute 'pop'"),
            (TOML + 'x = "{{ title.upper }}"', "The front matter's x is builtin_function_or_method"),
            (TOML.split("[front")[0] + "front_matter = 3", "line 5: front_matter: it must be a table"),
        ],
    )
    def test_what_is_wrong_with_its_settings_is_said_with_the_line(self, folder, toml, said):
        path = folder(profile_toml=toml)
        refused = refusal(path)
        assert refused.startswith(str(path)) and said in refused

    @pytest.mark.parametrize(
        ("body", "said"),
        [
            ("# {{ title }}\n\n{% for entry in entries %}\n", "line 3: Unexpected end of template"),
            ("\n{{ titel }}\n", "line 2: there is no 'titel'; there are category, closing, "),
            (
                "{% for entry in entries %}\n{{ entry.titel }}{% endfor %}",
                "line 2: 'dict object' has no attribute 'titel'",
            ),
            ("a\n{% include 'b' %}", "line 2: a template stands by itself, without include, import or extends"),
            ("{% if revised_at %}\n\n{{ 1 / 0 }}{% endif %}", "line 3: it cannot be filled in (division by zero)"),
            ("{{ ''.__class__.__mro__ }}", "line 1: access to attribute '__class__' of 'str' object is unsafe"),
            ("{{ [1, 2] | random }}", "line 1: No filter named 'random'"),
            ("{{ lipsum() }}", "line 1: there is no 'lipsum'"),
            ("{{ entries.append(1) }}", "line 1: access to attribute 'append' of 'list' object is unsafe"),
            (b"a\n\xff", "line 2: this is not UTF-8 text."),
            ("x" * 100_001, "is longer than 100,000 signs; a profile is short."),
        ],
    )
    def test_what_is_wrong_with_its_body_is_said_with_the_line(self, folder, body, said):
        path = folder(**{"body_md_jinja": body})
        refused = refusal(path)
        assert refused.startswith(f"{path}/body.md.jinja") and said in refused

    def test_a_folder_without_a_body_has_the_usual_one(self, folder):
        path = folder()
        (path / "body.md.jinja").unlink()
        own, usual = load_profile(path), load_profile("hugo")
        assert (own.name, own.body) == ("house", usual.body)

    def test_a_name_that_is_none_and_a_folder_without_files_are_said(self, tmp_path):
        assert refusal(Path("baroque")).startswith(
            "'baroque' is neither one of lumen, hugo, jekyll, eleventy, astro nor"
        )
        assert refusal(tmp_path) == f"{tmp_path / 'profile.toml'} cannot be read (no such file or directory)."

    def test_what_only_one_post_trips_over_is_said_with_the_line_too(self, folder):
        profile = load_profile(folder(body_md_jinja="{{ title }}\n{{ 1 / (introduction | length - 15) }}"))
        with pytest.raises(ProfileError) as caught:
            compose(made(), profile)
        assert str(caught.value) == (
            "The profile house cannot be filled in with this post: "
            "body.md.jinja, line 2: it cannot be filled in (division by zero)."
        )

    def test_data_that_is_no_profile_is_refused(self):
        data = load_profile("hugo").to_data()
        for change in ({"name": 3}, {"dialect": None}, {"front_matter": [["a"]]}, {"quotes": "all"}, {"body": 3}):
            with pytest.raises(ProfileError):
                profile_from(data | change)
        del data["version"]
        with pytest.raises(ProfileError, match="lacks 'version'"):
            profile_from(data)


TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)
TIMES = st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2100, 1, 1)).map(
    lambda time: time.replace(microsecond=time.microsecond // 1000 * 1000, tzinfo=timezone(timedelta(hours=5)))
)
PLAIN = st.one_of(TEXTS, st.booleans(), st.integers(-(10**12), 10**12))
VALUES = st.one_of(PLAIN, st.lists(PLAIN, max_size=3), st.lists(st.lists(PLAIN, max_size=2), max_size=2), TIMES)


@settings(max_examples=50)
@given(st.dictionaries(TEXTS, VALUES, min_size=1, max_size=4))
@example({"yes": "no", "~": "1e3", "012": "012", "a: b": "- x", "y": ["~", "2030-01-02", "1_000", "0x1F", "12:30:45"]})
@example({"title": "\x85\u2028\ufeff\t\x00\U0001f4dd {{ x }} \\N"})
def test_readers_of_yaml_1_1_and_1_2_agree_on_every_front_matter(values):
    body = head_of(values).removeprefix("---\n").removesuffix("---\n")
    said = yaml.safe_load(body)
    assert said == values
    newer = YAML(typ="safe", pure=True)
    newer.version = (1, 2)
    read = newer.load(body)
    for key, value in values.items():
        if isinstance(value, datetime):
            assert read[key].astimezone(UTC) == value
        else:
            assert read[key] == value


@pytest.mark.parametrize("value", [datetime(2030, 1, 2), float("nan"), object(), 1e22, b"x"])
def test_what_no_front_matter_can_say_is_refused(value):
    with pytest.raises((FrontMatterError, ValueError)):
        head_of({"x": value})


def test_the_profile_of_the_handbook_is_one_and_all_names_are_told(folder):
    blocks = re.findall(r"```(?:toml|jinja)\n(.*?)```", HANDBOOK, re.DOTALL)
    profile = load_profile(folder(profile_toml=blocks[0], body_md_jinja=blocks[1]))
    said = head(compose(made(), profile))
    assert list(said) == ["title", "date", "lastmod", "draft", "tags", "cover"]
    assert said["cover"] == {"image": "/covers/hot-papers-2030-01-02.png"}
    told = set(re.findall(r"`(\w+)`", HANDBOOK))
    assert told >= NAMES_OF_BODY | set(BUILT_IN)
    assert all(f"\n{key} = " in blocks[0] for key in profile.to_data()["dialect"])


def test_a_profile_of_code_is_lumen_alone():
    assert [load_profile(name).body is None for name in BUILT_IN] == [True, False, False, False, False]
    assert load_profile("lumen") is LUMEN
    assert replace(LUMEN, quotes="plain") == LUMEN.with_quotes("plain")
    assert isinstance(LUMEN, Profile)
