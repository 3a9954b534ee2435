"""Executes a notebook from top to bottom in a fresh kernel and writes it with its outputs.

usage: run_notebook.py NOTEBOOK OUTPUT

Prints one line of JSON per code cell ({"cell": 3, "of": 12, "heading": "..."}) and, at the end, checks what a kernel
may pass over in silence: that every code cell really ran and that nothing was written to stderr. Exit code 1 where not.
"""

import json
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError


class ProgressClient(NotebookClient):
    """Tells which cell is about to run."""

    async def async_execute_cell(self, cell, cell_index, **options):
        if cell.cell_type == "code":
            cells = self.nb.cells
            print(json.dumps({
                "cell": sum(one.cell_type == "code" for one in cells[: cell_index + 1]),
                "of": sum(one.cell_type == "code" for one in cells),
                "heading": heading_before(cells, cell_index),
            }), flush=True)
        return await super().async_execute_cell(cell, cell_index, **options)


def heading_before(cells, index):
    for cell in reversed(cells[:index]):
        if cell.cell_type == "markdown":
            for line in cell.source.splitlines():
                if line.startswith("#"):
                    return line.lstrip("# ")
    return ""


def problems(notebook):
    """What went wrong without an error: (code cell number, what)."""
    found = []
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code, 1):
        if cell.source.strip() and cell.execution_count != number:
            found.append((number, "was not executed"))
        for output in cell.outputs:
            if output.output_type == "error":
                found.append((number, f"{output.ename}: {output.evalue}"))
            if output.output_type == "stream" and output.name == "stderr":
                found.append((number, f"wrote to stderr: {output.text.strip()[:2000]}"))
    return found


def forget_run(notebook):
    """Leaves out what differs from run to run and tells a reader nothing."""
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    notebook.metadata.pop("widgets", None)


def main(source, target):
    notebook = nbformat.read(source, as_version=4)
    client = ProgressClient(
        notebook,
        timeout=600,
        kernel_name=notebook.metadata.kernelspec.name,
        resources={"metadata": {"path": str(Path(source).resolve().parent)}},
        record_timing=False,
    )
    error = None
    try:
        client.execute()
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as caught:
        error = caught
    forget_run(notebook)
    nbformat.write(notebook, target)
    found = problems(notebook)
    for number, what in found:
        print(f"{Path(source).name}: code cell {number} {what}", file=sys.stderr)
    if error and not found:
        print(f"{Path(source).name}: {error}", file=sys.stderr)
    return 1 if error or found else 0



if __name__ == "__main__":
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    sys.exit(main(sys.argv[1], sys.argv[2]))
