"""Figures: each draws what it is given, says what it shows, and leaves matplotlib as it was."""

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.axes import Axes

from basicdeepnets import plots
from basicdeepnets.analysis import Curve, beta_interval

rng = np.random.default_rng(0)
HISTORY = {"train": rng.random((5, 12)) + 1, "test": rng.random((5, 12)) + 2}
SIZES = {
    "train": Curve((10, 20, 50, 100), rng.random((4, 6))),
    "test": Curve((10, 20, 50, 100), rng.random((4, 6)) + 1),
}
WIDTHS = {"validation": Curve((1, 2, 4), rng.random((3, 6)))}
NAMES = {
    "train": Curve(("no attention", "attention"), rng.random((2, 6))),
    "test": Curve(("no attention", "attention"), rng.random((2, 6)) + 1),
}
X = torch.tensor([[0.0, 1.0], [2.0, 3.0], [4.0, -1.0], [1.0, 1.0]])


def by_sign(points):
    p = torch.sigmoid(points[:, 0] - 2)
    return torch.stack([1 - p, p], dim=1)


FIGURES = {
    "learning_curve": lambda ax: plots.learning_curve(HISTORY, unit="nats", ax=ax),
    "learning_curve_log": lambda ax: plots.learning_curve(HISTORY, "nats", log=True, ax=ax),
    "parameter_sd": lambda ax: plots.parameter_sd(
        ["a", "b"], {"formula": [1, 2], "bootstrap": torch.tensor([1.1, 2.1])}, "kg", ax=ax
    ),
    "decision_surface": lambda ax: plots.decision_surface(
        by_sign, X, [0, 0, 1, 0], ["no", "yes"], ["length, cm", "width, cm"], ax=ax
    ),
    "confusion_matrix": lambda ax: plots.confusion_matrix(
        [0, 1, 1], torch.tensor([0, 1, 0]), ["cat", "dog"], ax=ax
    ),
    "predictive_band": lambda ax: plots.predictive_band(
        [0, 1, 2], torch.zeros(3), [1, 2, 3], ([0, 1], [1, 1]), "income, francs", "food", ax=ax
    ),
    "attention_map": lambda ax: plots.attention_map(
        torch.eye(2, 3), ["5", "May"], ["2", "0", "x"], ax=ax
    ),
    "ellipse": lambda ax: plots.ellipse([1.0, 2.0], np.eye(2), ax=ax),
    "reliability": lambda ax: plots.reliability(torch.rand(99), np.arange(99) % 2, ax=ax),
    "beta_intervals": lambda ax: plots.beta_intervals({"MLP": (9, 10)}, ax=ax),
}
TWO_PANELS = {
    "sample_size": lambda ax: plots.sample_size(SIZES, sufficient=50, unit="%", ax=ax),
    "structure": lambda ax: plots.structure(WIDTHS, parameters=[10, 20, 4000], ax=ax),
    "structure_names": lambda ax: plots.structure(NAMES, unit="nats", ax=ax),
}


@pytest.fixture(autouse=True)
def _leave_matplotlib_as_it_was():
    # Around every test, so that the first figure of all is seen to change nothing.
    before = dict(mpl.rcParams)
    yield
    plt.close("all")
    assert dict(mpl.rcParams) == before


def legend_text(ax):
    legend = ax.get_legend()
    return "\n".join([legend.get_title().get_text(), *(t.get_text() for t in legend.get_texts())])


def band_of(ax, i=0):
    """The lower and the upper end of the i-th band at each x."""
    vertices = ax.collections[i].get_paths()[0].vertices
    x = np.unique(vertices[:, 0])
    ends = [vertices[vertices[:, 0] == value, 1] for value in x]
    return x, np.array([e.min() for e in ends]), np.array([e.max() for e in ends])


@pytest.mark.parametrize("draw", FIGURES.values(), ids=FIGURES)
def test_figure_draws_and_says_what_it_shows(draw):
    ax = draw(None)
    assert isinstance(ax, Axes)
    ax.figure.canvas.draw()
    assert ax.get_title()
    assert ax.get_xlabel()
    # Parameters have their names on the axis.
    assert ax.get_ylabel() or [t.get_text() for t in ax.get_yticklabels()] == ["a", "b"]


