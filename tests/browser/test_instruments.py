"""Explorers as instruments, by mouse and by keyboard: a question first, a state as a line of code, a way back in time."""

import base64
import re

import pytest
from lab import WINDOW


@pytest.fixture(scope="module")
def notebook(open_notebook):
    return open_notebook("05_backpropagation")


@pytest.fixture
def other(one_notebook, notebook):
    """Give a function that gives another notebook, with what earlier tests left in it, beside the one that stays open."""
    given = [notebook]

    def give(name):
        if name != "05_backpropagation":
            given.append(one_notebook(name))
        return given[-1]

    yield give
    for one in given:
        one.page.set_viewport_size(WINDOW)


@pytest.fixture
def covered(notebook):
    """Give the graph explorer of a cell that has just been run, behind its question."""
    notebook.run("play-graph")
    return notebook.widget("play-graph", uncover=False)


@pytest.fixture
def bench(notebook):
    """Give the training bench of a cell that has just been run."""
    notebook.run("play-bench")
    widget = notebook.widget("play-bench")
    yield widget
    assert widget.error() == ""
    assert notebook.complaints == []


def is_open(widget):
    return widget.locator.locator("img").first.is_visible()


def test_a_guess_by_mouse_opens_the_picture(covered):
    assert not is_open(covered) and not covered.box("step").is_visible()
    covered.locator.get_by_role("button", name="a price", exact=True).click()
    covered.locator.get_by_text("You said: a price. The answer: the tax factor.").wait_for()
    covered.locator.locator("img").first.wait_for()
    covered.screenshot("predict_guessed")


@pytest.mark.parametrize("name", ["the tax factor", "show me"])
def test_a_guess_by_keyboard_opens_the_picture(covered, name):
    covered.screenshot("predict_asked")
    covered.locator.get_by_role("button", name="a price", exact=True).focus()
    for _step in range(["a price", "a number of fruits", "the tax factor", "show me"].index(name)):
        covered.page.keyboard.press("Tab")
    covered.page.keyboard.press("Enter")
    covered.locator.locator("img").first.wait_for()
    if name == "show me":  # who has not guessed may look first
        assert not covered.locator.get_by_text("The answer: the tax factor.").is_visible()
        covered.locator.get_by_text("Which of the five numbers").click()
    covered.locator.get_by_text("The answer: the tax factor.").wait_for()
    assert covered.locator.get_by_text("You said").count() == (name != "show me")


def test_a_number_is_guessed(other):
    notebook = other("04_losses_and_gradients")
    notebook.run("play-descent")
    widget = notebook.widget("play-descent", uncover=False)
    widget.box("your guess").fill("0,7")
    widget.box("your guess").press("Tab")
    widget.page.keyboard.press("Enter")
    widget.locator.get_by_text("You said: 0.7. The answer: 1.").wait_for()
    widget.locator.locator("img").first.wait_for()


@pytest.mark.parametrize(("name", "cell", "answer"), [
    ("09_cnn", "play-window", "to the left"), ("09_cnn", "play-inside", 98),
    ("playground", "one-stage", "about half, as guessing does"), ("playground", "two-stage", 3), ("10_handwritten_digits", "play-studio", "some other digit"),
    ("10_handwritten_digits", "play-browser", 8),
])  # fmt: skip
def test_what_comes_later_asks_first_too(other, name, cell, answer):
    notebook = other(name)
    for how in "mouse", "keyboard":
        notebook.run(cell)
        widget = notebook.widget(cell, uncover=False)
        assert not is_open(widget)
        if isinstance(answer, int):
            widget.box("your guess").fill(str(answer))
        button = widget.locator.get_by_role("button", name=answer if isinstance(answer, str) else "guess", exact=True)
        if how == "mouse":
            button.click()
        else:
            button.focus()
            widget.page.keyboard.press("Enter")
        widget.locator.get_by_text(f"You said: {answer}. The answer: {answer}.").wait_for()
        widget.locator.locator("img").first.wait_for()
        widget.screenshot(f"predict_{name}_{cell}")
        assert widget.error() == "" and notebook.complaints == []


def test_the_reader_takes_the_learners_predict(other):
    notebook = other("03_mnist_inference")
    notebook.run_all()
    for how in "mouse", "keyboard":
        widget = notebook.widget("play-own")
        widget.locator.get_by_text("predict and the package's agree.").wait_for()
        shown = widget.settled()
        if how == "mouse":
            widget.drag("image", 0.3)
        else:
            widget.press("image", "ArrowRight")
        shown = widget.wait_for_change(shown)
        widget.box("code").select_option("the package's")
        assert widget.settled()[0] == shown[0], "the same numbers give the same picture"
        widget.screenshot("own_predict")
        assert widget.error() == ""
        notebook.run("play-own")


