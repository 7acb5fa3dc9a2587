"""The pure core: what papers, mentions, scores, editions and posts are, and the rules between them."""
