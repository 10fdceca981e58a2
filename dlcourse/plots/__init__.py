"""Pictures of the course, drawn with matplotlib.

Each function draws on the Axes `ax`, or on a new figure without one, and returns it, so that you can go
on drawing. None calls ``plt.show`` or changes matplotlib's settings; importing them gives matplotlib one more font
to take Chinese letters from. What a colour says is also said by a shape, a line style or a word.

* `base`: the colours; figures for widgets, and figures as PNG or HTML;
* `images`: digits, rows of digits, filters;
* `comparisons`: bars with their numbers, and curves with the spread of several trainings;
* `confidence`: how often a network is right against how sure it is; what it gains by handing on; recalls with error bars;
* `curves`: functions, training curves, bars, histograms, the confusion matrix;
* `experiments`: gaps between two curves, accuracies side by side, trials of a search;
* `graphs`: computational graphs;
* `ladder`: the ladder of results of chapter 10;
* `milestones`: LeNet-5, VGG-16 and ResNet-34 side by side, to one scale;
* `planes`: what happens in the plane: decision regions, contour lines, arrows;
* `windows`: what a window sees: squares of numbers, images and maps in a row, patches;
* `signatures`: one figure for each chapter, its idea at a glance;
* `fonts`: Chinese letters, which matplotlib's own font has not;
* `alt_texts`: the words for those who cannot see the chapters' figures.
"""

from dlcourse.plots.base import PALETTE, figure, show, to_html_img, to_png
from dlcourse.plots.comparisons import plot_bars, plot_spread
from dlcourse.plots.confidence import plot_coverage, plot_recalls, plot_reliability
from dlcourse.plots.curves import (
    plot_confusion,
    plot_curves,
    plot_function,
    plot_histograms,
    plot_history,
    plot_layer_histograms,
    plot_probabilities,
)
from dlcourse.plots.experiments import plot_accuracies, plot_gaps, plot_trials
from dlcourse.plots.graphs import plot_affine_graph
from dlcourse.plots.images import img_show, plot_signed_image, show_evidence, show_filters, show_images
from dlcourse.plots.ladder import plot_ladder, read_ladder
from dlcourse.plots.milestones import plot_milestones
from dlcourse.plots.planes import (
    plot_arrow_field,
    plot_contour_path,
    plot_decision_line,
    plot_decision_region,
    plot_moved_grid,
)
from dlcourse.plots.signatures import signature
from dlcourse.plots.windows import plot_steps, plot_windows, show_numbers, show_patches, show_row

__all__ = [
    "PALETTE", "figure", "img_show", "plot_accuracies", "plot_affine_graph", "plot_arrow_field", "plot_bars",
    "plot_confusion", "plot_contour_path", "plot_coverage", "plot_curves", "plot_decision_line",
    "plot_decision_region", "plot_function", "plot_gaps", "plot_histograms", "plot_history", "plot_ladder",
    "plot_layer_histograms", "plot_milestones", "plot_moved_grid", "plot_probabilities", "plot_recalls",
    "plot_reliability", "plot_signed_image", "plot_spread", "plot_steps", "plot_trials", "plot_windows",
    "read_ladder", "show", "show_evidence", "show_filters", "show_images", "show_numbers", "show_patches",
    "show_row", "signature", "to_html_img", "to_png",
]  # fmt: skip