@pytest.mark.parametrize("draw", TWO_PANELS.values(), ids=TWO_PANELS)
def test_two_panels_draw_and_say_what_they_show(draw):
    axes = draw(None)
    assert axes.shape == (2,)
    axes[0].figure.canvas.draw()
    for ax in axes:
        assert isinstance(ax, Axes)
        assert ax.get_title()
        assert ax.get_xlabel()
        assert ax.get_ylabel()
    assert "mean ± 2 sd\nover 6 runs" in legend_text(axes[1])


@pytest.mark.parametrize("draw", FIGURES.values(), ids=FIGURES)
def test_figure_draws_into_given_axes(draw):
    ax = plt.figure().subplots()
    assert draw(ax) is ax
    assert len(plt.get_fignums()) == 1


@pytest.mark.parametrize("draw", TWO_PANELS.values(), ids=TWO_PANELS)
def test_two_panels_draw_into_given_axes(draw):
    given = plt.figure().subplots(1, 2)
    assert list(draw(given)) == list(given)
    assert list(draw(tuple(given))) == list(given)
    assert len(plt.get_fignums()) == 1


# The four standard figures


def test_learning_curve_draws_the_mean_and_two_sd():
    ax = plots.learning_curve(HISTORY, unit="nats")
    for i, errors in enumerate(HISTORY.values()):
        mean, sd = errors.mean(axis=0), errors.std(axis=0, ddof=1)
        np.testing.assert_allclose(ax.lines[i].get_ydata(), mean)
        x, low, high = band_of(ax, i)
        np.testing.assert_array_equal(x, np.arange(1, 13))
        np.testing.assert_allclose(low, mean - 2 * sd)
        np.testing.assert_allclose(high, mean + 2 * sd)
    assert legend_text(ax) == "mean ± 2 sd\nover 5 runs\ntrain\ntest"
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "error, nats")


def test_learning_curve_on_a_logarithmic_axis_has_a_positive_band():
    errors = np.array([[1.0, 0.01], [2.0, 5.0], [1.5, 0.02]])
    ax = plots.learning_curve({"train": errors}, log=True)
    _, low, high = band_of(ax)
    assert ax.get_yscale() == "log"
    assert low[0] == pytest.approx(0.5)  # mean - 2 sd is 0.5, and half of the smallest too
    assert low[1] == pytest.approx(0.005)
    assert (low < errors.mean(axis=0)).all()
    assert (high > errors.mean(axis=0)).all()


def test_learning_curve_of_one_run_has_no_band():
    ax = plots.learning_curve({"return": [[1.0, 2.0]]}, quantity="return", step="episode")
    assert not ax.collections
    assert legend_text(ax) == "one run\nreturn"
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("episode", "return")


def test_learning_curves_of_different_numbers_of_runs():
    ax = plots.learning_curve({"a": np.ones((2, 3)), "b": np.ones((4, 3))})
    assert legend_text(ax).startswith("mean ± 2 sd over runs")


def test_learning_curve_refuses():
    with pytest.raises(ValueError, match="dict"):
        plots.learning_curve({})
    with pytest.raises(ValueError, match="dict"):
        plots.learning_curve([[1.0, 2.0]])
    with pytest.raises(ValueError, match="seeds, epochs"):
        plots.learning_curve({"train": [1.0, 2.0]})


def test_names_differ_in_line_and_marker_not_in_colour_alone():
    ax = plots.learning_curve({str(i): np.ones((2, 3)) + i for i in range(7)})
    looks = [(line.get_color(), line.get_marker()) for line in ax.lines]
    for look in zip(*looks, strict=True):
        assert len(set(look)) == 7


def test_sample_size_draws_error_variance_and_the_reference():
    left, right = plots.sample_size(SIZES, sufficient=50, unit="mg/dl")
    for i, curve in enumerate(SIZES.values()):
        np.testing.assert_allclose(left.lines[i].get_ydata(), curve.mean)
        _, low, high = band_of(left, i)
        np.testing.assert_allclose(high - low, 4 * curve.sd)
        assert (low <= curve.mean).all()
        assert (curve.mean <= high).all()
        measured, reference = right.lines[2 * i : 2 * i + 2]
        np.testing.assert_allclose(measured.get_ydata(), curve.variance)
        ratio = reference.get_ydata() * curve.settings
        np.testing.assert_allclose(ratio, ratio[0])
        # It goes through the geometric middle.
        assert np.log(reference.get_ydata() / curve.variance).sum() == pytest.approx(0, abs=1e-9)
    assert legend_text(right).split("\n")[2:] == [
        "train",
        "test",
        "sufficient: m = 50",
        "proportional to 1/m",
    ]
    assert right.get_ylabel() == "variance of error, (mg/dl)²"
    assert [t.get_text() for t in left.get_xticklabels()] == ["100", "50", "20", "10"]