def copied(widget):
    return widget.page.evaluate("navigator.clipboard.readText()")


@pytest.mark.parametrize("how", ["mouse", "keyboard"])
def test_the_state_is_copied_as_a_line_that_gives_it_again(notebook, bench, how):
    notebook.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    bench.type("seed", 7)
    bench.wait_until("ready")
    for _step in range(2):
        bench.push("Step")
    bench.locator.get_by_text("paused, step 2 of").wait_for()
    bench.type("learning rate", 0.3)
    bench.push("Step")
    bench.wait_for_words("Step 3:")
    code = "training_bench(seed=7).run(2).set(lr=0.3).run(1)"
    bench.copy_as_code(code, how)
    assert copied(bench) == code
    shown = bench.settled()
    notebook.scroll_to_cell("play-bench")
    set_source = "source => window.jupyterapp.shell.currentWidget.content.activeCell.model.sharedModel.setSource(source)"
    source = notebook.page.evaluate("window.jupyterapp.shell.currentWidget.content.activeCell.model.sharedModel.source")
    notebook.page.evaluate(set_source, f"from dlcourse.widgets import training_bench\n\n{code}")
    notebook.run("play-bench")
    again = notebook.widget("play-bench")
    assert again.settled() == shown, "pixel by pixel"
    notebook.page.evaluate(set_source, source)


@pytest.mark.parametrize("how", ["mouse", "keyboard"])
def test_a_drawing_is_copied_as_a_line_that_draws_it_again(other, how):
    notebook = other("03_mnist_inference")
    notebook.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    notebook.run("play-pad")
    widget = notebook.widget("play-pad")
    if how == "mouse":
        box, mouse = widget.locator.locator("canvas").bounding_box(), notebook.page.mouse
        mouse.move(box["x"] + 140, box["y"] + 50)
        mouse.down()
        mouse.move(box["x"] + 140, box["y"] + 230, steps=3)
        mouse.up()
    else:
        widget.locator.locator("canvas").focus()
        for key in ["ArrowUp"] * 6 + ["Space"] + ["ArrowDown"] * 12 + ["Space"]:
            notebook.page.keyboard.press(key)
    widget.wait_for_words("MLP reads 1 ")
    widget.copy_as_code("digit_studio(", how)
    code, shown = copied(widget), widget.settled()
    assert code.startswith("digit_studio(example=-1).draw([[(")
    notebook.scroll_to_cell("play-pad")
    set_source = "source => window.jupyterapp.shell.currentWidget.content.activeCell.model.sharedModel.setSource(source)"
    notebook.page.evaluate(set_source, f"from dlcourse.widgets import digit_studio\n\n{code}")
    notebook.run("play-pad")
    again = notebook.widget("play-pad")
    again.wait_for_words("MLP reads 1 ")
    assert again.settled() == shown, "pixel by pixel"
    assert widget.error() == again.error() == "" and notebook.complaints == []


def test_the_map_shows_the_digit_under_the_pointer_and_at_the_slider(other):
    notebook = other("03_mnist_inference")
    notebook.run("play-map")
    widget = notebook.widget("play-map")
    widget.settled()
    picture = widget.locator.locator("img").first
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    seen = set()
    for across, down in ((0.1, 0.3), (0.25, 0.3), (0.42, 0.7)):
        before = widget.words()[0]
        widget.page.mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"], steps=5)
        widget.page.wait_for_function(
            "([one, words]) => one.querySelector('img').alt !== words", arg=[widget.locator.element_handle(), before]
        )
        widget.settled()
        seen.add(re.search(r"Test digit (\d+)", widget.words()[0])[1])
    assert len(seen) == 3 and widget.box("test digit").input_value() in seen
    widget.screenshot("map")
    shown = widget.pictures()
    widget.press("test digit", "ArrowRight")
    shown = widget.wait_for_change(shown)
    widget.box("as seen by").select_option("pixels")
    widget.wait_for_change(shown)
    widget.wait_for_words("pixels: 19%")
    assert widget.error() == "" and notebook.complaints == []


def trained(bench):
    """Train a while; give the steps."""
    bench.push("Start")
    bench.steps_beyond(60)
    return bench.pause()


