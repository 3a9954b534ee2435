"""Starts JupyterLab as `python -m jupyterlab` does, with its options, but without what it needs seconds for and nobody uses.

usage: run_lab.py [OPTION ...]
"""

import sys

import without_iris  # noqa: F401

from jupyterlab.labapp import main

if __name__ == "__main__":
    sys.exit(main())
