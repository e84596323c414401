"""Markov attribution: worked examples, the real path data, errors."""

import os
import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from omnisim.attribution import MarkovAttribution, removal, to_digraph
from omnisim.attribution.chain import count_chain
from omnisim.exceptions import NotFittedError, OmnisimWarning, ParameterError, TableError
from omnisim.journeys import Journeys
from tests.reference.journeys import as_columns
from tests.reference.markov import removal_effects

# By hand: start goes to a (2/3) or b (1/3); a goes to b or converts with 1/2 each; b converts with
# 1/2. P = 2/3 (1/2 + 1/2 1/2) + 1/3 1/2 = 2/3. Without a: 1/6; without b: 1/3.
BY_HAND = {"path": ["a > b", "a", "b"], "n_conversions": [1, 1, 0], "n_nulls": [0, 0, 1],
           "value": [10.0, 30.0, 0.0]}  # fmt: skip


@pytest.fixture(scope="module")
def real(data_dir):
    return Journeys.from_paths(data_dir / "paths" / "paths_10k.csv")


def rows_of(journeys):
    names = np.array(journeys.channel_names, dtype=object)
    return [
        (names[journeys.channel[a:b]].tolist(), int(c), int(n), float(v))
        for a, b, c, n, v in zip(journeys.offset[:-1], journeys.offset[1:], journeys.n_conversions,
                                 journeys.n_nulls, journeys.value, strict=True)
    ]  # fmt: skip


def test_worked_example():
    model = MarkovAttribution().fit(BY_HAND)
    assert model.p_conversion_ == pytest.approx(2 / 3, abs=1e-15)
    assert model.removal_effect_["a"] == pytest.approx(3 / 4, abs=1e-15)
    assert model.removal_effect_["b"] == pytest.approx(1 / 2, abs=1e-15)
    assert model.credit_["a"] == pytest.approx(2 * 3 / 5, abs=1e-14)


def test_value_of_the_worked_example():
    # A conversion is worth 30 after a and 10 after b, so a path is worth
    # 2/3 (1/2 30 + 1/2 1/2 10) + 1/3 1/2 10 = 40/3; without a 5/3; without b 10.
    model = MarkovAttribution().fit(BY_HAND)
    assert model.value_removal_effect_["a"] == pytest.approx(7 / 8, abs=1e-15)
    assert model.value_removal_effect_["b"] == pytest.approx(1 / 4, abs=1e-15)
    assert model.value_credit_.sum() == pytest.approx(40.0)


def test_smoothing_of_the_worked_example():
    # Of all four steps one leads to b, two convert, one ends. Two steps more a state make that of
    # a 3/8 b, 1/2 conversion, 1/8 null and of b 1/8 b, 1/2 conversion, 3/8 null, so v(b) = 4/7 and
    # v(a) = 5/7. P = 2/3 5/7 + 1/3 4/7 = 2/3; without a 4/21; without b 1/3.
    model = MarkovAttribution(smoothing=2).fit(BY_HAND)
    assert model.p_conversion_ == pytest.approx(2 / 3, abs=1e-15)
    assert model.removal_effect_["a"] == pytest.approx(5 / 7, abs=1e-15)
    assert model.removal_effect_["b"] == pytest.approx(1 / 2, abs=1e-15)
    assert model.credit_.sum() == pytest.approx(2, abs=1e-15)
    assert model.value_credit_.sum() == pytest.approx(40, abs=1e-13)
    assert model.transition_matrix_.loc["a", "b"] == pytest.approx(3 / 8, abs=1e-15)
    assert to_digraph(model).edges["b", "b"]["count"] == pytest.approx(1 / 2, abs=1e-15)


@pytest.mark.parametrize("smoothing", [-1, np.nan, np.inf, "1", True])
def test_smoothing_must_be_a_number(smoothing):
    with pytest.raises(ParameterError, match="smoothing must be a finite number >= 0"):
        MarkovAttribution(smoothing=smoothing).fit(BY_HAND)


def test_rounding_is_not_divided():
    # Every path converts once in three whatever it meets: no removal loses anything.
    paths = {"path": ["b > b", "a", "a > b"], "n_conversions": [22, 2, 21], "n_nulls": [44, 4, 42]}
    with pytest.warns(OmnisimWarning, match="credit is NaN"):
        model = MarkovAttribution(removal="redistribute").fit(paths)
    assert model.credit_.isna().all()


