"""Runs cells in the project's tslab kernel. Cells come as JSON on the standard input:

    [{"code": "…", "interruptAfter": 1.5, "kill": false}, …]

and go back as JSON: {"status", "text", "mimeTypes"} per cell. `interruptAfter` (seconds) interrupts a cell;
`kill` kills the kernel with SIGKILL instead of running one.
"""

import json
import queue
import sys
import time

from jupyter_client.manager import start_new_kernel


def run(manager, client, code, interrupt_after=None, timeout=60):
    started = time.monotonic()
    message = client.execute(code)
    result = {"status": None, "text": "", "mimeTypes": []}
    idle = False
    while not (idle and result["status"]):
        gone = time.monotonic() - started
        if gone > timeout or not manager.is_alive():
            return {**result, "status": "timeout" if gone > timeout else "dead"}
        if interrupt_after is not None and gone > interrupt_after:
            manager.interrupt_kernel()
            interrupt_after = None
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
            else:
                results.append(run(manager, client, cell["code"], cell.get("interruptAfter")))
                time.sleep(0.3)  # tslab aborts what comes within 200 ms after an error
    finally:
        client.stop_channels()
        if manager.is_alive():
            manager.shutdown_kernel(now=True)
    json.dump(results, sys.stdout)


main()
