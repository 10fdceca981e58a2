"""A real JupyterLab and a real browser for the tests: start, open a notebook, run it, find a widget, move a control.

Everything here is for any notebook and any widget of the course; the tests beside it say what must happen.
"""

import contextlib
import math
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path

import kernels
from alone import put_aside

ROOT = Path(__file__).parents[2]
ARTIFACTS = Path(__file__).with_name("artifacts")
# The first that is there. Without a window of its own it takes a sixth less of a processor's time.
CHROMIUMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox", "--headless", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--disable-quic",
)  # fmt: skip

# Whether tests keep pictures of what they see: DLCOURSE_PICTURES=1. Of a test that fails there is always one.
PICTURES = os.environ.get("DLCOURSE_PICTURES") == "1"

# Seconds for what must happen, and for a notebook that runs: only what hangs needs them, on however busy a machine.
PATIENCE, WHOLE_NOTEBOOK = 120, 600

# How long a widget may take, from a key to the changed pixels: milliseconds, the 95th percentile of 30 changes. Measured
# on an idle machine alone (DLCOURSE_IDLE=1); elsewhere the pixels have to change, whenever it is.
AT_ONCE, WITH_A_NETWORK = 100, 150
IDLE = os.environ.get("DLCOURSE_IDLE") == "1"

# Every explorer: its notebook and its cell.
EXPLORERS = [
    ("00_start_here", "first-slider"), ("01_perceptron", "play-widget"), ("02_activations", "play-widget"),
    ("03_mnist_inference", "play-widget"), ("03_mnist_inference", "play-map"), ("04_losses_and_gradients", "play-loss"),
    ("04_losses_and_gradients", "play-descent"), ("05_backpropagation", "play-graph"),
    ("05_backpropagation", "play-bench"), ("06_optimizers", "play-race"), ("06_optimizers", "play-digits"),
    ("07_initialization", "play-widget"), ("08_regularization", "play-bench"), ("08_regularization", "play-search"),
    ("08_regularization", "border-play"), ("09_cnn", "play-window"), ("09_cnn", "play-inside"),
    ("10_handwritten_digits", "play-browser"), ("10_handwritten_digits", "play-studio"),
    ("10_handwritten_digits", "play-collect"), ("10_handwritten_digits", "play-climb"), ("playground", "play-widget"),
]  # fmt: skip

WINDOW = {"width": 1400, "height": 1000}

# In a JupyterLab that is there: open a notebook; close it and all that was opened beside it, as it is.
OPEN = "path => window.jupyterapp.commands.execute('docmanager:open', {path}).then(() => null)"
CLOSE = """async () => {
    const {shell} = window.jupyterapp;
    for (const one of [...shell.widgets('main')].filter(one => one.context)) {
        one.context.model.dirty = false;
        one.close();
    }
    while ([...shell.widgets('main')].some(one => one.context)) await new Promise(resolve => setTimeout(resolve, 20));
    shell.expandLeft();
}"""

# Scroll to a cell, and give its index, once it is in view and stays. JupyterLab puts cells on the page in idle moments,
# which a browser without a window has only while it draws: so frames are asked for. What JupyterLab promises may come ten
# seconds late, and until then it would scroll back to the cell, whatever a test has done since.
SCROLL_TO_CELL = """async ([id, seconds]) => {
    const notebook = window.jupyterapp.shell.currentWidget.content;
    const index = notebook.widgets.findIndex(cell => cell.model.sharedModel.id === id);
    notebook.activeCellIndex = index;
    if (index === -1) return index;
    const {node} = notebook.widgets[index], end = performance.now() + 1000 * seconds;
    for (let before, round = 0; ; round++) {
        if (performance.now() > end) throw new Error(`cell ${id} has not come into view in ${seconds} s`);
        if (round % 60 === 0) notebook.scrollToItem(index, 'start').catch(() => null);
        if (round % 60 === 45 && node.isConnected) node.scrollIntoView();  // JupyterLab 4.3 stops before the last cells
        await new Promise(resolve => requestAnimationFrame(resolve));
        const {top, bottom, height} = node.getBoundingClientRect();
        if (node.isConnected && height && bottom > 0 && top < window.innerHeight && top === before) break;
        before = top;
    }
    notebook._scrollToItem = null;
    return index;
}"""

