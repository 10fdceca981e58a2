"""Slow motion in the graph explorer: values forward, then gradients back, one edge at a time."""

import asyncio
import importlib

import pytest
from panels import alt
from panels import pictures as pictures_of
from waiting import run_in_a_loop, until

from dlcourse import widgets

graphs = importlib.import_module("dlcourse.widgets.graph_explorer")


@pytest.fixture(autouse=True)
def fast(monkeypatch):
    monkeypatch.setattr(graphs, "FRAME", 0)
    monkeypatch.setattr(graphs, "REST", 0)
    monkeypatch.setattr(graphs, "FRAMES", 2)


def motion_button(panel):
    return next(one for one in panel.row.children if "slow motion" in getattr(one, "description", ""))


def test_it_goes_through_all_steps_and_stops_at_the_end():
    async def main():
        panel = widgets.graph_explorer(step=0)
        seen, step, button = [], panel.controls["step"], motion_button(panel)
        step.on_change(lambda: seen.append(step.value))
        button.click()
        assert button.description == "■ stop"
        await until(lambda: button.description == "▶ slow motion")
        assert seen == list(range(1, 19)) and panel.error.value == ""
        assert "Backward, step 9" in alt(pictures_of(panel)[0])
        button.click()
        await until(lambda: step.value == 5)
        assert 0 in seen, "from the end it begins again"
        button.click()
        await until(lambda: button.description == "▶ slow motion")
        assert step.value < 9

    run_in_a_loop(main())


@pytest.mark.parametrize("rest", [True, False], ids=["in the rest", "on the way"])
def test_a_hand_on_the_slider_ends_it(monkeypatch, rest):
    monkeypatch.setattr(graphs, "REST" if rest else "FRAME", 0.2)

    async def main():
        panel = widgets.graph_explorer(step=2)
        button, step = motion_button(panel), panel.controls["step"]
        button.click()
        await until(lambda: step.value == 4)
        step.value = 12
        await until(lambda: button.description == "▶ slow motion")
        assert step.value == 12

    run_in_a_loop(main())


def test_afterwards_the_picture_is_that_of_the_step():
    async def main():
        panel, plain = widgets.graph_explorer(step=3), widgets.graph_explorer(step=4)
        button = motion_button(panel)
        button.click()
        await until(lambda: panel.controls["step"].value == 4)
        button.click()
        await until(lambda: button.description == "▶ slow motion")
        panel.set(step=4)
        assert pictures_of(panel)[0].pixels().tobytes() == pictures_of(plain)[0].pixels().tobytes()
        await asyncio.sleep(0)

    run_in_a_loop(main())


@pytest.mark.parametrize("compute", [lambda: graphs.compute_shopping(100, 2, 150, 3, 1.1), lambda: graphs.compute_network(1.0, 2.0, 0)])
def test_values_go_from_start_to_end_and_gradients_back(compute):
    graph = compute()
    for number, edge in enumerate(graph.edges):
        forward, back = number + 1, graph.steps - number
        assert graphs.place_on_edge(graph, forward, 0) == pytest.approx(edge.start)
        assert graphs.place_on_edge(graph, forward, 1) == pytest.approx(edge.end)
        assert graphs.place_on_edge(graph, back, 0) == pytest.approx(edge.end)
        assert graphs.place_on_edge(graph, back, 1) == pytest.approx(edge.start)


def test_a_dot_is_on_its_way():
    async def main():
        panel = widgets.graph_explorer(step=0)
        picture, step, button = pictures_of(panel)[0], panel.controls["step"], motion_button(panel)
        empty, drawn = picture.value, []
        # Written down as they are drawn: whoever looks later may find the next step already.
        picture.observe(lambda change: drawn.append((step.value, change.new, alt(picture))), "value")
        button.click()
        await until(lambda: step.value == 1)
        button.click()
        await until(lambda: button.description == "▶ slow motion")
        on_the_way = [(image, text) for at, image, text in drawn if at == 0]
        assert on_the_way and all(image != empty and "no values yet" in text for image, text in on_the_way)
        step.value = 0
        assert picture.value == empty

    run_in_a_loop(main())