def test_lone_channel_takes_all():
    model = MarkovAttribution().fit({"path": ["a", "a > a"], "n_conversions": [3, 1]})
    assert model.credit_.to_dict() == {"a": 4.0}


@pytest.mark.parametrize("order", [1, 2, 3])
def test_real_paths_meet_the_dense_oracle(real, order):
    model = MarkovAttribution(order).fit(real)
    assert model.error_bound_ < 1e-12
    sample = removal_effects(rows_of(real), order)
    effect = pd.Series({name: pair[0] for name, pair in sample.items()})
    value = pd.Series({name: pair[1] for name, pair in sample.items()})
    np.testing.assert_allclose(model.removal_effect_, effect, rtol=0, atol=1e-12)
    np.testing.assert_allclose(model.value_removal_effect_, value, rtol=0, atol=1e-12)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_block_solver_meets_the_factorisation(real, order, monkeypatch):
    monkeypatch.setattr(removal, "DENSE_STATES", 10_000)
    dense = MarkovAttribution(order).fit(real)
    monkeypatch.setattr(removal, "DENSE_STATES", 0)
    monkeypatch.setattr(removal, "BLOCK_BYTES", 5 * 8 * dense.chain_.n_states)
    blocked = MarkovAttribution(order).fit(real)
    np.testing.assert_allclose(blocked.removal_effect_, dense.removal_effect_, rtol=1e-11)
    np.testing.assert_allclose(blocked.value_credit_, dense.value_credit_, rtol=1e-11)
    assert 0 < blocked.error_bound_ < 1e-12


@pytest.mark.filterwarnings("ignore:.*credit is NaN:omnisim.exceptions.OmnisimWarning")
@pytest.mark.parametrize("redistribute", [False, True])
@pytest.mark.parametrize("order", [1, 2])
def test_the_bound_holds_for_a_careless_solver(real, order, redistribute, monkeypatch):
    options = {"removal": "redistribute" if redistribute else "null"}
    exact = MarkovAttribution(order, **options).fit(real).removal_effect_
    monkeypatch.setattr(removal, "DENSE_STATES", 0)
    monkeypatch.setattr(removal, "TOLERANCE", 1e-6)
    careless = MarkovAttribution(order, **options).fit(real)
    error = (careless.removal_effect_ - exact).abs().max()
    assert 0 < error < careless.error_bound_ < 1e-2


def test_the_number_of_threads_changes_no_byte():
    code = (
        "import numpy as np\n"
        "from omnisim.attribution import MarkovAttribution, bootstrap, removal\n"
        "rng = np.random.default_rng(0)\n"
        "paths = [' > '.join(f'c{k}' for k in rng.integers(0, 20, 8)) for _ in range(4000)]\n"
        "table = {'path': paths, 'n_conversions': [1, 0] * 2000, 'n_nulls': [0, 1] * 2000}\n"
        "for order in (1, 2, 3):\n"
        "    model = MarkovAttribution(order).fit(table)\n"
        "    print(model.chain_.n_states, model.credit_.to_numpy().tobytes().hex())\n"
        "removal.DENSE_STATES = removal.FEW_RESTARTS = 0\n"  # factorised
        "print(MarkovAttribution(2).fit(table).credit_.to_numpy().tobytes().hex())\n"
        "print(bootstrap(MarkovAttribution(), table, n_replicates=9).replicates['credit'].sum())\n"
    )
    said = {
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                       env=os.environ | {"OPENBLAS_NUM_THREADS": n}).stdout
        for n in ("1", "2")
    }  # fmt: skip
    assert len(said) == 1


def test_paths_that_hardly_ever_end_are_solved_to_the_bound(monkeypatch):
    # Ten thousand touches a journey: the matrix's largest eigenvalue is 1 - 1e-4.
    monkeypatch.setattr(removal, "DENSE_STATES", 0)
    long = " > ".join(["a", "b"] * 5000)
    model = MarkovAttribution().fit({"path": [long, "b > c"], "n_conversions": [1, 1],
                                     "n_nulls": [1, 3]})  # fmt: skip
    expected = removal_effects([(["a", "b"] * 5000, 1, 1, 0.0), (["b", "c"], 1, 3, 0.0)])
    for name, (effect, _) in expected.items():
        assert model.removal_effect_[name] == pytest.approx(effect, abs=1e-10)


