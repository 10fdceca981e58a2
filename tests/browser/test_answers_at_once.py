"""How fast a widget answers: from a key to the changed pixels, and while it trains.

The limits are those that a learner feels, on an idle machine (DLCOURSE_IDLE=1). Elsewhere a time says nothing: keys are
measured on an idle machine alone, since that they change the picture is seen in the tests of each chapter, as is that
training starts and stops; one widget that trains has to answer, however late. The widgets of chapter 10 are measured in
test_chapter_10.py, where the notebook, which takes a minute to run, is open already.
"""

import os
import statistics
import time

import pytest
from lab import AT_ONCE, IDLE, PATIENCE, WITH_A_NETWORK, answers_to_keys
from waiting import wait_for

REDRAWS_A_SECOND, STOP, OTHER_CELL = 8, 150, 200
TRAINS = 0.05  # of a processor: a kernel that waits takes a tenth of this

# Notebook, cell, control, which of the widget's pictures must change, and the limit.
KEYS = [
    ("00_start_here", "first-slider", "pixels a side", 0, AT_ONCE),
    ("01_perceptron", "play-widget", "w1", 0, AT_ONCE),
    ("02_activations", "play-widget", "spread of inputs", 0, AT_ONCE),
    ("03_mnist_inference", "play-widget", "image", 0, WITH_A_NETWORK),
    ("03_mnist_inference", "play-widget", "batch size", 1, AT_ONCE),
    ("03_mnist_inference", "play-map", "test digit", 0, AT_ONCE),
    ("04_losses_and_gradients", "play-loss", "true class", 0, AT_ONCE),
    ("04_losses_and_gradients", "play-descent", "learning rate", 0, AT_ONCE),
    ("05_backpropagation", "play-graph", "price of an apple", 0, AT_ONCE),
    ("06_optimizers", "play-race", "start y", 0, AT_ONCE),
    ("07_initialization", "play-widget", "std", 0, WITH_A_NETWORK),
    ("09_cnn", "play-window", "window place", 0, AT_ONCE),
    ("09_cnn", "play-inside", "filter", 0, WITH_A_NETWORK),
    ("09_cnn", "play-inside", "its value", 0, WITH_A_NETWORK),  # a number of the network, set by hand
    ("playground", "play-widget", "its value", 0, WITH_A_NETWORK),
]

# On a screen with two dots to a pixel a picture has four times as many pixels, and as little time.
FINE = [
    ("04_losses_and_gradients", "play-descent", "learning rate", 0, AT_ONCE),
    ("05_backpropagation", "play-graph", "price of an apple", 0, AT_ONCE),
    ("06_optimizers", "play-race", "start y", 0, AT_ONCE),
    ("07_initialization", "play-widget", "std", 0, WITH_A_NETWORK),
    ("09_cnn", "play-window", "window place", 0, AT_ONCE),
    ("09_cnn", "play-inside", "filter", 0, WITH_A_NETWORK),
]

# Notebook and cell of each widget that trains.
TRAINING = [
    ("05_backpropagation", "play-bench"),
    ("06_optimizers", "play-digits"),
    ("07_initialization", "play-widget"),
    ("08_regularization", "play-bench"),
    ("playground", "play-widget"),
]

REDRAWS = """([widget, milliseconds]) => new Promise(resolve => {
    let count = 0;
    const observer = new MutationObserver(changes => {
        count += changes.some(change => [...change.addedNodes].some(node => node.nodeName === 'IMG'
            || node.querySelector?.('img')) || change.attributeName === 'src');
    });
    observer.observe(widget, {subtree: true, childList: true, attributes: true, attributeFilter: ['src']});
    setTimeout(() => { observer.disconnect(); resolve(count * 1000 / milliseconds); }, milliseconds);
})"""

STOPS = """([widget, button]) => new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error('it has not paused')), 1000 * PATIENCE);
    const start = performance.now();
    const look = () => [...widget.querySelectorAll('.widget-label')].some(one => one.innerText.startsWith('paused'))
        ? resolve(performance.now() - start) : requestAnimationFrame(look);
    button.click();
    look();
})""".replace("PATIENCE", str(PATIENCE))