def test_sample_size_in_any_order_and_without_variance():
    curve = Curve((40, 10), [[1.0, 1.0], [2.0, 2.0]])
    left, right = plots.sample_size({"test": curve})
    np.testing.assert_array_equal(left.lines[0].get_xdata(), [10, 40])
    np.testing.assert_array_equal(left.lines[0].get_ydata(), [2, 1])
    assert right.get_yscale() == "linear"
    left.figure.canvas.draw()


def test_close_sizes_leave_room_for_their_labels():
    sizes = tuple(range(10, 1000, 10))
    left, _ = plots.sample_size({"test": Curve(sizes, rng.random((len(sizes), 2)))})
    assert len(left.get_xticks()) < 16
    assert max(left.get_xticks()) == 990


def test_structure_of_numbers_has_bands_and_numbers_of_parameters():
    left, right = plots.structure(WIDTHS, parameters=[10, 20, 4000], xlabel="hidden units")
    curve = WIDTHS["validation"]
    _, low, high = band_of(left)
    np.testing.assert_allclose((low + high) / 2, curve.mean)
    np.testing.assert_allclose(high - low, 4 * curve.sd)
    np.testing.assert_allclose(right.lines[0].get_ydata(), curve.variance)
    assert [t.get_text() for t in left.get_xticklabels()] == ["1\n10", "2\n20", "4\n4k"]
    assert left.get_xlabel() == "hidden units\nnumber of parameters"


def test_structure_of_names_has_error_bars():
    left, right = plots.structure(NAMES)
    assert len(left.containers) == 2
    low, high = left.containers[0].lines[1]
    curve = NAMES["train"]
    np.testing.assert_allclose(low.get_ydata(), curve.mean - 2 * curve.sd)
    np.testing.assert_allclose(high.get_ydata(), curve.mean + 2 * curve.sd)
    np.testing.assert_allclose(right.lines[1].get_ydata(), NAMES["test"].variance)
    assert right.lines[0].get_linestyle() == "None"


def test_long_names_are_turned_and_many_numbers_thinned():
    long = tuple(f"convolutional_network_{i}" for i in range(4))
    left, _ = plots.structure({"test": Curve(long, rng.random((4, 2)))}, parameters=[1, 2, 3, 4])
    assert left.get_xticklabels()[1].get_text() == "convolutional_network_1, 2"
    assert left.get_xticklabels()[1].get_rotation() == 30
    many = tuple(10.0 ** np.linspace(-4, 1, 40))
    left, _ = plots.structure({"test": Curve(many, rng.random((40, 2)))})
    assert len(left.get_xticks()) < 8
    assert left.get_xticklabels()[0].get_text() == "0.0001"


def test_structure_refuses():
    with pytest.raises(ValueError, match="same structures"):
        plots.structure({**WIDTHS, "other": Curve((1, 2), np.zeros((2, 2)))})
    with pytest.raises(ValueError, match="3 structures"):
        plots.structure(WIDTHS, parameters=[1, 2])
    with pytest.raises(ValueError, match="two panels"):
        plots.structure(WIDTHS, ax=plt.figure().subplots())


def test_parameter_sd_puts_methods_side_by_side():
    ax = plots.parameter_sd(["a", "b", "c"], {"formula": [1, 2, 3], "bootstrap": [2, 2, 4]}, "kg")
    np.testing.assert_array_equal(ax.lines[0].get_xdata(), [1, 2, 3])
    np.testing.assert_array_equal(ax.lines[1].get_xdata(), [2, 2, 4])
    assert [t.get_text() for t in ax.get_yticklabels()] == ["a", "b", "c"]
    assert legend_text(ax) == "\nformula\nbootstrap"
    assert ax.get_xlabel() == "standard deviation, kg"
    assert plots.parameter_sd(["a"], {"formula": [1]}, log=True).get_xscale() == "log"
    with pytest.raises(ValueError, match="'formula' must have one sd for each of the 2 names"):
        plots.parameter_sd(["a", "b"], {"formula": [1]})


