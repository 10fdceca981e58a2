"""Kernels that have everything imported when they begin: each is a copy of one process, by ``os.fork``.

    python kernels.py keep SOCKET         import what every explorer needs, and become a kernel for each that asks
    python kernels.py get SOCKET FILE     what JupyterLab takes for its kernel: asks, with a connection file, and waits

To start a kernel and to import takes longer than many a test, and the tests have a hundred. What one does, no other
sees. A whole chapter has a kernel as learners have it.
"""

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import threading

# What a notebook names as its kernel; elsewhere than on Linux, to fork is not safe.
NAME = "prepared" if sys.platform == "linux" else "python3"


def start(folder):
    """Start the processes that JupyterLab needs to find these kernels in its data `folder`: one, or none."""
    if NAME == "python3":
        return []
    path, spec = str(folder / "kernels.socket"), folder / "kernels" / NAME / "kernel.json"
    spec.parent.mkdir(parents=True)
    argv = [sys.executable, __file__, "get", path, "{connection_file}"]
    spec.write_text(json.dumps({"argv": argv, "display_name": NAME, "language": "python"}), encoding="utf-8")
    return [subprocess.Popen([sys.executable, __file__, "keep", path], start_new_session=True)]


def keep(path):
    """Import everything, and become a kernel for each that asks at the socket, for as long as this process lives."""
    asked = socket.socket(socket.AF_UNIX)
    asked.bind(path)
    asked.listen()  # whoever asks before all is imported waits
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"  # as a kernel has it before it imports
    widgets = importlib.import_module("dlcourse.widgets")
    for name in "ipykernel.ipkernel", "matplotlib_inline.backend_inline", "IPython.core.completer":
        importlib.import_module(name)
    for module in pkgutil.iter_modules(widgets.__path__):
        importlib.import_module(f"dlcourse.widgets.{module.name}")
    kernelapp = importlib.import_module("ipykernel.kernelapp")
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a kernel that has ended
    asker, _address = asked.accept()
    while os.fork():
        asker.close()
        asker, _address = asked.accept()
    asked.close()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with asker.makefile("r", encoding="utf-8") as file:
        connection_file, folder, environment = json.loads(file.readline())
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    threading.Thread(target=end_with, args=(asker,), daemon=True).start()
    kernelapp.launch_new_instance(["-f", connection_file])


def end_with(asker):
    """End this kernel when the process that JupyterLab takes for it has been ended."""
    with contextlib.suppress(OSError):
        asker.recv(1)
    os._exit(0)


def get(path, connection_file):
    """Ask for a kernel, and live as long as it does."""
    environment = {name: value for name, value in os.environ.items() if name != "JPY_PARENT_PID"}  # its parent is another
    with socket.socket(socket.AF_UNIX) as kernel:
        kernel.connect(path)
        kernel.sendall((json.dumps([connection_file, os.getcwd(), environment]) + "\n").encode())
        kernel.recv(1)


if __name__ == "__main__":
    {"keep": keep, "get": get}[sys.argv[1]](*sys.argv[2:])
