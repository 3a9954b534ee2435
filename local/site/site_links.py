"""What links lead to. Links to files of the project that are no pages of the site: a text gets a page that shows it, with numbered lines;
what is no text, or long, and a folder are left as words."""

import os
import re
from pathlib import Path

from docutils import nodes
from myst_parser.slugs import github_slugify
from pygments.lexers import get_lexer_for_filename
from pygments.util import ClassNotFound
from sphinx import addnodes
from sphinx.transforms import SphinxTransform

MOST_BYTES = 200_000


class FileLinks(SphinxTransform):
    """Resolves what MyST found no page for; what is no file either is left to it, to warn of."""

    default_priority = 500

    def apply(self, **_):
        for link in list(self.document.findall(addnodes.pending_xref)):
            if link["reftype"] == "myst" and not link.get("refdomain") and "reflocalid" not in link:
                self.resolve(link)

    def resolve(self, link):
        target, _, anchor = link["reftarget"].partition("#")
        folder = os.path.dirname(self.env.docname)
        path = os.path.normpath(os.path.join(folder, target))
        place = Path(self.config.project_dir, path)
        if not target or path.startswith("..") or not place.exists():
            return
        text = read_text(place)
        if text is None:
            link.replace_self(link.children)
            return
        linked_files(self.env).add(path)
        uri = self.app.builder.get_relative_uri(self.env.docname, page_of(path))
        anchor = f"#{anchor}" if anchor else ""
        link.replace_self(nodes.reference("", "", *link.children, refuri=uri + anchor, internal=True))


def read_text(path):
    """The text of a file that is one and not too long to show; else None."""
    if not path.is_file() or path.stat().st_size > MOST_BYTES:
        return None
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        return None


def linked_files(env):
    if not hasattr(env, "linked_files"):
        env.linked_files = set()
    return env.linked_files


def page_of(path):
    return f"files/{path}"


def collect_pages(app):
    """A page for each linked file."""
    for path in sorted(linked_files(app.env)):
        text = read_text(Path(app.config.project_dir, path))
        options = {"linenos": "inline", "lineanchors": "L"}
        code = app.builder.highlighter.highlight_block(text, language_of(path), **options)
        body = f'<div class="file-page"><h1>{path}</h1>\n{code}</div>'
        yield page_of(path), {"title": path, "body": body}, "page.html"


def language_of(path):
    if os.path.basename(path) == "run":
        return "bash"
    try:
        return get_lexer_for_filename(path).aliases[0]
    except ClassNotFound:
        return "text"


def slugify(title):
    """As GitHub does, but for the type parameters that TypeDoc writes into a heading and leaves out of its links."""
    return github_slugify(re.sub(r"<.*>(\(\))?$", "", title))


def setup(app):
    app.add_config_value("project_dir", "", "env")
    app.add_transform(FileLinks)
    app.connect("html-collect-pages", collect_pages)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