@pytest.mark.filterwarnings("ignore:.*credit is NaN:omnisim.exceptions.OmnisimWarning")
@pytest.mark.parametrize("redistribute", [False, True])
@pytest.mark.parametrize("order", [1, 2, 3])
def test_sparse_factorisation_meets_the_oracle(real, order, redistribute, monkeypatch):
    monkeypatch.setattr(removal, "DENSE_STATES", 0)
    removal_to = "redistribute" if redistribute else "null"
    iterated = MarkovAttribution(order, removal=removal_to).fit(real)
    monkeypatch.setattr(removal, "FEW_RESTARTS", 0)
    factored = MarkovAttribution(order, removal=removal_to).fit(real)
    np.testing.assert_allclose(factored.removal_effect_, iterated.removal_effect_, atol=1e-12)
    np.testing.assert_allclose(factored.value_removal_effect_, iterated.value_removal_effect_,
                               atol=1e-12)  # fmt: skip
    assert 0 < factored.error_bound_ < 1e-12


def test_long_circles_are_solved():
    # A ring of states: after a walk of 900 touches BiCGSTAB is nowhere near, in any block.
    ring = [f"r{k:03d}" for k in range(450)]
    walks = [ring * 2, *(ring[k : k + 3] for k in range(0, 440, 40))]
    rows = [(walk, 1 + 4 * (k == 0), 2, 0.0) for k, walk in enumerate(walks)]
    model = MarkovAttribution().fit(as_columns(rows))
    assert model.error_bound_ < 1e-11
    for name in ("r000", "r001", "r225", "r449"):
        expected = removal_effects(rows, only=[name])[name][0]
        assert model.removal_effect_[name] == pytest.approx(expected, abs=1e-10)


def test_same_bytes_twice(real):
    first, second = (pickle.dumps(MarkovAttribution(2).fit(real).credit_) for _ in range(2))
    assert first == second


def test_transition_matrix_of_the_worked_example():
    matrix = MarkovAttribution().fit(BY_HAND).transition_matrix_
    assert matrix.sum(axis=1).to_numpy() == pytest.approx(np.ones(5))
    assert matrix.loc["(start)", "a"] == pytest.approx(2 / 3)
    assert matrix.loc["a", "b"] == matrix.loc["a", "(conversion)"] == 0.5
    assert matrix.loc["b", "(null)"] == 0.5


def test_transitions_hold_the_same_numbers_as_the_matrix(real):
    model = MarkovAttribution(2).fit(real)
    long, matrix = model.transitions(), model.transition_matrix_
    assert (long.groupby("source")["probability"].sum() - 1).abs().max() < 1e-12
    for row in long.sample(50, random_state=1).itertuples():
        assert matrix.loc[row.source, row.target] == row.probability


def test_refit_forgets_the_old_matrix():
    model = MarkovAttribution().fit(BY_HAND)
    old = model.transition_matrix_
    model.fit({"path": ["a > b"], "n_conversions": [1]})
    assert not model.transition_matrix_.equals(old)


def test_order_two_remembers():
    # a > b > c converts and d > b > c does not; only order 3 tells them apart.
    table = {"path": ["a > b > c", "d > b > c"], "n_conversions": [1, 0], "n_nulls": [0, 1]}
    assert MarkovAttribution(2).fit(table).removal_effect_["d"] == pytest.approx(0.5)
    assert MarkovAttribution(3).fit(table).removal_effect_["d"] == pytest.approx(0.0)


@pytest.mark.parametrize("order", [0, -1, 1.5, True, "1", None])
def test_wrong_order_is_refused(order):
    with pytest.raises(ParameterError, match=r"order must be an integer >= 1"):
        MarkovAttribution(order).fit(BY_HAND)


def test_too_high_an_order_is_refused():
    with pytest.raises(ParameterError, match=r"below 2\*\*63"):
        MarkovAttribution(60).fit(BY_HAND)


def test_no_conversion_is_refused():
    with pytest.raises(TableError, match=r"no conversion"):
        MarkovAttribution().fit({"path": ["a"], "n_conversions": [0], "n_nulls": [1]})


def test_wrong_repeats_is_refused():
    with pytest.raises(ParameterError, match=r"Did you mean 'keep'"):
        MarkovAttribution(repeats="kep").fit(BY_HAND)


