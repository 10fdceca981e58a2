"""A class on one JupyterHub: everybody opens chapter 05, runs all cells, and trains in the training bench, at once.

    python tests/hub/trial.py                          # the three rounds of RESULTS.md, ten minutes; writes it
    python tests/hub/trial.py --rounds 30:3 --print    # 30 users, 3 of them in a browser; writes nothing

For whoever runs a hub and wants figures of their own machine, or changes a training widget. It needs Linux, the course
with ``[test]``, ``pip install jupyterhub``, ``npm install configurable-http-proxy`` (`--proxy` says where it is), and a
Chromium. The hub is a real one, with the settings of ``notebooks/assignments/jupyterhub_config.py`` and in addition
what makes it a trial: a login without passwords, users without accounts, and nothing but loopback.

All users wait for each other before each of three steps: log in and open; run all cells; train to the end. While they
train, each sends ``1 + 1`` as another cell twice a second at most, and waits for the answer. Browsers go before the
servers where this is allowed (nice -10, as root), for in a class they are elsewhere.
"""

import argparse
import asyncio
import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import processes
import report
from tornado.httpclient import AsyncHTTPClient, HTTPError
from users import InBrowser, OverProtocol

ROOT = Path(__file__).parents[2]
SETTINGS = ROOT / "notebooks" / "assignments" / "jupyterhub_config.py"
CHROMIUM = (
    "--no-sandbox", "--headless", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--disable-quic",
)  # fmt: skip
CONFIG = """
c = get_config()
load_subconfig({settings!r})
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub_port}"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_port}"
c.ConfigurableHTTPProxy.command = [{proxy!r}]
c.JupyterHub.db_url = "sqlite:///{folder}/hub.sqlite"
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = "{folder}/homes/{{username}}"
c.Spawner.args = ["--LabApp.expose_app_in_browser=True", *{root}]
c.JupyterHub.services = [{{"name": "trial", "api_token": {token!r}}}]
c.JupyterHub.load_roles = [
    {{"name": "trial", "services": ["trial"], "scopes": ["admin:users", "admin:servers", "access:servers"]}}
]
"""
NO_NEWS = '{"fetchNews": "false", "checkForUpdates": false}'


def free_ports(count):
    """Give ports that nobody uses at the moment."""
    with contextlib.ExitStack() as stack:
        all_of_them = [stack.enter_context(socket.socket()) for _port in range(count)]
        for one in all_of_them:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in all_of_them]


