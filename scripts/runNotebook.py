"""Runs one notebook headless and reports what happens as JSON lines on standard output.

Driven by runNotebook.mjs. One JSON object on the first line of standard input says what to do:

    notebook   the notebook itself; a cell tagged `injected-parameters` holds what was set for this run
    root       folder the kernel starts in
    timeout    seconds one cell may take; null for no limit
    ipynb      where the executed copy goes
    html       where its HTML goes; `plotly` is the URL of plotly.js as seen from there
    save       path that also gets the notebook as it is committed, or null

Standard input stays open meanwhile: when it closes, the driver is gone, and the kernel is stopped.
Exit status: 0 every cell succeeded, 1 one failed, 130 interrupted.
"""

import asyncio
import json
import logging
import os
import re
import signal
import sys
import time
import traceback
from pathlib import Path
from queue import Empty

import nbformat
from jupyter_client.kernelspec import NoSuchKernel
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError

from notebookHtml import html_page
from wholeFile import WriteFailure, write_whole

INJECTED = "injected-parameters"
# A cell that shows photographs of a data set: its output stays out of the repository.
LICENSED = "licensed-images"
LICENCE_NOTE = "*Photographs under the data set's own licence are not committed; run this cell to see them.*"
# What tslab prints, on standard error, about a failure that no cell awaits.
UNAWAITED = re.compile(r"^(?:UnhandledPromiseRejection|UncaughtException):[\s\S]*", re.MULTILINE)
# How long after its end a cell's output may take to arrive; nbclient drops what is later.
OUTPUT_SECONDS = 120
# tslab refuses to run anything for 200 ms after a failing cell.
REFUSAL_SECONDS = 0.3


class CellFailure(Exception):
    """A cell, or something it started, failed; the message is for people."""