# What JupyterLab itself writes to the console, whatever the notebook.
NOT_OURS = re.compile(
    r"favicon|ResizeObserver|Failed to load resource.*(workspaces|settings|translations|extensions)|/lsp|"
    r"net::ERR_(INTERNET_DISCONNECTED|NAME_NOT_RESOLVED|PROXY|ABORTED)|"
    r"react-dom|Warning: |aria-hidden|collaboration",
    re.IGNORECASE,
)


def chromium():
    """Give the path of a Chromium, or None."""
    return next(filter(None, map(shutil.which, CHROMIUMS)), None)


class Lab:
    """JupyterLab, started by the course's own command on a copy of the notebooks, so that a run changes no file.

    Parameters
    ----------
    folder : Path
        Where the copy, JupyterLab's settings and its log are put.
    """

    def __init__(self, folder):
        self.folder = Path(folder)
        shutil.copytree(ROOT / "notebooks", self.folder / "notebooks", ignore=shutil.ignore_patterns(".*"))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = self.folder / "jupyterlab.log"
        settings = {
            name: str(self.folder / name.lower())
            for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
        }
        settings |= {"JUPYTERLAB_WORKSPACES_DIR": str(self.folder / "workspaces")}
        settings |= {"JUPYTERLAB_SETTINGS_DIR": str(self.folder / "settings")}
        # A file that a slow test's page saved would be opened by the next one, with widgets in it that have no kernel.
        for name, values in {
            "apputils-extension/notification": '{"fetchNews": "false", "checkForUpdates": false}',
            "docmanager-extension/plugin": '{"autosave": false}',
        }.items():
            path = self.folder / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
            path.parent.mkdir(parents=True)
            path.write_text(values, encoding="utf-8")
        command = [
            *(sys.executable, "-m", "dlcourse", "lab", "--no-browser", "--port", str(self.port), "--"),
            *("--IdentityProvider.token=", "--ServerApp.port_retries=0", "--LabApp.expose_app_in_browser=True"),
        ]
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                command, cwd=self.folder, env=os.environ | settings, stdout=log, stderr=log, start_new_session=True
            )
        self.processes = [self.process, *kernels.start(self.folder / "jupyter_data_dir")]
        try:
            self._wait_until_it_answers()
        except BaseException:
            self.stop()
            raise

    def _wait_until_it_answers(self):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/api", timeout=5):
                return
            time.sleep(0.2)
        raise RuntimeError(f"JupyterLab did not start:\n{self.log.read_text(encoding='utf-8', errors='replace')}")

    def kernels(self):
        """Give the process ids of the kernels that run, on Linux: what JupyterLab started, and copies of what was prepared."""
        found, waiting = [], [process.pid for process in self.processes]
        while waiting:
            pid = waiting.pop()
            waiting += [
                int(child)
                for path in Path(f"/proc/{pid}/task").glob("*/children")
                for child in path.read_text().split()
            ]
            if re.search(rb"ipykernel|kernels\.py\0keep", Path(f"/proc/{pid}/cmdline").read_bytes()):
                found.append(pid)
        return found

    def stop(self):
        """End JupyterLab and every kernel that it started."""
        for process in self.processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(20)


class Pages:
    """Pages of a browser, each with JupyterLab in it and one notebook at a time.

    To load JupyterLab takes more than twice as long as to open a notebook in it: a page whose notebook was closed is used
    again, if nothing but its notebook has been changed, and not for ever, since its memory grows.
    """

    MOST = 12

    def __init__(self, browser, lab):
        self.browser, self.lab, self.free, self.opened = browser, lab, [], {}

    def open(self, name, ratio=1, *, whole=True):
        """Open a notebook, `whole` or its widgets alone, on a screen with `ratio` dots to a pixel, each way."""
        path = self.lab.folder / "notebooks" / f"{name}.ipynb"
        path = (path if whole else put_aside(path)).relative_to(self.lab.folder / "notebooks")
        page = next((page for page, its_ratio in self.free if its_ratio == ratio), None)
        if page is None:
            page = self.browser.new_page(viewport=WINDOW, device_scale_factor=ratio)
        self.free = [(one, its_ratio) for one, its_ratio in self.free if one is not page]
        self.opened[page] = self.opened.get(page, 0) + 1
        last = self.opened[page] == self.MOST
        return Notebook(page, self.lab, path.as_posix(), None if last else lambda: self.free.append((page, ratio)))

    def screenshots(self, name):
        """Keep a picture of each page as an artefact of the run."""
        ARTIFACTS.mkdir(exist_ok=True)
        for number, page in enumerate(page for page in self.opened if not page.is_closed()):
            page.screenshot(path=ARTIFACTS / f"{name}_{number}.png")