class Hub:
    """A JupyterHub with its proxy, in a folder of its own, with a copy of the notebooks in each home."""

    def __init__(self, folder, names, proxy):
        self.folder, self.token = Path(folder), secrets.token_hex(16)
        for name in names:
            home = self.folder / "homes" / name
            shutil.copytree(ROOT / "notebooks", home / "notebooks", ignore=shutil.ignore_patterns(".*"))
            news = home / ".jupyter/lab/user-settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings"
            news.parent.mkdir(parents=True)
            news.write_text(NO_NEWS, encoding="utf-8")
        port, hub_port, proxy_port = free_ports(3)
        self.url = f"http://127.0.0.1:{port}"
        text = CONFIG.format(
            settings=str(SETTINGS), port=port, hub_port=hub_port, proxy_port=proxy_port, proxy=proxy, token=self.token,
            folder=self.folder, root=["--allow-root"] if os.geteuid() == 0 else [],
        )  # fmt: skip
        (self.folder / "jupyterhub_config.py").write_text(text, encoding="utf-8")
        # The caps are to come from the settings, not from whoever starts the trial.
        env = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
        env["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), env["PATH"]])
        with open(self.folder / "hub.log", "wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "jupyterhub"], cwd=self.folder, env=env, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip

    async def ready(self):
        """Wait until it answers."""
        for _try in range(300):
            with contextlib.suppress(OSError, HTTPError):
                await AsyncHTTPClient().fetch(f"{self.url}/hub/api")
                return
            if self.process.poll() is not None:
                break
            await asyncio.sleep(0.2)
        raise RuntimeError(f"the hub did not start:\n{self.log()}")

    def log(self):
        """Give what the hub wrote."""
        return (self.folder / "hub.log").read_text(encoding="utf-8", errors="replace")[-4000:]

    def parts(self):
        """Give the processes that run now: of the hub, of its proxy, and of each user's server and kernels."""
        of = processes.children()
        found = {"hub": [self.process.pid], "proxy": [], "server": [], "kernel": []}
        for child in of.get(self.process.pid, []):
            if "singleuser" not in processes.command(child):
                found["proxy"] += processes.tree(child, of)
                continue
            for pid in processes.tree(child, of):
                found["kernel" if "ipykernel" in processes.command(pid) else "server"].append(pid)
        return found

    def stop(self):
        """End the hub, which ends its proxy and all servers."""
        everything = processes.tree(self.process.pid)
        self.process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(60)
        for pid in everything:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@dataclass
class Round:
    """What was measured with so many users, `browsers` of them in a browser."""

    users: int
    browsers: int
    seconds: dict = field(default_factory=lambda: {"log_in": [], "open": [], "run_all": [], "train": []})
    memory: dict = field(default_factory=dict)
    cpu: dict = field(default_factory=dict)
    rates: list = field(default_factory=list)
    steps: list = field(default_factory=list)
    redraws: dict = field(default_factory=lambda: {"browser": [], "protocol": []})
    answers: dict = field(default_factory=lambda: {"browser": [], "protocol": []})
    finished: int = 0
    failures: list = field(default_factory=list)
    again: list = field(default_factory=list)
    pauses: int = 0
    capped: bool = False


class Watch:
    """Reads what the processes take: memory as often as it is asked, processor time for each step."""

    def __init__(self, hub, result):
        self.hub, self.result = hub, result

    def remember(self, moment):
        """Keep the memory of a moment, if it is more than was kept for it: MB of each part."""
        now = {part: processes.memory(pids) for part, pids in self.hub.parts().items()}
        before = self.result.memory.get(moment)
        if before is None or sum(pss for pss, _rss in now.values()) > sum(pss for pss, _rss in before.values()):
            self.result.memory[moment] = now

    def _spent(self):
        spent = {part: processes.seconds(pids) for part, pids in self.hub.parts().items()}
        spent["trial"] = processes.seconds([os.getpid()])
        mine = [pid for child in processes.children().get(os.getpid(), []) for pid in processes.tree(child)]
        theirs = processes.tree(self.hub.process.pid)
        spent["browsers"] = processes.seconds(set(mine) - set(theirs))
        spent["clock"], spent["machine"] = processes.machine()
        return spent

    @contextlib.contextmanager
    def step(self, name):
        """Keep the processor time of a step, by part."""
        before = self._spent()
        yield
        after = self._spent()
        self.result.cpu[name] = {part: after[part] - before[part] for part in before}


async def run_all(user, result):
    """Run all cells; where one fails, all of them a second time, as a learner would, and say so."""
    try:
        await user.run_all()
    except RuntimeError as error:
        result.again.append(str(error))
        await user.run_all()


async def train(user, result, stop):
    """Start the bench, send another cell now and then, and wait for the end of the training."""
    await user.start()
    while (first := await user.bench()) is None or first[0] != "training":
        await asyncio.sleep(0.1)
    began, now = time.monotonic(), first
    while now[0] != "finished":
        if time.monotonic() > stop:
            raise TimeoutError(f"{user.name}: {now}")
        if now[0] == "paused":  # for want of a sign of life from the browser: a learner would press Start again
            result.pauses += 1
            await user.press_start()
        asked = time.monotonic()
        result.answers[user.kind].append(await user.ask())
        await asyncio.sleep(max(0, 0.5 - (time.monotonic() - asked)))
        now = await user.bench() or now
    took = time.monotonic() - began
    result.steps.append(now[1])
    result.rates.append((now[1] - first[1]) / took)
    result.redraws[user.kind].append(await user.redraws() / took)
    result.finished += 1


def put_first(pids):
    """Let processes go before all others, where that is allowed."""
    for pid in pids:
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, pid, -10)
        # Where Linux shares processors among sessions first, the session counts, not the process.
        with contextlib.suppress(OSError):
            Path(f"/proc/{pid}/autogroup").write_text("-10", encoding="ascii")


async def one_round(users, browsers, proxy, at_most):
    """Let so many users work at once on a hub of their own; give the `Round`."""
    from playwright.async_api import async_playwright

    result, names = Round(users, browsers), [f"learner{number:03d}" for number in range(users)]
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as last:
        hub = Hub(folder, names, proxy)
        last.callback(hub.stop)
        await hub.ready()
        watch, chromium = Watch(hub, result), shutil.which("chromium") or shutil.which("google-chrome")
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM))
            put_first(set(processes.tree(os.getpid())) - set(processes.tree(hub.process.pid)) - {os.getpid()})
            everybody = [InBrowser(browser, hub.url, name) for name in names[:browsers]]
            everybody += [OverProtocol(hub.url, name, hub.token) for name in names[browsers:]]

            async def all_at_once(what, call, *, name):
                async def one(user):
                    began = time.monotonic()
                    await call(user)
                    result.seconds[name].append(time.monotonic() - began)

                done = await asyncio.gather(*map(one, everybody), return_exceptions=True)
                for user, error in zip(list(everybody), done, strict=True):
                    if isinstance(error, BaseException):
                        result.failures.append(f"{user.name} ({user.kind}), {what}: {error!r}")
                        everybody.remove(user)
                print(f"  {what}: {', '.join(f'{one:.0f}' for one in sorted(result.seconds[name]))} s", flush=True)

            watch.remember("nobody")
            with watch.step("open"):
                await all_at_once("logged in", lambda user: user.log_in(), name="log_in")
                await all_at_once("opened", lambda user: user.open(), name="open")
            watch.remember("open")
            with watch.step("run_all"):
                await all_at_once("ran all cells", lambda user: run_all(user, result), name="run_all")
            watch.remember("run_all")
            kernels = hub.parts()["kernel"]
            caps = [processes.environment(pid).get("OPENBLAS_NUM_THREADS") for pid in kernels]
            result.capped = len(caps) == len(everybody) and set(caps) == {"1"}

            async def look():
                while True:
                    await asyncio.sleep(5)
                    watch.remember("train")

            looking, stop = asyncio.create_task(look()), time.monotonic() + at_most
            with watch.step("train"):
                await all_at_once("trained", lambda user: train(user, result, stop), name="train")
            looking.cancel()
            watch.remember("train")
            for user in everybody:
                await user.leave()
            await browser.close()
        for failure in result.failures:
            print(f"  FAILED: {failure}", flush=True)
        if result.failures:
            print(hub.log())
    return result


