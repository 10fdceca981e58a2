"""Prepared kernels: copies of one process, which know nothing of each other and end when JupyterLab ends them."""

import os

import kernels
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager
from waiting import PATIENCE, wait_for

pytestmark = pytest.mark.skipif(kernels.NAME == "python3", reason="only on Linux: elsewhere to fork is not safe")


@pytest.fixture
def begin(tmp_path):
    """Give a function that starts a kernel, and gives its manager and what asks it."""
    (keeper,), begun = kernels.start(tmp_path), []

    def one():
        manager = KernelManager(kernel_name=kernels.NAME)
        manager.kernel_spec_manager = KernelSpecManager(kernel_dirs=[str(tmp_path / "kernels")])
        manager.start_kernel()
        client = manager.blocking_client()
        client.start_channels()
        client.wait_for_ready(timeout=PATIENCE)
        begun.append((manager, client))
        return manager, lambda code: answer(client, code)

    yield one
    for manager, client in begun:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    keeper.kill()
    keeper.wait()


def answer(client, code):
    reply = client.execute_interactive("", user_expressions={"it": code}, timeout=PATIENCE, store_history=False)
    it = reply["content"]["user_expressions"]["it"]
    return it["data"]["text/plain"] if it["status"] == "ok" else it["ename"]


def test_each_begins_anew_with_all_that_is_imported_and_ends(begin):
    manager, ask = begin()
    assert ask("'dlcourse.widgets.playground' in __import__('sys').modules") == "True"
    assert ask("exec('mine = 1', globals()), mine") == "(None, 1)"
    _other, ask_other = begin()
    assert ask_other("mine") == "NameError"
    pid = int(ask("__import__('os').getpid()"))
    assert pid != int(ask_other("__import__('os').getpid()"))
    manager.signal_kernel(9)
    wait_for(lambda: not os.path.exists(f"/proc/{pid}"), "the end of the kernel")
    assert ask_other("1 + 1") == "2"
