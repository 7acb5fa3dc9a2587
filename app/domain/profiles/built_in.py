"""The profiles that come with the desk: lumen, whose form is code, and the folders beside this module."""

from pathlib import Path

from app.domain.profiles.profile import Profile

FOLDER = Path(__file__).resolve().parent
BUILT_IN = ("lumen", "hugo", "jekyll", "eleventy", "astro")

# The blog's own form, to the byte: app/domain/posts.py writes it.
LUMEN = Profile(name="lumen", version=1, file_name="{{ edition_date }}---Hot-Papers.md", quotes="widget")