def test_back_in_time_by_keyboard_and_another_way_from_there(bench):
    end = trained(bench)
    bench.unfold()
    bench.type("back to step", 20)
    bench.locator.get_by_text("paused, step 20 of").wait_for()
    bench.wait_for_words("Step 20:")
    bench.locator.get_by_text("what came later").wait_for()
    bench.type("learning rate", 1)
    bench.push("Start")
    bench.steps_beyond(40)
    bench.pause()
    bench.locator.get_by_text(f"the explorer's own settings; {end:,} steps", exact=False).wait_for()
    assert bench.locator.get_by_text("what came later").count() == 0
    bench.screenshot("time_two_ways")
    bench.push("forget the grey ones")
    bench.locator.get_by_text("In grey").wait_for(state="hidden")


def test_back_in_time_by_mouse_and_forth_again(bench):
    end = trained(bench)
    bench.unfold()  # here lies a picture of the array whose weights may be touched
    shown = bench.settled()
    bench.drag("back to step", 0.3)
    bench.locator.get_by_text("what came later").wait_for()
    bench.settled()
    assert bench.steps() < end
    bench.screenshot("time_looking_back")
    bench.drag("back to step", 1.0)
    bench.locator.get_by_text(f"paused, step {end:,} of").wait_for()
    assert bench.settled() == shown


def test_curves_are_kept_to_be_compared(bench):
    bench.unfold()
    for seed in (1, 2):
        bench.type("seed", seed)
        bench.wait_until("ready")
        trained(bench)
        bench.locator.get_by_role("button", name="keep this curve", exact=True).click()
        bench.locator.get_by_text(f"seed {seed};").wait_for()
    assert bench.locator.get_by_text("In grey").inner_text().count("steps") == 2
    bench.screenshot("curves_kept")


def accuracy(widget):
    return re.search(r"accuracy ([\d.]+%)", widget.words()[0])[1]


def test_a_weight_is_set_and_taken_back_by_keyboard(bench):
    trained(bench)
    bench.unfold()
    bench.box("array").select_option("b2")
    before, shown = accuracy(bench), bench.settled()
    bench.type("its value", 9)
    bench.wait_for_change(shown)
    assert accuracy(bench) != before
    bench.screenshot("touched")
    bench.push("undo")
    bench.wait_for_words(f"accuracy {before} on training")
    assert bench.settled() == shown


def test_a_weight_is_dragged_by_mouse_and_a_neuron_switched_off(bench):
    trained(bench)
    bench.unfold()
    bench.box("array").select_option("b1")
    shown = bench.settled()
    bench.drag("its value", 0.9)
    bench.wait_for_change(shown)
    bench.locator.get_by_role("button", name="undo", exact=True).click()
    assert bench.settled() == shown
    bench.drag("neuron or filter", 0.5)
    bench.locator.get_by_label("is switched off").check()
    bench.wait_for_words("Switched off: ")
    bench.push("Start")
    bench.steps_beyond(bench.steps() + 20)
    bench.pause()
    assert "Switched off: " in bench.words()[0]
    bench.push("Reset")
    bench.wait_until("ready")
    assert "Switched off" not in bench.words()[0]


# Of each network that can be touched: its notebook and cell, and the words for the samples of its loss.
LOSSES = [
    ("05_backpropagation", "play-bench", "the first 500 training digits"),
    ("playground", "play-widget", "all training points"), ("09_cnn", "play-inside", "the first 100 test digits"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "cell", "data"), LOSSES)
def test_the_gradient_beside_a_value_answers_to_mouse_and_keyboard(other, name, cell, data):
    notebook = other(name)
    notebook.run(cell)
    widget = notebook.widget(cell)
    widget.unfold()
    line = widget.locator.get_by_text(re.compile(f"^Its gradient is .* the loss of {data} "))
    line.wait_for()
    widget.box("array").select_option("b1")
    widget.settled()
    said, places = {line.inner_text()}, widget.places()
    widget.type("its value", 0.5)
    widget.wait_for(lambda: line.inner_text() not in said)
    said.add(line.inner_text())
    widget.drag("its value", 0.6)
    widget.settled()
    said.add(line.inner_text())
    widget.press("its value", "ArrowRight")
    widget.settled()
    said.add(line.inner_text())
    assert len(said) == 4, said
    assert widget.places() == places, "something jumped"
    assert line.bounding_box()["y"] > widget.box("its value").bounding_box()["y"]
    widget.screenshot(f"gradient_{name}")
    notebook.page.set_viewport_size({"width": 1024, "height": 700})
    notebook.page.evaluate("() => window.jupyterapp.shell.collapseLeft()")
    line.scroll_into_view_if_needed()
    assert widget.clipped() == []
    widget.screenshot(f"gradient_{name}_1024")
    assert widget.error() == "" and notebook.complaints == []


