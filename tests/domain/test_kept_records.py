"""Records as they were written once, with the posts that they made: every later program makes the same of them.

Where one of these differs, posts that are out could not be rebuilt any more. What is to be printed otherwise needs a
new key in the record, or a new format, and the old way for records without it; these files are added to, never changed.
"""

import json
from pathlib import Path

import pytest

from app.domain.posts import first_difference
from app.domain.records import rebuilt

KEPT = sorted((Path(__file__).parent / "kept").glob("*.json"))


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_a_post_that_is_out_is_made_again_byte_for_byte(path: Path) -> None:
    post = path.with_suffix(".md").read_bytes()
    assert first_difference(post, rebuilt(json.loads(path.read_text(encoding="utf-8")))) is None


def test_every_form_is_kept() -> None:
    names = "astro-plain eleventy-plain first-format hugo-plain jekyll-plain jekyll-widget lumen-plain lumen-widget"
    assert [path.stem for path in KEPT] == names.split()
