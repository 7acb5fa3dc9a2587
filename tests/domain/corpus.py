"""Where the real posts and candidates lie, for the tests that read them."""

from pathlib import Path

import pytest

CORPUS = Path(__file__).resolve().parents[2] / "../shared/corpus"

needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="the archive's corpus is not beside this repository")


def post_paths() -> list[Path]:
    """Every real post: the blog's sample, the incident's two and the eight with repeated papers."""
    return sorted(path for folder in ("posts", "incident", "repeats") for path in (CORPUS / folder).glob("*.md"))


def candidate_paths() -> list[Path]:
    """Every real candidates file."""
    return sorted((CORPUS / "candidates").glob("*.jsonl")) + sorted((CORPUS / "incident").glob("*.jsonl"))
