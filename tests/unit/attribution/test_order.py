"""Order selection: the criteria by hand, recovery of known orders."""

import numpy as np
import pytest

from omnisim.attribution import choose_order
from omnisim.attribution.order import _auc
from omnisim.exceptions import ParameterError, TableError

TABLE = {"path": ["a > b", "b", "a"], "n_conversions": [3, 1, 0], "n_nulls": [1, 2, 5]}


def simulated(order, n=4000, seed=0):
    """Draw paths over two channels whose next touch repeats the one `order` steps back."""
    rng = np.random.default_rng(seed)
    paths, converted = [], []
    for _ in range(n):
        path = list(rng.choice(["a", "b"], size=order))
        while rng.random() < 0.8:
            other = "a" if path[-order] == "b" else "b"
            path.append(path[-order] if rng.random() < 0.85 else other)
        paths.append(" > ".join(path))
        converted.append(int(rng.random() < (0.6 if path[-order] == "a" else 0.2)))
    return {"path": paths, "n_conversions": converted, "n_nulls": [1 - c for c in converted]}


@pytest.mark.parametrize("criterion", ["likelihood", "bic", "aic"])
@pytest.mark.parametrize("order", [1, 2, 3])
def test_the_true_order_is_found(order, criterion):
    assert choose_order(simulated(order), max_order=4, criterion=criterion).order == order


def test_auc_rises_to_the_true_order():
    table = choose_order(simulated(2), max_order=3).to_frame()
    assert table["auc"][2] > table["auc"][1] + 0.02
    assert 0.5 < table["auc"][3] < 1


def test_likelihood_by_hand():
    # Starts: 9 a, 3 b. From a: 4 to b, 0 conversions, 5 nulls. From b: 4 conversions, 3 nulls.
    expected = (
        9 * np.log(9 / 12) + 3 * np.log(3 / 12) + 4 * np.log(4 / 9) + 5 * np.log(5 / 9)
        + 4 * np.log(4 / 7) + 3 * np.log(3 / 7)
    )  # fmt: skip
    table = choose_order(TABLE, max_order=1).to_frame()
    assert table["log_likelihood"][1] == pytest.approx(expected)
    assert table["n_parameters"][1] == 1 + 2 * 3
    assert table["aic"][1] == pytest.approx(14 - 2 * expected)
    assert table["bic"][1] == pytest.approx(7 * np.log(12 + 16) - 2 * expected)


def test_area_under_the_curve_by_hand():
    assert (
        _auc(np.array([0.1, 0.4, 0.35, 0.8]), np.array([0, 0, 1, 1]), np.array([1, 1, 0, 0]))
        == 0.75
    )
    assert _auc(np.array([0.5, 0.5]), np.array([3, 2]), np.array([7, 1])) == 0.5


def test_unseen_states_are_predicted_by_the_shorter_memory():
    # Every path is its own: order 3 must not be infinitely bad.
    rng = np.random.default_rng(1)
    paths = [" > ".join(rng.choice(list("abcdefgh"), 6)) for _ in range(300)]
    table = choose_order({"path": paths, "n_conversions": [1, 0] * 150, "n_nulls": [0, 1] * 150})
    assert np.isfinite(table.to_frame()["held_out_log_likelihood"]).all()


def test_a_fold_may_hold_every_step_between_channels(seed):
    table = {"path": ["a > b", "b"], "n_conversions": [1, 2], "n_nulls": [0, 2]}
    found = choose_order(table, max_order=2, n_folds=2, seed=seed).to_frame()
    assert np.isfinite(found["held_out_log_likelihood"]).all()


def test_same_seed_same_table():
    first, second = (choose_order(TABLE, seed=4).to_frame() for _ in range(2))
    assert first.equals(second)


def test_area_under_the_curve_needs_nulls():
    paths = {"path": ["a > b", "b"], "n_conversions": [20, 30]}
    with pytest.raises(ParameterError, match=r"'auc' ranks conversions above nulls"):
        choose_order(paths, criterion="auc")
    assert choose_order(paths).to_frame()["auc"].isna().all()


@pytest.mark.parametrize(
    "options", [{"max_order": 0}, {"n_folds": 1}, {"prior": 0.0}, {"criterion": "r2"}]
)
def test_wrong_parameters(options):
    with pytest.raises(ParameterError):
        choose_order(TABLE, **options)


def test_journeys_that_are_all_alike_rank_by_chance(seed):
    # Scores of different folds must not be compared: a fold that holds out many conversions is
    # predicted by a chain that has seen few.
    table = choose_order({"path": ["a"], "n_conversions": [60], "n_nulls": [60]}, seed=seed)
    assert table.to_frame()["auc"].tolist() == [0.5] * 4


def test_folds_without_pairs_are_left_out(seed):
    table = choose_order({"path": ["a", "b"], "n_conversions": [1, 0], "n_nulls": [0, 9]},
                         max_order=1, n_folds=5, seed=seed)  # fmt: skip
    auc = table.to_frame()["auc"][1]
    assert np.isnan(auc) or 0 <= auc <= 1


@pytest.mark.parametrize("wrong", [-1, "x", None, 1.5])
def test_a_seed_is_a_number(wrong):
    with pytest.raises(ParameterError, match="seed must be an integer"):
        choose_order({"path": ["a > b"], "n_conversions": [9]}, seed=wrong)


def test_journeys_must_be_left_to_learn_from():
    with pytest.raises(TableError, match="journeys left to learn from"):
        choose_order({"path": ["a > b"], "n_conversions": [1]})