@pytest.mark.parametrize(("name", "cell"), [("09_cnn", "play-inside"), ("playground", "play-widget")])
def test_the_other_networks_answer_to_a_hand_too(other, name, cell):
    notebook = other(name)
    notebook.run(cell)
    widget = notebook.widget(cell)
    widget.unfold()
    shown = widget.settled()
    widget.locator.get_by_label("is switched off").focus()
    widget.page.keyboard.press("Space")
    widget.wait_for_words("Switched off: 0 of layer 1.")
    widget.screenshot(f"touched_{name}")
    widget.push("undo")
    widget.locator.get_by_label("is switched off").and_(widget.page.locator(":not(:checked)")).wait_for()
    assert widget.settled() == shown
    assert notebook.complaints == []


# Where a weight is seen: which picture, a place in it as shares, and what the controls then say.
SEEN = {
    "line": ("playground", "play-widget", 0, (0.2, 0.386), "W1"),
    "weights": ("05_backpropagation", "play-bench", -1, (0.515, 0.51), "W1"),
    "filter": ("09_cnn", "play-inside", 0, (0.462, 0.285), "W1"),
}


def updates_from(page):
    """Give a list into which goes all that the page tells the kernel of widgets from now on."""
    told, session = [], page.context.new_cdp_session(page)

    def look(event):
        words = event["response"]["payloadData"]
        words = base64.b64decode(words).decode("latin1") if event["response"]["opcode"] == 2 else words
        told.extend(re.findall(r'"method":"update","state":\{.*?\}', words))

    session.send("Network.enable")
    session.on("Network.webSocketFrameSent", look)
    return told


@pytest.mark.parametrize("where", SEEN)
def test_a_weight_is_chosen_by_a_click_where_it_is_seen_and_by_keys(other, where):
    name, cell, picture, place, array = SEEN[where]
    notebook = other(name)
    notebook.run(cell)
    widget = notebook.widget(cell)
    if picture:
        widget.unfold()
    image = widget.locator.locator("img").nth(picture)
    shown = widget.settled()
    box = image.bounding_box()
    image.scroll_into_view_if_needed()
    told = updates_from(widget.page)
    image.click(position={"x": place[0] * box["width"], "y": place[1] * box["height"]})
    widget.box("its value").and_(widget.page.locator(":focus")).wait_for()
    shown = widget.settled()
    assert len(told) == 1, f"more than the click was told, as if a hand had moved it: {told}"
    assert widget.box("array").locator("option:checked").inner_text() == array
    chosen = [widget.box(one).input_value() for one in ("first index", "second")]
    assert chosen != ["0", "0"]
    widget.page.keyboard.press("Control+A")  # the keyboard goes on where the click was
    widget.page.keyboard.type("9")
    widget.page.keyboard.press("Enter")
    changed = widget.wait_for_change(shown)
    widget.screenshot(f"clicked_{where}")
    widget.push("undo")
    assert widget.wait_for_change(changed) == shown
    widget.press("second" if where == "line" else "first index", "ArrowLeft" if where == "line" else "ArrowRight")  # without a mouse
    widget.wait_for(lambda: [widget.box(one).input_value() for one in ("first index", "second")] != chosen)
    widget.wait_for_change(shown, index=len(shown) - 1)
    assert widget.error() == "" and notebook.complaints == []


def numbers_shown(widget):
    return re.search(r"(Forward|Backward), step (\d+)", widget.words()[0])


@pytest.mark.parametrize("how", ["mouse", "keyboard"])
def test_slow_motion_goes_forward_then_back_and_stops(notebook, how):
    notebook.run("play-graph")
    graph = notebook.widget("play-graph")
    graph.type("step", 7)
    graph.wait_for_words("Forward, step 7")
    if how == "mouse":
        graph.locator.get_by_role("button", name="▶ slow motion").click()
    else:
        graph.push("▶ slow motion")
    graph.wait_for_words("Forward, step 8")
    between = graph.pictures()
    graph.wait_for_words("Forward, step 9")
    graph.wait_for_words("Backward, step 1")
    graph.screenshot("slow_motion")
    assert graph.pictures() != between
    graph.push("■ stop")
    graph.locator.get_by_role("button", name="▶ slow motion").wait_for()
    stopped = graph.settled()
    graph.page.wait_for_timeout(1500)
    assert graph.pictures() == stopped