async def memory_of_each_notebook(proxy):
    """Let one user run all cells of each notebook, one after the other; give the most MB that each kernel took."""
    found, name = {}, "learner000"
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as last:
        hub = Hub(folder, [name], proxy)
        last.callback(hub.stop)
        await hub.ready()
        for number, path in enumerate(sorted((ROOT / "notebooks").glob("*.ipynb"))):
            user = OverProtocol(hub.url, name, hub.token, f"notebooks/{path.name}")
            if number == 0:
                await user.log_in()
            await user.open()
            await user.run_all()
            found[path.stem] = max(map(processes.peak, hub.parts()["kernel"]))
            await user.leave(end_kernel=True)
            print(f"  {path.stem}: {found[path.stem]:.0f} MB", flush=True)
    return found


def main():
    """Run the rounds, print the table, and write it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", nargs="+", default=["1:1", "10:1", "10:10"], metavar="USERS:BROWSERS",
                        help="so many users, and how many of them in a browser (default: 1:1 10:1 10:10)")  # fmt: skip
    parser.add_argument(
        "--proxy", default=shutil.which("configurable-http-proxy"), help="configurable-http-proxy's path"
    )
    parser.add_argument("--at-most", type=float, default=900, metavar="SECONDS", help="for training (default: 900)")
    parser.add_argument("--print", action="store_true", help="print the page, do not write it")
    options = parser.parse_args()
    if options.proxy is None:
        parser.error("configurable-http-proxy is not there: npm install configurable-http-proxy, then --proxy PATH")
    rounds, kernels = [], {}
    if not options.print:
        print("1 user, all notebooks one after the other", flush=True)
        kernels = asyncio.run(memory_of_each_notebook(options.proxy))
    for one in options.rounds:
        users, browsers = map(int, one.split(":"))
        print(f"{users} users, {browsers} in a browser", flush=True)
        rounds.append(asyncio.run(one_round(users, browsers, options.proxy, options.at_most)))
        print(*report.table(rounds[-1:]), sep="\n", flush=True)
    page = report.page(rounds, kernels)
    print(page)
    if not options.print:
        Path(__file__).with_name("RESULTS.md").write_text(page, encoding="utf-8")
    return 1 if any(one.failures or one.finished < one.users or not one.capped for one in rounds) else 0


if __name__ == "__main__":
    sys.exit(main())
