"""Executes a notebook from top to bottom in a fresh kernel and writes it with its outputs.

usage: run_notebook.py [--wait] NOTEBOOK OUTPUT

With --wait the kernel is started and its imports are loaded; what follows runs once a line comes on stdin, and not at all
where stdin ends instead.

Prints one line of JSON per code cell ({"cell": 3, "of": 12, "heading": "..."}) and, at the end, checks what a kernel
may pass over in silence: that every code cell really ran and that nothing was written to stderr. Exit code 1 where not,
and then a notebook that was to be executed in place is left as it was.
"""

import asyncio
import json
import re
import sys
from pathlib import Path

import without_iris  # noqa: F401

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError


# a cell that loads modules and does nothing else
IMPORTS = re.compile(r"(\s*import\b[^;]*;)+\s*")


class NotWanted(Exception):
    """The notebook is not to be run after all."""


class ProgressClient(NotebookClient):
    """Tells which cell is about to run, and remembers it."""

    is_waiting = False
    number = 0  # of the code cell that was asked for last

    async def async_execute_cell(self, cell, cell_index, **options):
        if cell.cell_type == "code":
            heading = heading_before(self.nb.cells, cell_index)
            self.number, count = len(code_cells(self.nb.cells[: cell_index + 1])), len(code_cells(self.nb.cells))
            print(json.dumps({"cell": self.number, "of": count, "heading": heading}), flush=True)
        if self.is_waiting and cell.cell_type == "code" and not IMPORTS.fullmatch(cell.source):
            await self.await_word()
        return await super().async_execute_cell(cell, cell_index, **options)

    async def await_word(self):
        self.is_waiting = False
        if not await asyncio.to_thread(sys.stdin.readline):
            raise NotWanted


def keep_count(cell, execute_reply, **_):
    """Takes the count from the kernel's reply: nbclient writes its own, also for a cell that the kernel dropped."""
    cell.execution_count = execute_reply["content"].get("execution_count")


def code_cells(cells):
    """Those that a kernel is asked to run: it gives an empty one no number."""
    return [cell for cell in cells if cell.cell_type == "code" and cell.source.strip()]


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
    for number, cell in enumerate(code_cells(notebook.cells), 1):
        if cell.execution_count != number:
            found.append((number, "was not executed"))
        for output in cell.outputs:
            if output.output_type == "error":
                found.append((number, f"{output.ename}: {output.evalue}"))
            if output.output_type == "stream" and output.name == "stderr":
                found.append((number, f"wrote to stderr: {without_kernel(output.text)[:2000]}"))
    return found


def without_kernel(text):
    """An error's text without the stack frames of the kernel and of Node, of which a cell's author knows nothing."""
    frame = re.compile(r"\s+at .*(node:|[\\/]tslab[\\/]|evalmachine)")
    return "\n".join(line for line in text.splitlines() if not frame.match(line)).strip()


def clear(notebook):
    """Takes out what an earlier run left, so that it can't pass for this one's."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None


def forget_run(notebook):
    """Leaves out what differs from run to run and tells a reader nothing."""
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    notebook.metadata.pop("widgets", None)
    if notebook.metadata.kernelspec.name == "python3":
        notebook.metadata.language_info.pop("version", None)  # the machine's; tslab names always the same one


def name_failure(name, found, error, last):
    """Says all that went wrong, cell by cell, and which cells did not run because of it; `last` ended the run by the error."""
    passed_over = [number for number, what in found if what == "was not executed"]
    told = [(number, what) for number, what in found if what != "was not executed"]
    if error:
        passed_over = [number for number in passed_over if number > last.number]
        if not any(number == last.number for number, _ in told):
            told.append((last.number, f"failed: {str(error).strip()}{words_before(last)}"))
    if not told:
        told.append((passed_over.pop(0), "was not executed"))
    lines = [f"{name}: code cell {number} {what}" for number, what in sorted(told)]
    if passed_over:
        lines.append(f"{name}: not executed after it: code cell {', '.join(map(str, passed_over))}")
    return "\n".join(lines)


def words_before(client):
    """What a cell had shown before it failed without a word of its own."""
    cells = code_cells(client.nb.cells)[client.number - 1 : client.number]
    outputs = [output for cell in cells for output in cell.outputs]
    words = [output.get("text") or output.get("data", {}).get("text/plain", "") for output in outputs]
    return f"\nbefore, it had shown: {' '.join(words)[-2000:].strip()}" if any(words) else ""


def main(source, target, is_waiting=False):
    source, target = Path(source), Path(target)
    try:
        notebook = nbformat.read(source, as_version=4)
    except (OSError, ValueError, nbformat.reader.NotJSONError) as error:
        print(f"{source.name}: expected a notebook, received {error}", file=sys.stderr)
        return 1
    clear(notebook)
    client = ProgressClient(
        notebook,
        timeout=600,
        # on a busy machine seconds pass before a kernel answers, and between its reply and what the cell has said
        startup_timeout=300,
        iopub_timeout=300,
        raise_on_iopub_timeout=True,
        kernel_name=notebook.metadata.kernelspec.name,
        extra_arguments=["--run"] if notebook.metadata.kernelspec.name == "tslab" else [],
        resources={"metadata": {"path": str(source.resolve().parent)}},
        record_timing=False,
        coalesce_streams=True,
        on_cell_executed=keep_count,
    )
    client.is_waiting = is_waiting
    error = None
    try:
        client.execute()
    except NotWanted:
        return 1
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as caught:
        error = caught
    found = problems(notebook)
    is_sound = not error and not found
    if is_sound or source.resolve() != target.resolve():
        forget_run(notebook)
        nbformat.write(notebook, target)
    if not is_sound:
        print(name_failure(source.name, found, error, client), file=sys.stderr)
    return 0 if is_sound else 1


if __name__ == "__main__":
    paths = [one for one in sys.argv[1:] if one != "--wait"]
    if len(paths) != 2:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    sys.exit(main(*paths, is_waiting="--wait" in sys.argv))