# The shared ones


def test_decision_surface_asks_for_a_plane_of_points_of_the_type_of_x():
    asked = []

    def predict(points):
        asked.append((points.shape[1:], points.dtype, torch.is_grad_enabled()))
        return by_sign(points)

    plots.decision_surface(predict, X.double(), [0, 0, 1, 0], ["a", "b"], ["u", "v"])
    plots.decision_surface(predict, X.numpy(), [0, 0, 1, 0], ["a", "b"], ["u", "v"])
    assert asked == [((2,), torch.float64, False), ((2,), torch.float32, False)]


def test_decision_surface_parts_the_classes_where_the_probabilities_are_equal():
    ax = plots.decision_surface(by_sign, X, [0, 0, 1, 0], ["no", "yes"], ["u", "v"])
    border = ax.collections[0].get_paths()[0].vertices
    np.testing.assert_allclose(border[:, 0], 2, atol=1e-3)
    assert legend_text(ax) == "\nno\nyes"
    np.testing.assert_array_equal(ax.lines[1].get_xdata(), [4])


def test_decision_surface_takes_labels():
    ax = plots.decision_surface(
        lambda p: (p[:, 0] > 2).long(), X, [0, 0, 1, 0], ["no", "yes"], ["u", "v"]
    )
    np.testing.assert_allclose(ax.collections[0].get_paths()[0].vertices[:, 0], 2, atol=0.05)
    colours = np.unique(ax.images[0].get_array().reshape(-1, 3), axis=0)
    assert len(colours) == 2


@pytest.mark.parametrize(
    ("predict", "x", "message"),
    [
        (lambda p: torch.full((len(p),), 0.3), X, "give both probabilities"),
        (lambda p: p[:5], X, r"it returned shape \(5, 2\)"),
        (by_sign, X.T, r"\(objects, 2\)"),
    ],
)
def test_decision_surface_refuses(predict, x, message):
    with pytest.raises(ValueError, match=message):
        plots.decision_surface(predict, x, [0, 0, 1, 0], ["no", "yes"], ["u", "v"])


def test_image_grid_places_images_on_one_scale():
    images = np.stack([np.full((12, 12), v) for v in (0.0, 1.0, 4.0)])
    ax = plots.image_grid(images, titles=["a", "b", "c"], columns=2, title="squares")
    mosaic = ax.images[0].get_array()
    # A row of titles of 4, the images of 12 with 1 between them.
    assert mosaic.shape == (2 * 16, 25)
    assert (mosaic[4:16, :12] == 0).all()
    assert (mosaic[4:16, 13:] == 0.25).all()
    assert (mosaic[20:, :12] == 1).all()
    assert [t.get_text() for t in ax.texts] == ["a", "b", "c"]
    assert ax.get_title() == "squares"


@pytest.mark.parametrize(
    "images",
    [
        torch.rand(5, 1, 8, 6),
        torch.rand(5, 3, 8, 6),
        np.zeros((5, 8, 6, 3), dtype=np.uint8) + 255,
        [torch.rand(8, 6) for _ in range(5)],
        torch.zeros(5, 8, 6, requires_grad=True),
    ],
)
def test_image_grid_takes_grey_and_colour(images):
    ax = plots.image_grid(images, columns=3, ax=plt.figure().subplots())
    pixels = ax.images[0].get_array()
    assert pixels.shape[:2] == (2 * 9, 3 * 7 - 1)
    assert pixels.min() >= 0
    assert pixels.max() <= 1


def test_image_grid_refuses():
    with pytest.raises(ValueError, match="images must have shape"):
        plots.image_grid(np.zeros((8, 8)))
    with pytest.raises(ValueError, match="2 images need as many titles"):
        plots.image_grid(np.zeros((2, 8, 8)), titles=["one"])


def test_confusion_matrix_has_the_true_class_in_rows():
    ax = plots.confusion_matrix([0, 0, 0, 1], [0, 1, 1, 1], ["cat", "dog"])
    cells = {(t.get_position()[1], t.get_position()[0]): t.get_text() for t in ax.texts}
    assert cells == {(0, 0): "1", (0, 1): "2", (1, 1): "1"}
    np.testing.assert_allclose(ax.images[0].get_array(), [[1 / 3, 2 / 3], [0, 1]])
    assert ax.get_ylabel() == "true class"
    with pytest.raises(ValueError, match="differ in shape"):
        plots.confusion_matrix([0], [0, 1], ["cat", "dog"])