class Notebook:
    """A notebook, open in a browser page.

    Parameters
    ----------
    page : playwright Page
        A new one, or one in which JupyterLab is and no notebook.
    lab : Lab
    name : str
        The file's name, such as ``"03_mnist_inference.ipynb"``.
    give_back : callable, optional
        Called by `close` when the page can be used again; without it the page is closed.

    Attributes
    ----------
    changed : bool
        Whether something was changed that stays when the notebook is closed, besides the window and the theme.
    """

    def __init__(self, page, lab, name, give_back=None):
        self.page, self.give_back = page, give_back
        self.complaints, self.theme, self.changed, self.closed = [], "light", False, False
        page.on("console", self._listen)
        page.on("pageerror", self._listen)
        page.set_default_timeout(PATIENCE * 1000)
        if page.url.startswith(lab.url):
            page.evaluate(OPEN, f"notebooks/{name}")
        else:
            page.goto(f"{lab.url}/lab/tree/notebooks/{urllib.parse.quote(name)}?reset")
        page.wait_for_function("window.jupyterapp && window.jupyterapp.shell.currentWidget?.context?.isReady")
        page.wait_for_function(
            "window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.connectionStatus === 'connected'"
        )

    def set_theme(self, theme):
        """Change JupyterLab's theme, to ``"light"`` or ``"dark"``."""
        self.theme = theme
        self.page.evaluate(
            "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})",
            f"JupyterLab {theme.capitalize()}",
        )
        self.page.wait_for_function(f"document.body.dataset.jpThemeLight === '{str(theme == 'light').lower()}'")
        # It covers all while the style sheets change.
        self.page.locator("#jupyterlab-splash").wait_for(state="detached")

    def close(self, *, end_kernel=True):
        """Close the notebook, without a question about saving; `end_kernel` is what a closed browser tab does not do."""
        if self.closed:
            return
        self.closed = True
        if end_kernel:
            self.page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
        as_new = end_kernel and self.theme == "light" and not self.changed and not self.page.locator(".jp-Dialog").count()
        if self.give_back is None or not as_new:
            self.page.close(run_before_unload=False)
            return
        self.page.evaluate(CLOSE)
        self.page.set_viewport_size(WINDOW)
        for event in "console", "pageerror":
            self.page.remove_listener(event, self._listen)
        self.give_back()

    def _listen(self, what):
        text = getattr(what, "text", str(what))
        if getattr(what, "type", "error") == "error" and not NOT_OURS.search(text):
            self.complaints.append(text)

    def run_all(self):
        """Run all cells to their end; JupyterLab stops at the first that fails, and this raises with its error."""
        self._execute("notebook:run-all-cells")

    def run(self, *cell_ids):
        """Run these cells alone, each to its end: the cell of a widget needs no cell before it."""
        for cell_id in cell_ids:
            self.scroll_to_cell(cell_id)
            self._execute("notebook:run-cell")

    def tell_kernel(self, code):
        """Have the kernel run some code, in no cell."""
        self.page.evaluate(f"code => {KERNEL}.requestExecute({{code, silent: true, store_history: false}}).done", code)

    def _execute(self, command):
        good = self.page.evaluate(
            """([command, milliseconds]) => Promise.race([
                window.jupyterapp.commands.execute(command),
                new Promise(resolve => setTimeout(() => resolve('too slow'), milliseconds)),
            ])""",
            [command, WHOLE_NOTEBOOK * 1000],
        )
        assert good is True, f"{command}: {good}, {self.errors()}"

    def clear(self):
        """Restart nothing, and take away the outputs that were stored in the file."""
        self.page.evaluate("window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")

    def errors(self):
        """Give the error outputs of all cells, as text."""
        return self.page.evaluate(
            """() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells
                .filter(c => c.cell_type === 'code')
                .flatMap(c => c.outputs.filter(o => o.output_type === 'error' || o.name === 'stderr'))
                .map(o => o.output_type === 'error' ? o.ename + ': ' + o.evalue : [].concat(o.text).join(''))"""
        )

    def scroll_through(self, look="() => []"):
        """Scroll from the first cell to the last, as a reader does; give all that the JavaScript `look` finds."""
        found = []
        for cell_id in self.page.evaluate(
            "window.jupyterapp.shell.currentWidget.content.widgets.map(cell => cell.model.sharedModel.id)"
        ):
            self.scroll_to_cell(cell_id)
            found += self.page.evaluate(look)
        return sorted(set(found))

    def scroll_to_cell(self, cell_id):
        """Bring a cell, by its id in the file, into view: JupyterLab puts only what is near the view on the page."""
        index = self.page.evaluate(SCROLL_TO_CELL, [cell_id, PATIENCE])
        assert index >= 0, f"there is no cell {cell_id!r}"
        return self.page.locator(f".jp-Notebook .jp-Cell[data-windowed-list-index='{index}']")

    def widget(self, cell_id, *, uncover=True):
        """Give the widget that a cell shows, in view and ready; a question before it is passed over unless `uncover` is False."""
        found = self.scroll_to_cell(cell_id).locator(".jp-OutputArea-output .widget-vbox").first
        found.wait_for()
        found.scroll_into_view_if_needed()
        show_me = found.get_by_role("button", name="show me", exact=True)
        if uncover and show_me.count() and show_me.is_visible():
            show_me.click()
            show_me.wait_for(state="hidden")
            found.locator("img").first.wait_for()
        return Widget(self.page, found)