OTHER_CELL_ANSWERS = """async () => {
    const notebook = window.jupyterapp.shell.currentWidget;
    const start = performance.now();
    const future = notebook.sessionContext.session.kernel.requestExecute({code: '1 + 1', store_history: false});
    await new Promise((resolve, reject) => {
        setTimeout(() => reject(new Error('the cell has not answered')), 1000 * PATIENCE);
        future.onIOPub = message => message.header.msg_type === 'execute_result' && resolve();
    });
    return performance.now() - start;
}""".replace("PATIENCE", str(PATIENCE))


def key_changes_the_pixels(ready, record_property, name, cell, control, index, at_most):
    _notebook, widget = ready(name, cell)
    widget.reset()
    answers_to_keys(widget, control, index, at_most, record_property, f"{name}, {control}")


def key_changes_the_pixels_of_a_fine_screen(ready, record_property, name, cell, control, index, at_most):
    _notebook, widget = ready(name, cell, ratio=2)
    widget.reset()
    widget.wait_for(lambda: widget.sharpness()[index] == 2)
    answers_to_keys(widget, control, index, at_most, record_property, f"{name}, {control}, two dots to a pixel")


def training_leaves_room(ready, record_property, name, cell):
    notebook, widget = ready(name, cell)
    widget.reset()
    pause = widget.locator.get_by_role("button", name="Pause", exact=True).element_handle()
    widget.push("Start")
    widget.wait_until("training")
    handle = widget.locator.element_handle()
    redraws = notebook.page.evaluate(REDRAWS, [handle, 3000])
    tries = 5 if IDLE else 1
    other = statistics.median(notebook.page.evaluate(OTHER_CELL_ANSWERS) for _try in range(tries))
    stops = []
    for _try in range(tries):
        stops.append(notebook.page.evaluate(STOPS, [handle, pause]))
        widget.push("Start")
        widget.wait_until("training")
    widget.push("Pause")
    stop = statistics.median(stops)
    print(f"{name}: {redraws:.1f} redraws a second, stops in {stop:.0f} ms, another cell answers in {other:.0f} ms")
    record_property(name, f"{redraws:.1f} redraws/s, stop {stop:.0f} ms, other cell {other:.0f} ms")
    assert redraws > 0 and widget.error() == ""
    assert not IDLE or (redraws >= REDRAWS_A_SECOND and stop <= STOP and other <= OTHER_CELL)


# All of a notebook together: it is opened once.
MEASURES = {training_leaves_room: TRAINING if IDLE else TRAINING[-1:]}
if IDLE:
    MEASURES |= {key_changes_the_pixels: KEYS, key_changes_the_pixels_of_a_fine_screen: FINE}
CASES = sorted(((*case, measure) for measure in MEASURES for case in MEASURES[measure]),
               key=lambda case: (case[-1] is key_changes_the_pixels_of_a_fine_screen, case[0]))  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join([case[-1].__name__, *map(str, case[:-1])]))
def test_it_answers_at_once(ready, record_property, case):
    *what, measure = case
    measure(ready, record_property, *what)


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="only on Linux: the kernel's time is read from /proc")
def test_a_notebook_that_is_closed_trains_no_more(open_notebook, lab):
    notebook = open_notebook("05_backpropagation")
    notebook.run("play-bench")
    widget = notebook.widget("play-bench")
    widget.push("Start")
    widget.wait_until("training")
    busy = [pid for pid in lab.kernels() if share_of_a_core(pid) > TRAINS]
    assert len(busy) == 1
    notebook.close(end_kernel=False)
    wait_for(lambda: share_of_a_core(busy[0]) < TRAINS, "the end of the training")
    assert busy[0] in lab.kernels(), "the kernel lives on, as JupyterLab has it"


def share_of_a_core(pid, seconds=1.0):
    """How much of a processor a process uses, over a while."""

    def used():
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return sum(map(int, file.read().rsplit(")", 1)[1].split()[11:13])) / os.sysconf("SC_CLK_TCK")

    before = used()
    time.sleep(seconds)
    return (used() - before) / seconds
