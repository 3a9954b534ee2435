"""How Sphinx builds the site; local/site/site.mjs puts the pages together and calls it."""

import sys
from pathlib import Path

here = Path(__file__).parent
sys.path.insert(0, str(here))

project = "User activity"
extensions = ["myst_nb", "site_links"]
suppress_warnings = ["misc.highlighting_failure"]  # Pygments knows less than TypeScript and Hive allow
project_dir = str(here.parents[1])

nb_execution_mode = "off"  # the notebooks show what they showed when they were run
nb_ipywidgets_js = {}  # would come from another host
myst_enable_extensions = ["html_image"]  # neither $ nor : mean anything but themselves
myst_heading_anchors = 6
myst_heading_slug_func = "site_links.slugify"

html_theme = "furo"
html_title = "User activity"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_js_files = [("figures.js", {"defer": "defer"})]
html_show_copyright = False
html_copy_source = False
html_show_sourcelink = False
html_show_search_summary = False  # it would fetch the pages found, which a browser refuses in a folder