KERNEL = "window.jupyterapp.shell.currentWidget.sessionContext.session.kernel"

# Milliseconds from asking the kernel for nothing to its answer, which comes after all that it was asked before.
KERNEL_ANSWERS = f"""async () => {{
    const start = performance.now();
    await {KERNEL}.requestExecute({{code: '', silent: true, store_history: false}}).done;
    return performance.now() - start;
}}"""


class Widget:
    """A widget of the course on a page."""

    def __init__(self, page, locator):
        self.page = page
        self.locator = locator

    def box(self, name):
        """Give the number box (or checkbox, or list) with this label, marked or not as one that begins anew."""
        return self.locator.get_by_label(self._label(name))

    def slider(self, name):
        """Give the slider's handle that stands beside the number box with this label, unfolded if need be."""
        row = self.locator.locator(".widget-hbox", has=self.page.get_by_label(self._label(name))).last
        if not row.is_visible():
            self.unfold()
        return row.locator(".noUi-handle")

    def unfold(self):
        """Open all that is folded away."""
        folded = self.locator.locator(".widget-toggle-button", has_text="▸")
        while count := folded.count():
            folded.first.click()
            self.page.wait_for_function(
                "([widget, count]) => [...widget.querySelectorAll('.widget-toggle-button')]"
                ".filter(one => one.textContent.includes('▸')).length < count",
                arg=[self.locator.element_handle(), count],
            )

    @staticmethod
    def _label(name):
        return re.compile(rf"^{re.escape(name)}( ↺)?$")

    def drag(self, name, share, *, steps=10):
        """Drag a slider with the mouse to a share (0 … 1) of its way."""
        handle = self.slider(name)
        handle.scroll_into_view_if_needed()
        start = handle.bounding_box()
        way = handle.locator("xpath=ancestor::*[contains(@class, 'noUi-target')]").bounding_box()
        self.page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
        self.page.mouse.down()
        self.page.mouse.move(way["x"] + share * way["width"], way["y"] + way["height"] / 2, steps=steps)
        self.page.mouse.up()

    def press(self, name, key):
        """Press a key on a slider's handle, as somebody without a mouse does."""
        handle = self.slider(name)
        handle.focus()
        handle.press(key)

    def type(self, name, value):
        """Type a value into the number box with this label."""
        if not self.box(name).is_visible():
            self.unfold()
        self.box(name).fill(str(value))
        self.box(name).press("Enter")

    def reset(self):
        """Press "back to the start values", and wait until all is drawn."""
        self.push("back to the start values")
        self.settled()

    def push(self, name):
        """Press a button, once it can be pressed, as somebody without a mouse does."""
        self.locator.get_by_role("button", name=name, exact=True, disabled=False).press("Enter")

    def copy_as_code(self, begins, how):
        """Press "copy as code" by ``"mouse"`` or ``"keyboard"``, once all has come to rest; the line that is said begins so.

        The line comes a moment after the picture.
        """
        self.settled()
        button = self.locator.get_by_role("button", name="copy as code", exact=True)
        if how == "mouse":
            button.click()
        else:
            button.press("Enter")
        self.locator.get_by_text(f"copied: {begins}").wait_for()

    def wait_until(self, state):
        """Wait until a widget that trains says that it is ``"ready"``, ``"training"``, ``"paused"``, ``"finished"``."""
        self.locator.get_by_text(re.compile(f"^{state}, (step|trial)")).wait_for()

    def steps(self):
        """Give how many steps a widget that trains says it has taken."""
        text = self.locator.get_by_text(re.compile(r"^\w[\w ]*, (step|trial) [\d,]+")).inner_text()
        return int(re.search(r"(?:step|trial) ([\d,]+)", text)[1].replace(",", ""))

    def steps_beyond(self, step):
        """Wait until a widget that trains has taken more steps than `step`, and give how many."""
        return self.wait_for(lambda: (steps := self.steps()) > step and steps)

    def wait_for(self, condition):
        """Wait until something is true, and give it."""
        end = time.monotonic() + PATIENCE
        while not (found := condition()):
            assert time.monotonic() < end, f"it did not happen in {PATIENCE} s"
            self.page.wait_for_timeout(100)
        return found

    def pause(self):
        """Pause a widget that trains, see that it takes no further step, and give how many it has taken."""
        self.push("Pause")
        self.wait_until("paused")
        self.page.evaluate(KERNEL_ANSWERS)  # what was on its way has arrived
        paused = self.steps()
        self.page.wait_for_timeout(500)
        assert self.steps() == paused
        return paused

    def pictures(self):
        """Give what the widget's images show now: a list of their sources."""
        return self.locator.locator("img").evaluate_all("all => all.map(one => one.src)")

    def words(self):
        """Give the alt texts of the widget's images."""
        return self.locator.locator("img").evaluate_all("all => all.map(one => one.alt)")

    def sharpness(self):
        """Give how many pixels each picture has for a pixel of its place, each way."""
        return self.locator.locator("img").evaluate_all("all => all.map(one => one.naturalWidth / Number(one.getAttribute('width')))")

    def wait_for_words(self, words):
        """Wait until an image's alt text holds these words."""
        self.locator.locator(f'img[alt*="{words}"]').first.wait_for()

    def places(self):
        """Give where in the widget each control and image stands, and how large it is, to see whether anything jumps.

        From the widget's own corner: whoever takes hold of a control may have to scroll to it first.
        """
        return self.locator.evaluate(
            """widget => {
                const corner = widget.getBoundingClientRect();
                return [...widget.querySelectorAll('input, button, select, img')].map(one => {
                    const box = one.getBoundingClientRect();
                    if (!box.width && !box.height) return [0, 0, 0, 0];
                    return [box.x - corner.x, box.y - corner.y, box.width, box.height].map(Math.round);
                });
            }"""
        )

    def clipped(self):
        """Give the texts of which a part cannot be seen, because what they stand in is too small."""
        return self.locator.evaluate(
            """widget => [...widget.querySelectorAll('label, button, select, div, span, b, td')]
                .filter(one => one.checkVisibility() && getComputedStyle(one).overflowX !== 'visible'
                    && one.textContent.trim() && one.clientWidth && one.scrollWidth > one.clientWidth + 1)
                .map(one => `${one.className} "${one.textContent.trim().slice(0, 40)}": ${one.scrollWidth} in ${one.clientWidth}`)"""
        )

    def contrast(self):
        """Give the lowest contrast (WCAG 2.1, 1 to 21) between a text of the widget and what is behind it."""
        return self.locator.evaluate(
            """widget => {
                const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
                const light = colour => numbers(colour).slice(0, 3)
                    .map(part => part / 255)
                    .map(part => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
                    .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
                const behind = element => {
                    for (let one = element; one; one = one.parentElement) {
                        const colour = getComputedStyle(one).backgroundColor;
                        if ((numbers(colour)[3] ?? 1) > 0.99) return colour;
                    }
                    return 'rgb(255, 255, 255)';
                };
                const texts = [...widget.querySelectorAll('label, b, div, button, input, option')].filter(one =>
                    one.checkVisibility() &&
                    (one.value || [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim())));
                return Math.min(...texts.map(one => {
                    const [low, high] = [light(getComputedStyle(one).color), light(behind(one))].sort((a, b) => a - b);
                    return (high + 0.05) / (low + 0.05);
                }));
            }"""
        )

    def wait_for_change(self, before, index=0):
        """Wait until the image `index` shows something else than in `before`, and changes no more; give all images."""
        self.page.wait_for_function(
            "([one, index, source]) => one.querySelectorAll('img')[index].src !== source",
            arg=[self.locator.element_handle(), index, before[index]],
        )
        return self.settled()

    def settled(self, quiet=400):
        """Wait until the kernel has nothing to do and no image has changed for `quiet` milliseconds; give all images.

        On a busy machine it is quiet for longer between two changes. So it has to be quiet for five times as long as the
        kernel takes to answer that it is there.
        """
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            answered = self.page.evaluate(KERNEL_ANSWERS)
            before = self.pictures()
            self.page.wait_for_timeout(max(quiet, 5 * answered))
            if self.page.evaluate(f"{KERNEL}.status") == "idle" and self.pictures() == before:
                return before
        raise AssertionError(f"the widget has not come to rest in {PATIENCE} s")

    def latencies(self, name, keys, index=0):
        """Press keys on a slider, one after the other; give the milliseconds from each to the changed pixels.

        Measured inside the page: from the key event to the frame after the new image was decoded.
        """
        handle = self.slider(name)
        handle.focus()
        self.page.evaluate(
            """([widget, index]) => {
                window.measured = [];
                window.watching?.disconnect();
                let pressed = null;
                widget.addEventListener('keydown', () => { pressed = performance.now(); }, true);
                let shown = widget.querySelectorAll('img')[index].src;
                window.watching = new MutationObserver(async () => {
                    const image = widget.querySelectorAll('img')[index];
                    if (!image || image.src === shown || pressed === null) return;
                    shown = image.src;
                    const start = pressed;
                    pressed = null;
                    await image.decode();
                    requestAnimationFrame(() => setTimeout(() => window.measured.push(performance.now() - start)));
                });
                window.watching.observe(widget, {subtree: true, childList: true, attributes: true, attributeFilter: ['src']});
            }""",
            [self.locator.element_handle(), index],
        )
        for number, key in enumerate(keys, 1):
            self.page.keyboard.press(key)
            self.page.wait_for_function(f"window.measured.length >= {number}")
            self.page.wait_for_timeout(50)  # a person does not press faster, and the frame before is done with
        return self.page.evaluate("window.measured")

    def error(self):
        """Give what the widget's place for errors says; empty if all is well."""
        return " ".join(self.locator.get_by_role("alert").all_inner_texts())

    def screenshot(self, name):
        """Keep a picture of the widget as an artefact of the run, where pictures are asked for."""
        if not PICTURES:
            return
        ARTIFACTS.mkdir(exist_ok=True)
        self.locator.screenshot(path=ARTIFACTS / f"{name}.png")


def answers_to_keys(widget, control, index, at_most, record_property, what):
    """Press keys on a slider: the image `index` changes each time; on an idle machine within `at_most` ms, in 95 of 100.

    The best of three tries counts, so that nothing else that the machine does is held against the widget. Elsewhere the
    next key waits until all has come to rest: of two keys that a busy machine takes together, one may draw nothing.
    """
    if not IDLE:
        pictures = widget.settled()
        for key in "ArrowRight", "ArrowLeft":
            widget.press(control, key)
            pictures = widget.wait_for_change(pictures, index)
        return
    best = math.inf
    for _try in range(3):
        measured = sorted(widget.latencies(control, ["ArrowRight", "ArrowLeft"] * 15, index))
        p50, p95 = (measured[math.ceil(share * len(measured)) - 1] for share in (0.5, 0.95))
        print(f"{what}: key to pixels p50 {p50:.0f} ms, p95 {p95:.0f} ms of {len(measured)}")
        best = min(best, p95)
        if best <= at_most:
            break
    record_property(f"{what}: p95 ms", round(best))
    assert best <= at_most