class Run:
    def __init__(self, request, emit):
        self.request = request
        self.emit = emit
        self.interrupted = False
        self.status = None
        self.notebook = nbformat.reads(json.dumps(request["notebook"]), as_version=4)
        self.client = NotebookClient(
            self.notebook,
            kernel_name="tslab",
            timeout=request["timeout"],
            record_timing=False,
            store_widget_state=False,
            iopub_timeout=OUTPUT_SECONDS,
            # Every reply's status is checked below: nbclient takes `abort` for a success.
            allow_errors=True,
            on_cell_executed=self.remember_status,
        )

    def remember_status(self, execute_reply, **_):
        self.status = execute_reply["content"]["status"]

    async def execute(self):
        """Runs all cells; returns the failure event, or None when all succeeded."""
        task = asyncio.current_task()
        loop = asyncio.get_running_loop()

        def interrupt():
            if not self.interrupted:
                self.interrupted = True
                task.cancel()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, interrupt)
        loop.add_reader(sys.stdin.fileno(), interrupt)
        position = 0
        try:
            started = time.monotonic()
            manager = self.client.create_kernel_manager()
            await self.start_kernel()
            await self.client.async_start_new_kernel_client()
            self.emit(event="kernel", seconds=time.monotonic() - started)
            cells = [i for i, cell in enumerate(self.notebook.cells) if runs(cell)]
            for position, index in enumerate(cells, start=1):
                await self.execute_cell(index, position, len(cells))
            await self.check_unawaited(seconds=0.3)
        except NoSuchKernel:
            return failure("the tslab kernel is not installed. Remedy: npm run setup")
        except DeadKernelError:
            return self.cell_failure(position, death(manager))
        except CellTimeoutError:
            limit = self.request["timeout"]
            return self.cell_failure(position, f"the cell took longer than {limit} s (--timeout)")
        except CellFailure as error:
            return self.cell_failure(position, str(error))
        except RuntimeError as error:
            return failure(f"the kernel did not start: {error}")
        finally:
            self.client.shutdown_kernel = "immediate" if self.interrupted else "graceful"
            if self.client.km is not None:  # nbclient cleans up by itself where no kernel answers
                await self.client._async_cleanup_kernel()
            loop.remove_reader(sys.stdin.fileno())
        return None

    async def start_kernel(self):
        """Starts the kernel's process; an interrupt waits until it can be stopped again."""
        starting = asyncio.ensure_future(
            self.client.async_start_new_kernel(cwd=self.request["root"])
        )
        try:
            await asyncio.shield(starting)
        except asyncio.CancelledError:
            await starting
            raise

    async def execute_cell(self, index, position, total):
        cell = self.notebook.cells[index]
        line = first_line(cell.source)
        self.emit(event="cell", position=position, total=total, line=line)
        started = time.monotonic()
        await self.client.async_execute_cell(cell, index, execution_count=position)
        expected = "raises-exception" in tags(cell)
        if self.status == "error" and expected:
            await asyncio.sleep(REFUSAL_SECONDS)
        elif self.status != "ok":
            text = "\n".join(errors(cell)).strip()
            raise CellFailure(text or f"the kernel answered '{self.status}' instead of 'ok'")
        elif expected:
            raise CellFailure("the cell is tagged raises-exception, but raised nothing")
        else:
            check_text("\n".join(errors(cell)))
        await self.check_unawaited(seconds=0.02)
        elapsed = time.monotonic() - started
        self.emit(event="done", position=position, total=total, line=line, seconds=elapsed)

    async def check_unawaited(self, seconds):
        """Reads what the kernel says between two cells, which nbclient would drop."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                message = await self.client.kc.get_iopub_msg(timeout=left)
            except Empty:
                return
            if message["msg_type"] == "stream":
                check_text(message["content"]["text"])

    def cell_failure(self, position, reason):
        cells = [cell for cell in self.notebook.cells if runs(cell)]
        if position == 0:
            return failure(f"the kernel did not start: {reason}")
        cell = cells[position - 1]
        return failure(reason, position=position, total=len(cells), source=cell.source)


def failure(reason, **where):
    return {"event": "failed", "reason": reason, **where}


def runs(cell):
    return cell.cell_type == "code" and bool(cell.source.strip())


def tags(cell):
    return cell.metadata.get("tags", [])


def errors(cell):
    streams = (output for output in cell.outputs if output.output_type == "stream")
    return [stream.text for stream in streams if stream.name == "stderr"]


def check_text(text):
    found = UNAWAITED.search(text)
    if found:
        raise CellFailure(f"a promise that no cell awaits failed.\n{found.group().strip()}")


def joined(outputs):
    """The outputs, with lines that were printed one after another in one of them."""
    result = []
    for output in outputs:
        last = result[-1] if result else {}
        if output.output_type == "stream" and last.get("name") == output.name:
            last.text += output.text
        else:
            result.append(output)
    return result


def first_line(source):
    """The first line that says something: imports and lone comment markers included, blank lines not."""
    return next(line.strip() for line in source.splitlines() if line.strip())


def death(manager):
    code = manager.provisioner.process.poll() if manager.provisioner.process else None
    if code is not None and code < 0:
        name = signal.Signals(-code).name
        hint = " Most often the machine ran out of memory." if -code == signal.SIGKILL else ""
        return f"the kernel was killed by {name} while this cell ran.{hint}"
    return f"the kernel ended (exit status {code}) while this cell ran."


def committed(notebook):
    """The notebook as it goes into the repository: outputs, counts 1..n, nothing that differs by run."""
    cells = [cell for cell in notebook.cells if INJECTED not in tags(cell)]
    for count, cell in enumerate((cell for cell in cells if runs(cell)), start=1):
        cell.execution_count = count
        cell.metadata.pop("execution", None)
        if LICENSED in tags(cell):
            note = {"text/markdown": LICENCE_NOTE}
            cell.outputs = [nbformat.v4.new_output("display_data", note)]
    return nbformat.from_dict({**notebook, "cells": cells})


def write_results(run, ok):
    """Writes the executed copy, its page and, with `save`, the notebook as it is committed."""
    request, notebook = run.request, run.notebook
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = joined(cell.outputs)
    write_whole(request["ipynb"], nbformat.writes(notebook) + "\n")
    title = Path(request["html"]).stem
    write_whole(request["html"], html_page(notebook, title, plotly=request["plotly"]))
    if request["save"] and ok:
        write_whole(request["save"], nbformat.writes(committed(notebook)) + "\n")


def main():
    # The driver reads events from standard output; whatever a library prints goes to standard error.
    events = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    logging.disable(logging.ERROR)

    def emit(**event):
        events.write(json.dumps(event) + "\n")
        events.flush()

    request = json.loads(sys.stdin.buffer.raw.readline())
    run = Run(request, emit)
    try:
        failed = asyncio.run(run.execute())
    except asyncio.CancelledError:
        failed = None
    if run.interrupted:
        return 130
    if failed:
        emit(**failed)
    try:
        write_results(run, ok=not failed)
    except WriteFailure as error:
        emit(**failure(str(error)))
        return 1
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Exception:
        traceback.print_exc()
        sys.exit(2)
