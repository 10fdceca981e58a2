"""Somebody who logs in, opens chapter 05, runs all cells, and trains in the training bench: in two ways.

`InBrowser` does it in a real Chromium. `OverProtocol` sends the messages that JupyterLab would send, over the same
proxy and websocket, and takes in all that comes back, but draws nothing: a browser takes more of a processor than
a learner's server, and in a class it runs on the learner's own computer.
"""

import asyncio
import json
import re
import time
import uuid
from datetime import UTC, datetime
from urllib.parse import quote

from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1, serialize_msg_to_ws_v1
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import websocket_connect

NOTEBOOK = "notebooks/05_backpropagation.ipynb"
BENCH = "play-bench"
STEPS = re.compile(r"(training|paused|finished), step ([\d,]+) of ([\d,]+)")
PATIENCE = 1200  # seconds for any one thing, on a machine that is full


def state(text):
    """Read the bench's label: (word, steps, steps in all); None for another text."""
    match = STEPS.match(text)
    return match and (match[1], *(int(number.replace(",", "")) for number in match.groups()[1:]))


class InBrowser:
    """A learner with a Chromium of their own (one context of it).

    Parameters
    ----------
    browser : playwright Browser
    url, name : str
        The hub's address, and the name to log in with.
    """

    kind = "browser"
    READY = """() => window.jupyterapp?.shell.currentWidget?.context?.isReady &&
        window.jupyterapp.shell.currentWidget.sessionContext?.session?.kernel?.connectionStatus === 'connected'"""
    SCROLL = """id => {
        const notebook = window.jupyterapp.shell.currentWidget.content;
        const index = notebook.widgets.findIndex(cell => cell.model.sharedModel.id === id);
        notebook.activeCellIndex = index;
        return notebook.scrollToItem(index, 'start').then(() => index);
    }"""
    ERRORS = """() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells
        .filter(c => c.cell_type === 'code').flatMap(c => c.outputs.map(o => [c.id, o]))
        .filter(([id, o]) => o.output_type === 'error' || o.name === 'stderr')
        .map(([id, o]) => `${id}: ${o.ename}: ${o.evalue ?? o.text}`)"""
    COUNT_REDRAWS = """widget => {
        window.redraws = 0;
        new MutationObserver(changes => {
            window.redraws += changes.some(change => [...change.addedNodes].some(node => node.nodeName === 'IMG'
                || node.querySelector?.('img')) || change.attributeName === 'src');
        }).observe(widget, {subtree: true, childList: true, attributes: true, attributeFilter: ['src']});
    }"""
    ASK = """async () => {
        const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
        const start = performance.now();
        const future = kernel.requestExecute({code: '1 + 1', store_history: false});
        await new Promise(resolve => {
            future.onIOPub = message => message.header.msg_type === 'execute_result' && resolve();
        });
        return performance.now() - start;
    }"""

    def __init__(self, browser, url, name):
        self.browser, self.url, self.name = browser, url, name

    async def log_in(self):
        context = await self.browser.new_context(viewport={"width": 1400, "height": 1000})
        context.set_default_timeout(PATIENCE * 1000)
        self.page = await context.new_page()
        there = quote(f"/hub/user-redirect/lab/tree/{NOTEBOOK}")
        await self.page.goto(f"{self.url}/hub/login?next={there}")
        await self.page.fill("#username_input", self.name)
        await self.page.fill("#password_input", "trial")
        await self.page.click("#login_submit", no_wait_after=True)
        await self.page.wait_for_url(f"**/user/{self.name}/lab**", wait_until="commit")

    async def open(self):
        await self.page.wait_for_function(self.READY)

    async def run_all(self):
        done = await self.page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
        errors = await self.page.evaluate(self.ERRORS)
        if not done or errors:
            raise RuntimeError(f"{self.name}: {', '.join(errors) or 'run all did not end well'}")

    async def start(self):
        place = await self.page.evaluate(self.SCROLL, BENCH)
        cell = self.page.locator(f".jp-Notebook .jp-Cell[data-windowed-list-index='{place}']")
        self.widget = cell.locator(".jp-OutputArea-output .widget-vbox").first
        await self.widget.wait_for()
        await self.page.evaluate(self.COUNT_REDRAWS, await self.widget.element_handle())
        self.labels = self.widget.locator(".widget-label")
        await self.press_start()

    async def press_start(self):
        await self.widget.get_by_role("button", name="Start", exact=True).press("Enter")

    async def ask(self):
        return await self.page.evaluate(self.ASK)

    async def bench(self):
        return next(filter(None, map(state, await self.labels.all_inner_texts())), None)

    async def redraws(self):
        return await self.page.evaluate("window.redraws")

    async def leave(self):
        await self.page.context.close()


