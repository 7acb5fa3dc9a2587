"""Real site generators, each with the smallest site that shows posts: what is written, how it is built."""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
LONGEST_BUILD = 240

_PAGE = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{title}</title></head>
<body><time datetime="{date}"></time><main>{content}</main></body></html>
"""


@dataclass(frozen=True)
class Generator:
    """One generator: the profile's name, where posts lie and pages come out, the site's own files, the command.

    `node` names its npm package, of which tests/sites holds the lock file; `optional` that no test run demands it.
    """

    name: str
    posts: str
    pages: str
    command: Sequence[str]
    files: dict[str, str] = field(default_factory=dict)
    node: str = ""
    optional: bool = False

    @property
    def missing(self) -> str | None:
        """What to install, in one sentence; None if the generator can run."""
        if self.node and not self.modules.joinpath(self.node).is_dir():
            folder = self.modules.parent.relative_to(HERE.parents[1])
            command = f"npm ci --ignore-scripts --prefix {folder}" if self.optional else "python -m app.assets --dev"
            return f"sites of {self.name} need its package: {command}"
        if self.program is None:
            return f"sites of {self.name} need the program {self.command[0]}"
        return None

    @property
    def program(self) -> str | None:
        """Where its program is: on the PATH, or beside this Python, where app.assets may have put a Node.js."""
        return shutil.which(self.command[0]) or shutil.which(self.command[0], path=Path(sys.executable).parent)

    @property
    def modules(self) -> Path:
        """Where its npm package is installed."""
        return HERE / ("astro" if self.optional else ".") / "node_modules"

    def build(self, folder: Path, posts: dict[str, bytes]) -> Path:
        """Build a site of these posts, named by their files; the folder of its pages. Fails with what was said."""
        for name, text in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        (folder / self.posts).mkdir(parents=True, exist_ok=True)
        for name, data in posts.items():
            (folder / self.posts / name).write_bytes(data)
        if self.node:
            (folder / "node_modules").symlink_to(self.modules)
        command = [str(self.program), *self.command[1:]]
        built = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=LONGEST_BUILD, stdin=subprocess.DEVNULL
        )
        assert built.returncode == 0, f"{self.name} failed:\n{built.stdout[-3000:]}\n{built.stderr[-3000:]}"
        return folder / self.pages


HUGO = Generator(
    "hugo",
    posts="content/posts",
    pages="public",
    command=("hugo", "--quiet", "--noTimes"),
    files={
        "config.toml": 'baseURL = "https://example.org/"\ndisableKinds = ["RSS", "sitemap", "taxonomy", "term"]\n',
        "layouts/_default/single.html": _PAGE.format(
            title="{{ .Title }}", date='{{ .Date.Format "2006-01-02T15:04:05Z07:00" }}', content="{{ .Content }}"
        ),
        "layouts/index.html": "{{ range .Site.RegularPages }}<a href='{{ .RelPermalink }}'>{{ .Title }}</a>{{ end }}",
        "layouts/_default/list.html": "",
    },
)

JEKYLL = Generator(
    "jekyll",
    posts="_posts",
    pages="_site",
    command=("jekyll", "build", "--quiet", "--disable-disk-cache"),
    files={
        "_config.yml": "title: Moss\n",
        "_layouts/post.html": _PAGE.format(
            title="{{ page.title | escape }}", date="{{ page.date | date_to_xmlschema }}", content="{{ content }}"
        ),
        "index.html": "---\n---\n{% for post in site.posts %}<a href='{{ post.url }}'>{{ post.title }}</a>{% endfor %}",
    },
)

ELEVENTY = Generator(
    "eleventy",
    posts="posts",
    pages="_site",
    command=("node", "node_modules/@11ty/eleventy/cmd.cjs", "--quiet"),
    files={
        "posts/posts.json": json.dumps({"layout": "post.njk"}),
        "_includes/post.njk": _PAGE.format(
            title="{{ title }}", date="{{ page.date.toISOString() }}", content="{{ content | safe }}"
        ),
        "index.njk": "{% for post in collections.all | reverse %}<a href='{{ post.url }}'>"
        "{{ post.data.title }}</a>{% endfor %}",
        ".eleventyignore": "node_modules\n",
    },
    node="@11ty/eleventy",
)

_ASTRO_SCHEMA = """import { defineCollection, z } from 'astro:content';
import { glob } from 'astro/loaders';
const posts = defineCollection({
  loader: glob({ pattern: '**/*.md', base: './src/content/posts' }),
  schema: z.object({ title: z.string(), description: z.string(), pubDate: z.coerce.date(),
    updatedDate: z.coerce.date().optional(), draft: z.boolean() }),
});
export const collections = { posts };
"""
_ASTRO_PAGE = """---
import { getCollection, render } from 'astro:content';
export async function getStaticPaths() {
  const posts = await getCollection('posts', ({ data }) => !data.draft);
  return posts.map((post) => ({ params: { slug: post.id }, props: post }));
}
const post = Astro.props;
const { Content } = await render(post);
---
"""
_ASTRO_INDEX = """---
import { getCollection } from 'astro:content';
const posts = (await getCollection('posts')).sort((a, b) => b.data.pubDate.valueOf() - a.data.pubDate.valueOf());
---
{posts.map((post) => <a href={`/${post.id}/`}>{post.data.title}</a>)}
"""

ASTRO = Generator(
    "astro",
    posts="src/content/posts",
    pages="dist",
    command=("node", "node_modules/astro/astro.js", "build", "--silent"),
    files={
        "src/content.config.mjs": _ASTRO_SCHEMA,
        "src/pages/[...slug].astro": _ASTRO_PAGE
        + _PAGE.format(title="{post.data.title}", date="", content="<Content />").replace(
            'datetime=""', "datetime={post.data.pubDate.toISOString()}"
        ),
        "src/pages/index.astro": _ASTRO_INDEX,
        "package.json": "{}",
    },
    node="astro",
    optional=True,
)

GENERATORS = (HUGO, JEKYLL, ELEVENTY, ASTRO)
