"""Starts JupyterLab as `python -m jupyterlab` does, with its options, but without what it needs seconds for and nobody uses.

usage: run_lab.py [OPTION ...]
"""

import sys

# jsonschema would read the grammar of IRIs for its format checks, which takes two seconds and which nothing here needs
sys.modules["rfc3987_syntax"] = None

from jupyterlab.labapp import main

if __name__ == "__main__":
    sys.exit(main())