class OverProtocol:
    """A learner without a browser.

    Parameters
    ----------
    url, name : str
        The hub's address, and the learner's name.
    token : str
        Of the hub's service that may do what any learner may.
    notebook : str
        What to open.
    """

    kind = "protocol"
    watching = False

    def __init__(self, url, name, token, notebook=NOTEBOOK):
        self.url, self.name, self.token, self.notebook = url, name, token, notebook
        self.base = f"{url}/user/{name}"
        self.session, self.waiting, self.models, self.drawn, self.ticks = uuid.uuid4().hex, {}, {}, 0, 0

    async def _http(self, address, method="GET", data=None):
        request = HTTPRequest(
            address, method, {"Authorization": f"token {self.token}"}, request_timeout=PATIENCE, connect_timeout=PATIENCE,
            body=json.dumps(data or {}) if method == "POST" else None,
        )  # fmt: skip
        answer = await AsyncHTTPClient().fetch(request)
        return json.loads(answer.body) if "json" in answer.headers.get("Content-Type", "") else answer.body

    async def log_in(self):
        api = f"{self.url}/hub/api/users/{self.name}"
        await self._http(api, "POST")
        await self._http(f"{api}/server", "POST")
        end = time.monotonic() + PATIENCE
        while not (await self._http(api))["servers"].get("", {}).get("ready"):
            if time.monotonic() > end:
                raise TimeoutError(f"{self.name}: no server")
            await asyncio.sleep(0.5)

    async def open(self):
        await self._http(f"{self.base}/lab/tree/{self.notebook}")
        self.cells = (await self._http(f"{self.base}/api/contents/{self.notebook}?content=1"))["content"]["cells"]
        kernel = {"name": "python3"}
        made = {"path": self.notebook, "name": "", "type": "notebook", "kernel": kernel}
        self.kernel = (await self._http(f"{self.base}/api/sessions", "POST", made))["kernel"]["id"]
        address = self.base.replace("http", "ws", 1)
        address += f"/api/kernels/{self.kernel}/channels?session_id={self.session}"
        self.socket = await websocket_connect(
            HTTPRequest(address, headers={"Authorization": f"token {self.token}"}, connect_timeout=PATIENCE),
            subprotocols=["v1.kernel.websocket.jupyter.org"], max_message_size=2**28,
        )  # fmt: skip
        self.listening = asyncio.create_task(self._listen())
        await self._request("kernel_info_request", {})

    def _send(self, kind, content, channel="shell", **metadata):
        header = {
            "msg_id": uuid.uuid4().hex, "msg_type": kind, "session": self.session, "username": self.name,
            "date": datetime.now(UTC).isoformat(), "version": "5.4",
        }  # fmt: skip
        parts = [json.dumps(part).encode() for part in (header, {}, metadata, content)]
        self.socket.write_message(serialize_msg_to_ws_v1(parts, channel), binary=True)
        return header["msg_id"]

    async def _request(self, kind, content, until=None):
        """Send, and wait for the reply, or for a message of the kind `until` that answers it."""
        future = asyncio.get_running_loop().create_future()
        number = self._send(kind, content)
        self.waiting[number] = until, future
        try:
            return await asyncio.wait_for(future, PATIENCE)
        finally:
            del self.waiting[number]

    async def _listen(self):
        while (message := await self.socket.read_message()) is not None:
            _channel, (header, parent, _metadata, content, *_buffers) = deserialize_msg_from_ws_v1(message)
            kind, number = json.loads(header)["msg_type"], json.loads(parent).get("msg_id")
            if kind in ("comm_open", "comm_msg"):
                self._comm(json.loads(content))
            elif number in self.waiting:
                until, future = self.waiting[number]
                if kind == (until or kind) and (until or kind.endswith("_reply")) and not future.done():
                    future.set_result(json.loads(content))
        for _until, future in self.waiting.values():
            future.cancel()

    def _comm(self, content):
        change = content["data"].get("state", {})
        self.models.setdefault(content["comm_id"], {}).update(change)
        self.drawn += self.watching and "<img" in str(change.get("value", ""))[:200]

    def _bench_model(self, **having):
        """Give the last widget that has these values: the bench comes after all others that train."""
        found = [key for key, model in self.models.items() if having.items() <= model.items()]
        return found[-1]

    async def run_all(self):
        code = [cell for cell in self.cells if cell["cell_type"] == "code"]
        options = {"silent": False, "store_history": True, "allow_stdin": True, "stop_on_error": True}
        for cell, reply in zip(
            code,
            await asyncio.gather(
                *(self._request("execute_request", options | {"code": cell["source"]}) for cell in code)
            ),
            strict=True,
        ):
            if reply["status"] != "ok":
                raise RuntimeError(f"{self.name}: {cell['id']}: {reply.get('ename')}: {reply.get('evalue')}")

    async def start(self):
        self.watching = True
        self.pulse = self._bench_model(_model_name="PlayModel")
        await self.press_start()
        self.ticking = asyncio.create_task(self._tick())

    async def press_start(self):
        button = self._bench_model(_model_name="ButtonModel", description="Start")
        self._send("comm_msg", {"comm_id": button, "data": {"method": "custom", "content": {"event": "click"}}})

    async def _tick(self):
        # In a browser the bench's invisible clock does this, so that the kernel knows that somebody watches.
        while True:
            await asyncio.sleep(1)
            self.ticks += 1
            data = {"method": "update", "state": {"value": self.ticks}, "buffer_paths": []}
            self._send("comm_msg", {"comm_id": self.pulse, "data": data})

    async def ask(self):
        start = time.perf_counter()
        await self._request("execute_request", {"code": "1 + 1", "store_history": False}, until="execute_result")
        return 1000 * (time.perf_counter() - start)

    async def bench(self):
        labels = [model.get("value") for model in self.models.values() if model.get("_model_name") == "LabelModel"]
        return next(filter(None, (state(label or "") for label in reversed(labels))), None)

    async def redraws(self):
        return self.drawn

    async def leave(self, *, end_kernel=False):
        if end_kernel:
            await self._http(f"{self.base}/api/kernels/{self.kernel}", "DELETE")
        if self.watching:
            self.ticking.cancel()
        self.socket.close()
        await self.listening