def test_value_by_conversions_shares_value_as_conversions():
    model = MarkovAttribution(value_by="conversions").fit(BY_HAND)
    np.testing.assert_allclose(model.value_credit_ / 40.0, model.credit_ / 2.0, rtol=1e-14)
    with pytest.raises(ParameterError, match=r"Unknown value_by 'credit'"):
        MarkovAttribution(value_by="credit").fit(BY_HAND)


def test_stationary_shares_are_those_of_the_touchpoints():
    # Where every journey starts anew, the chain stands in a state as often as the paths do.
    states = MarkovAttribution().fit(BY_HAND).states()
    assert states["stationary"].to_dict() == pytest.approx({"a": 1 / 2, "b": 1 / 2})


def test_not_fitted():
    with pytest.raises(NotFittedError, match=r"This MarkovAttribution is not fitted yet"):
        _ = MarkovAttribution().credit_


def test_shares_sum_to_one_within_a_journey(real):
    share = MarkovAttribution().fit(real).touchpoint_share(real)
    np.testing.assert_allclose(np.add.reduceat(share, real.offset[:-1]), 1.0, rtol=1e-12)


def test_effects_that_divide_nothing_leave_no_credits():
    paths = {"path": ["a > a > b", "b > a > a > c", "c > a", "a > b"],
             "n_conversions": [6, 1, 1, 2], "n_nulls": [0, 9, 9, 2]}  # fmt: skip
    model = MarkovAttribution(removal="redistribute")
    with pytest.warns(OmnisimWarning, match="credit is NaN: the removal effects sum to -"):
        model.fit(paths)
    assert model.removal_effect_.sum() < 0
    assert model.credit_.isna().all()
    assert (model.value_credit_ == 0).all()


def test_use_nulls_is_a_yes_or_no():
    with pytest.raises(ParameterError, match=r"use_nulls must be True or False\. Got 'no'"):
        MarkovAttribution(use_nulls="no").fit({"path": ["a"], "n_conversions": [1]})


@pytest.mark.parametrize(
    ("order", "channels"), [(1, ["(start)", "b"]), (1, ["(null)", "b"]), (2, ["a > b", "a", "b"])]
)
def test_states_of_one_name_are_refused(order, channels):
    events = {"shopper": [1, *[2] * len(channels)], "time": range(len(channels) + 1),
              "channel": [channels[0], *channels],
              "conversion": [1, *[0] * (len(channels) - 1), 1]}  # fmt: skip
    model = MarkovAttribution(order).fit(Journeys.from_events(events))
    for read in (model.states, model.transitions, lambda: model.transition_matrix_,
                 lambda: to_digraph(model)):  # fmt: skip
        with pytest.raises(TableError, match="Names of states must differ"):
            read()


def test_a_chain_whose_recurrence_breaks_down_is_solved():
    # Without a change of start, every restart of BiCGSTAB breaks down as the first one did.
    paths = {"path": ["c > c > a > a", "a > c > c > c > c > c > c", "c > c"],
             "n_conversions": [0, 1, 0], "n_nulls": [5, 5, 5]}  # fmt: skip
    model = MarkovAttribution(order=2).fit(paths)
    visits = model.chain_.p_start @ np.linalg.inv(np.eye(6) - model.chain_.transition.toarray())
    np.testing.assert_allclose(model.states()["visits"], visits, rtol=1e-12)


def test_a_chain_must_be_what_the_model_solves():
    chain = count_chain(Journeys.from_paths(BY_HAND), 2)
    with pytest.raises(ParameterError, match=r"model's order, 1\. Got one with 2"):
        MarkovAttribution().fit_chain(chain)
    with pytest.raises(ParameterError, match="model's use_nulls, False"):
        MarkovAttribution(2, use_nulls=False).fit_chain(chain)
    with pytest.raises(ParameterError, match="model's repeats, 'collapse'"):
        MarkovAttribution(2, repeats="collapse").fit_chain(chain)
    with pytest.raises(ParameterError, match="Unknown removal 'nul'"):
        MarkovAttribution(2, removal="nul").fit_chain(chain)
    lost = Journeys.from_paths({"path": ["a"], "n_conversions": [0], "n_nulls": [1]})
    with pytest.raises(TableError, match="no conversion in the chain"):
        MarkovAttribution().fit_chain(count_chain(lost, 1))
    assert MarkovAttribution(2).fit_chain(chain).credit_.sum() == pytest.approx(2.0)
