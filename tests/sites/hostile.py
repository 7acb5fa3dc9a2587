"""Text that means harm or mischance: a list by hand, and more drawn from every special sign, the same every time."""

import random

NAUGHTY = (
    # Markdown
    "Scaling *down* is **not** _scaling_ __up__ * a * b",
    "`code` ``more`` ``` and `` odd ``quoted'' ends `",
    "[a link](https://example.org/x) ![a picture](https://example.org/p.png) [ref][1] [^1] [^1]: note",
    "[x](javascript:alert(1)) <javascript:alert(1)> [y]: javascript:alert(1)",
    "# heading ## {#id .class onclick=alert(1)} #",
    "1. first",
    "1) first",
    "12345678901. first",
    "- bullet",
    "+ plus",
    "* * *",
    "- - -",
    "---",
    "===",
    "> quotation",
    "    code by four spaces",
    "| a | b | c |",
    "a | b --- | --- c | d",
    "|---|---|",
    ": a definition",
    "term : definition",
    "~one~ ~~two~~ ~~~ three",
    "==marked== ++added++ ^up^ H~2~O x^2^",
    "[ ] a task [x] done",
    "*[HTML]: an abbreviation",
    ":smile: :+1: :warning: 12:30:45",
    "https://example.org/a_b_c?x=1&copy=2#frag and www.example.org/~x_y_ or a.person@example.org, ftp://example.org",
    "a\\*b\\_c \\\\ \\[x\\] \\( \\) \\` ends in \\",
    "two  spaces   and\ttabs",
    "five -- six --- seven ... eight 'nine' \"ten\" <<eleven>>",
    "(c) (r) (tm) +- 1/2 -> <- => 'tis the '90s",
    # kramdown
    '{: .class #id onclick="alert(1)"} {:toc} {::nomarkdown} {::comment} {:/}',
    "^ an end of block",
    "$$ x $$ y $$",
    # HTML
    "<script>alert(1)</script><img src=x onerror=alert(1)><svg onload=alert(1)>",
    "</p></main></body></html><h1>out</h1>",
    "<!-- a comment --> <!--more--> <!-- open",
    "<?php echo 1; ?> <![CDATA[ x ]]> <!DOCTYPE html>",
    "<b>bold</b> <em>em</em> <a href=\"x\" onclick='y'>z</a> <b",
    "a < b > c << d >> e <3 <-> x<y>z <https://example.org> <a.person@example.org>",
    "AT&T &amp; &lt; &#60; &#x3c; &copy &copy; &nbsp; &unknown; &",
    "<iframe src='https://example.org'></iframe><style>*{display:none}</style><base href=x>",
    # Templates
    "{{ page.title }} {% include x.html %} {%- raw -%} {% endraw %} {# comment #}",
    '{{< figure src="x" >}} {{% notice %}} {{</* c */>}} {{ .Title }} {{- -}} {{<',
    "{{ 7 * 7 }} ${7 * 7} #{7 * 7} <%= 7 * 7 %> {7 * 7} {alert(1)} {...props}",
    "import x from 'y'",
    "export const x = {y}",
    "{{ {% {# }} %} #}",
    # YAML
    "--- !!python/object x: y # z",
    "key: value, [a, b], {c: d}, &anchor *alias !tag | > % @ `",
    "yes",
    "null",
    "1e3",
    "2021-03-24",
    "'single' \"double\" '' \"\"",
    # LaTeX
    "Schr\\\"odinger and B\\'ezier, \\emph{so} {\\bf it} is \\textbf{bold \\emph{twice}} x\\emph{y}z",
    "\\% \\& \\# \\_ \\{ \\} {\\tt x_y} ``so''",
    "$x_{i}^{2}$ and $\\alpha_{{a}}$, $a<b>c$, $|x|$, $\\{y\\}$, $`z`$, $[a](b)$, $*$ $_$, $$E = mc^2$$",
    "\\$5 and $6, US$7, $8$9, $ 10 $ $",
    "$\\text{{% raw %}}$ $\\{{<x>}}$ ${a}_{b}$ \\(x\\) \\[y\\] \\begin{equation} z \\end{equation}",
    "$x$",
    "$$y$$",
    "$a\\$b$ $\\href{javascript:alert(1)}{x}$ $<script>$",
    # Signs of all kinds
    "Ærøskøbing, 北京, ελληνικά, עברית, عربي, 🎉👩‍🔬, zero\u200bwidth, no\u00a0break, e\u0301",
    "\u202eevil\u202c \ufeffbom \x00nul \x1b[31m \x7f \u2028 \u2029 \x85 next",
    "“curly” ‘quotes’ – — … « » ‚ „",
    "",
    "#",
    "\\",
    "`",
    "*",
    "_",
    "[",
    "<",
    "&",
    "!",
    "$",
    "{{",
    "{%",
    "-",
    "1.",
    "!",
    "(",
    "|",
    "~",
    ":",
    "^",
    "=",
)

PIECES = (
    *"\\`*_{}[]()<>#+-.!|~^$&%:;=@\"'/?,",
    *("**", "__", "``", "```", "~~", "$$", "--", "---", "{{", "}}", "{%", "%}", "{{<", ">}}", "{{%", "%}}", "{#", "#}"),
    *("](", "[^1]", "&amp;", "&lt;", "&#35;", "\\(", "\\)", "<b>", "</b>", "<!--", "-->", "{:", "://", "www."),
    *("$x_1$", "$a*b$", "$\\{$", "https://example.org/a_b", "<script>", "1.", "2)", ": ", "a@b.org", "|-|-|", "{: .x}"),
    *("\\emph{", "lantern", "moss", "a", "B2", "é", "北", "x_y", "d'Or", "…", "—"),
)
_LINK = "[x](https://example.org/"


def drawn(seed: int, *, lines: int = 1) -> str:
    """A text of special signs, always the same for a seed; `lines` at most."""
    chance = random.Random(seed)
    texts = []
    for _ in range(chance.randint(1, lines)):
        count = chance.randint(1, 14)
        pieces = [chance.choice(PIECES) + chance.choice(("", "", " ")) for _ in range(count)]
        texts.append("".join(pieces))
    return "\n".join(texts)


def drawn_note(seed: int) -> str:
    """A note of an editor's: lists, quotations, code, links, and special signs anywhere; always the same for a seed."""
    chance = random.Random(f"note {seed}")
    starts = ("", "", "* ", "- ", "1. ", "3. ", "3) ", "> ", "    ", "  * ", "```", "~~~ py", "\n", "\n", "# ", _LINK)
    return "\n".join(chance.choice(starts) + drawn(chance.randrange(10**6)) for _ in range(chance.randint(1, 7)))
