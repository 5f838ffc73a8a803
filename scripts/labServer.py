"""JupyterLab as a process that ends with the one that started it (lab.mjs), however that ends.

Its standard input is a pipe that nothing is written to: when it closes, the other end is gone.
"""

import os
import signal
import sys
import threading
import time

# Ending the kernels first takes a few seconds; a server that hangs is not waited for.
PATIENCE_SECONDS = 20


def end_with_parent():
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(PATIENCE_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)


sys.argv[0] = "jupyter-lab"
threading.Thread(target=end_with_parent, daemon=True).start()
from jupyterlab.labapp import main  # noqa: E402  (takes seconds, during which the parent may end)

sys.exit(main())
