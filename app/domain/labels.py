"""What people call a source."""

# Posts are composed anew from their records with these, so one that a post has printed must stay: any but "twitter",
# for which posts have words of their own.
LABELS = {
    "arxiv": "arXiv",
    "twitter": "X",
    "x": "X",
    "bluesky": "Bluesky",
    "mastodon": "Mastodon",
    "hackernews": "Hacker News",
    "hn": "Hacker News",
    "reddit": "Reddit",
    "lemmy": "Lemmy",
    "huggingface": "Hugging Face",
    "github": "GitHub",
    "semanticscholar": "Semantic Scholar",
    "openalex": "OpenAlex",
    "youtube": "YouTube",
}


def source_name(source: str) -> str:
    """The label of a source; of one without a label its own name, spelled as a name."""
    return LABELS.get(source, source.replace("_", " ").capitalize())