def test_predictive_band_sorts_and_compares():
    ax = plots.predictive_band([2, 0, 1], [4, 0, 1], [0.2, 0.0, 0.1], label="line")
    plots.predictive_band([0, 1], [1, 1], [1, 1], label="net", points=([0], [3]), ax=ax)
    np.testing.assert_array_equal(ax.lines[0].get_xdata(), [0, 1, 2])
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [0, 1, 4])
    _, low, high = band_of(ax)
    np.testing.assert_allclose(low, [0, 0.8, 3.6])
    np.testing.assert_allclose(high, [0, 1.2, 4.4])
    assert ax.lines[0].get_color() != ax.lines[1].get_color()
    assert legend_text(ax) == "band: mean ± 2 sd\nline\nnet\nsample"
    with pytest.raises(ValueError, match="differ in length: 2, 1, 2"):
        plots.predictive_band([0, 1], [0], [1, 1])


def test_attention_map_has_queries_in_rows():
    ax = plots.attention_map(torch.eye(2, 3), ["5", "May"], ["2", "0", "x"])
    assert [t.get_text() for t in ax.get_yticklabels()] == ["5", "May"]
    assert [t.get_text() for t in ax.get_xticklabels()] == ["2", "0", "x"]
    with pytest.raises(ValueError, match=r"\(3, 2\): rows, columns"):
        plots.attention_map(torch.eye(2, 3), ["2", "0", "x"], ["5", "May"])


def test_ellipse_lies_at_mahalanobis_distance_two():
    mean, cov = np.array([1.0, -2.0]), np.array([[2.0, 0.9], [0.9, 0.5]])
    ax = plots.ellipse(mean, cov, label="after 1 point")
    plots.ellipse(torch.tensor(mean), torch.tensor(cov) / 9, label="after 9 points", ax=ax)
    off = np.stack(ax.lines[0].get_data()) - mean[:, None]
    np.testing.assert_allclose((off * np.linalg.solve(cov, off)).sum(axis=0), 4)
    np.testing.assert_allclose(ax.lines[2].get_xdata() - 1, off[0] / 3, atol=1e-9)
    assert legend_text(ax) == "mean and ellipse of 2 sd\nafter 1 point\nafter 9 points"
    assert ax.lines[1].get_color() != ax.lines[3].get_color()


def test_ellipse_refuses():
    with pytest.raises(ValueError, match="negative eigenvalue"):
        plots.ellipse([0, 0], [[1, 2], [2, 1]])
    with pytest.raises(ValueError, match="shapes"):
        plots.ellipse([0, 0, 0], np.eye(3))


def test_reliability_compares_what_was_said_with_what_was_seen():
    p = np.array([0.1, 0.14, 0.9, 0.9, 0.9, 1.0])
    ax = plots.reliability(p, [0, 1, 1, 1, 0, 1], bins=2)
    points, caps, _ = ax.containers[0].lines
    np.testing.assert_allclose(points.get_data(orig=False), [[0.12, 0.925], [0.5, 0.75]])
    np.testing.assert_allclose(
        [caps[0].get_ydata(orig=False), caps[1].get_ydata(orig=False)],
        np.transpose([beta_interval(1, 2), beta_interval(3, 4)]),
    )


@pytest.mark.parametrize(
    ("p", "outcomes"), [([0.5, 1.2], [0, 1]), ([0.5, 0.2], [0, 2]), ([0.5], [0, 1]), ([], [])]
)
def test_reliability_refuses(p, outcomes):
    with pytest.raises(ValueError, match="probabilities"):
        plots.reliability(p, outcomes)


def test_beta_intervals_hold_the_posterior():
    ax = plots.beta_intervals({"MLP": (9, 10), "CNN": (10, 10)}, level=0.9)
    np.testing.assert_allclose(ax.lines[0].get_xdata(), beta_interval(9, 10, 0.9))
    np.testing.assert_allclose(ax.lines[1].get_xdata(), [0.9])
    assert [t.get_text() for t in ax.get_yticklabels()] == ["MLP (10)", "CNN (10)"]
    assert "90 % posterior interval" in ax.get_xlabel()
