"""Explorers as instruments, by mouse and by keyboard: a question first, a state as a line of code, a way back in time."""

import pytest


@pytest.fixture(scope="module")
def notebook(open_notebook):
    return open_notebook("05_backpropagation")


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
    covered.locator.get_by_text("The answer: the tax factor.").wait_for()
    assert covered.locator.get_by_text("You said").count() == (name != "show me")


def test_a_number_is_guessed(open_notebook):
    notebook = open_notebook("04_losses_and_gradients")
    notebook.run("play-descent")
    widget = notebook.widget("play-descent", uncover=False)
    widget.box("your guess").fill("0,7")
    widget.box("your guess").press("Tab")
    widget.page.keyboard.press("Enter")
    widget.locator.get_by_text("You said: 0.7. The answer: 1.").wait_for()
    widget.locator.locator("img").first.wait_for()
    notebook.close()


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
    button = bench.locator.get_by_role("button", name="copy as code", exact=True)
    if how == "mouse":
        button.click()
    else:
        button.focus()
        notebook.page.keyboard.press("Enter")
    code = 'training_bench(seed=7).run(2).set(lr=0.3).run(1)'
    bench.locator.get_by_text(f"copied: {code}").wait_for()
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
    shown = bench.settled()
    bench.unfold()
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
