"""Runs cells in the project's tslab kernel. Cells come as JSON on the standard input:

    [{"code": "…", "interruptWhen": "…", "kill": false}, …]

and go back as JSON: {"status", "text", "mimeTypes"} per cell. `interruptWhen` interrupts a cell that has printed this. Instead of
running code, an entry may

    {"kill": true}                           kill the kernel with SIGKILL
    {"write": {"path": "…", "text": "…"}}    write a file
    {"code": "…", "endAfter": "…"}           ask the kernel to end when the cell has printed this, go on in a new one;
                                             `status` is then `ended EXIT_STATUS`
    {"inspect": "…"}                         ask for help on what the code ends with (Shift+Tab); the answer is `text`
    {"complete": "…"}                        ask for what may follow the code (Tab); `text` has a line for each
"""

import json
import queue
import sys
import time

from jupyter_client.manager import start_new_kernel


def answer(client, message):
    while True:
        reply = client.get_shell_msg(timeout=60)
        if reply["parent_header"].get("msg_id") == message:
            return reply["content"]


def ask(client, cell):
    if "inspect" in cell:
        code = cell["inspect"]
        content = answer(client, client.inspect(code, len(code) - 1))
        text = content["data"].get("text/plain", "")
    else:
        content = answer(client, client.complete(cell["complete"]))
        text = "\n".join(content["matches"])
    return {"status": content["status"], "text": text, "mimeTypes": []}


def end(manager, client, timeout=60):
    process = manager.provisioner.process
    client.shutdown()
    deadline = time.monotonic() + timeout
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    return f"ended {process.poll()}"


def run(manager, client, code, interrupt_when=None, end_after=None, timeout=60):
    started = time.monotonic()
    message = client.execute(code)
    result = {"status": None, "text": "", "mimeTypes": []}
    idle = False
    while not (idle and result["status"]):
        gone = time.monotonic() - started
        if gone > timeout or not manager.is_alive():
            return {**result, "status": "timeout" if gone > timeout else "dead"}
        if interrupt_when is not None and interrupt_when in result["text"]:
            manager.interrupt_kernel()
            interrupt_when = None
        if end_after is not None and end_after in result["text"]:
            return {**result, "status": end(manager, client)}
        try:
            output = client.get_iopub_msg(timeout=0.05)
            if output["parent_header"].get("msg_id") == message:
                content = output["content"]
                if output["msg_type"] == "status":
                    idle = content["execution_state"] == "idle"
                elif output["msg_type"] == "stream":
                    result["text"] += content["text"]
                elif "data" in content:
                    result["mimeTypes"].append(sorted(content["data"]))
        except queue.Empty:
            pass
        try:
            reply = client.get_shell_msg(timeout=0.01)
            if reply["parent_header"].get("msg_id") == message:
                result["status"] = reply["content"]["status"]
        except queue.Empty:
            pass
    return result


def main():
    manager, client = start_new_kernel(kernel_name="tslab", startup_timeout=60)
    results = []
    try:
        for cell in json.load(sys.stdin):
            if cell.get("kill"):
                manager.shutdown_kernel(now=True)
            elif "write" in cell:
                with open(cell["write"]["path"], "w", encoding="utf-8") as file:
                    file.write(cell["write"]["text"])
            elif "code" not in cell:
                results.append(ask(client, cell))
            else:
                end_after = cell.get("endAfter")
                results.append(
                    run(manager, client, cell["code"], cell.get("interruptWhen"), end_after)
                )
                if end_after is not None:
                    client.stop_channels()
                    manager.shutdown_kernel(now=True)
                    manager, client = start_new_kernel(kernel_name="tslab", startup_timeout=60)
                time.sleep(0.3)  # tslab aborts what comes within 200 ms after an error
    finally:
        client.stop_channels()
        if manager.is_alive():
            manager.shutdown_kernel(now=True)
    json.dump(results, sys.stdout)


main()
