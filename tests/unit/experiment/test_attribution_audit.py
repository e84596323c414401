"""The audit of attribution: hand-made credits, budgets, and a whole audit of a small firm."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import omnisim as om
from omnisim import attribution
from omnisim.attribution import FirstTouch, LastTouch, Linear
from omnisim.exceptions import ParameterError
from omnisim.experiment import AttributionAudit, ChannelTruth, audit_attribution
from omnisim.experiment.attributed import ALL_SEEN
from omnisim.experiment.audit_result import best_elsewhere, channel_rows, score_rows
from omnisim.experiment.budget import scales_by_credit, scales_by_margin, with_media_scaled
from omnisim.experiment.channel_worlds import channel_game
from omnisim.experiment.credits import audited_models, credits_of, spend_of
from omnisim.experiment.shoppers import SegmentShoppers
from tests.reference.worlds import small

NEVER = ("broadcast", "direct_mail", "push", "social")
TRUE = {"email": 3.0, "search": 1.0, "display": 0.0}


def known_truth(shift: tuple[float, ...] = (0.0, 0.0)) -> ChannelTruth:
    """Return a truth whose replications differ from `TRUE` by a shift."""
    rows = [
        (k, name, "off", kind, "orders", value + more)
        for k, more in enumerate(shift) for name, value in TRUE.items()
        for kind in ("removed", "Shapley")
    ]  # fmt: skip
    columns = ["replication", "channel", "way", "kind", "metric", "value"]
    samples = pd.DataFrame(rows, columns=columns)
    return ChannelTruth(samples, samples, 0.95, len(shift), 10, {})


def known_scores(credit: dict[str, float]) -> pd.Series:
    credits = pd.DataFrame([
        {"replication": k, "level": "TL1", "model": "m", "channel": name, "credit": value}
        for k in range(2) for name, value in credit.items()
    ])  # fmt: skip
    budgets = pd.DataFrame([
        {"replication": k, "level": level, "model": model, "profit": profit + k}
        for k in range(2)
        for level, model, profit in (
            ("", "present", 5.0), ("", "truth", 7.0), ("", "marginal", 6.0), ("TL1", "m", 4.0),
        )
    ])  # fmt: skip
    scores = score_rows(credits, budgets, known_truth(), 0.95)
    rows = channel_rows(credits, known_truth(), 0.95).set_index("channel")
    assert rows["bias"].to_dict() == {name: credit[name] - TRUE[name] for name in credit}
    return scores.set_index("quantity")["value"]


def test_a_model_that_tells_the_truth_has_no_distance() -> None:
    found = known_scores(TRUE)
    assert found["bias"] == pytest.approx(0)
    assert found["share error"] == pytest.approx(0)
    assert found["rank correlation"] == pytest.approx(1)


def test_a_model_that_turns_it_round() -> None:
    """Shares 0, 1/4, 3/4 against 3/4, 1/4, 0 by hand."""
    found = known_scores({"email": 0.0, "search": 1.0, "display": 3.0})
    assert found["share error"] == pytest.approx(1.5)
    assert found["rank correlation"] == pytest.approx(-1)


def test_the_bias_of_all_media_is_against_what_they_cause_together() -> None:
    """Two substitutes: nothing is missing without either, one order without both."""
    truth = known_truth()
    pair = truth.samples.loc[truth.samples["channel"] != "display"].copy()
    pair["value"] = np.where(pair["kind"] == "Shapley", 0.5, 0.0)
    credits = pd.DataFrame([
        {"replication": k, "level": "TL1", "model": "m", "channel": name, "credit": 0.5}
        for k in range(2) for name in ("email", "search")
    ])  # fmt: skip
    budgets = pd.DataFrame(
        [{"replication": k, "level": "", "model": "truth", "profit": 1.0} for k in range(2)]
        + [{"replication": k, "level": "", "model": "present", "profit": 1.0} for k in range(2)]
    )
    scores = score_rows(credits, budgets, replace(truth, samples=pair), 0.95)
    assert scores.set_index("quantity").loc["bias", "value"] == 0


def test_a_credited_channel_without_a_truth_is_named() -> None:
    credits = pd.DataFrame([
        {"replication": k, "level": "TL1", "model": "m", "channel": name, "credit": 2.0}
        for k in range(2) for name in ("email", "screen")
    ])  # fmt: skip
    rows = channel_rows(credits, known_truth(), 0.95).set_index("channel")
    assert rows.loc["email", "bias"] == -1
    assert rows.loc["screen", "credit"] == 2
    assert rows.loc["screen", ["truth", "bias", "ci_low", "ci_high"]].isna().all()


def test_regret_and_gain_are_differences_of_profit() -> None:
    found = known_scores(TRUE)
    assert found["regret"] == pytest.approx(7 - 4)
    assert found["regret to best"] == pytest.approx(7 - 4)
    assert found["gain"] == pytest.approx(4 - 5)


def test_the_interval_of_a_bias_is_that_of_paired_differences() -> None:
    """Credits 1, 2, 4 and truths 2, 2, 6 of one medium: differences -1, 0, -2 by hand."""
    truth = known_truth((-1.0, -1.0, 3.0))
    credits = pd.DataFrame([
        (k, "TL1", "m", name, 0.0 if name != "email" else (1.0, 2.0, 4.0)[k])
        for k in range(3) for name in TRUE
    ], columns=["replication", "level", "model", "channel", "credit"])  # fmt: skip
    rows = channel_rows(credits, truth, 0.95).set_index("channel")
    half = 4.302652729911275 * 1.0 / 3**0.5  # Student's t with 2 degrees of freedom, sd 1
    assert rows.loc["email", ["bias", "ci_low", "ci_high"]].tolist() == pytest.approx(
        [-1.0, -1.0 - half, -1.0 + half]
    )
    assert rows.loc["email", ["credit", "truth"]].tolist() == pytest.approx([7 / 3, 10 / 3])
    assert rows.loc["search", "ci_low"] < rows.loc["search", "ci_high"]  # no credit, noisy truth


def test_the_best_rule_is_chosen_in_the_other_replications() -> None:
    """Rule b is best in replication 0 alone; a in the others, so that a is held against all."""
    profit = pd.DataFrame({("", "a"): [1.0, 5.0, 5.0], ("x", "b"): [9.0, 4.0, 4.0],
                           ("x", "c"): [99.0, np.nan, 99.0]})  # fmt: skip
    assert best_elsewhere(profit).tolist() == [1.0, 4.0, 4.0]


def test_equal_marginal_returns_of_square_roots() -> None:
    """The derivative of R sqrt(s) by spending is R / (2 c sqrt(s)) in every medium."""
    earned, spend = {"email": 3.0, "search": 1.0, "display": -2.0}, dict.fromkeys(TRUE, 2.0)
    spend["search"] = 0.5
    scales = scales_by_margin(earned, spend)
    assert sum(scales[m] * spend[m] for m in spend) == pytest.approx(4.5)
    assert scales["display"] == 0
    last = [earned[m] / (2 * spend[m] * scales[m] ** 0.5) for m in ("email", "search")]
    assert last[0] == pytest.approx(last[1])


def test_a_budget_keeps_its_size() -> None:
    spend = {"email": 1.0, "search": 2.0, "display": 3.0}
    credit = {"email": 5.0, "search": 1.0, "display": 0.0, "store": 100.0}
    scales = scales_by_credit(credit, spend)
    assert sum(scales[m] * spend[m] for m in spend) == pytest.approx(6.0)
    assert scales["display"] == 0
    assert scales["email"] == pytest.approx(5.0)
    half = scales_by_credit(credit, spend, follow=0.5)
    assert half["email"] == pytest.approx((1 + 5.0) / 2)


def test_without_credit_the_budget_stays() -> None:
    spend = {"email": 1.0, "search": 0.0}
    assert scales_by_credit({"email": 0.0, "search": -1.0}, spend) == {"email": 1.0}


@pytest.mark.parametrize(
    ("scale", "campaigns", "cap"),
    [(1.0, 1.0, 2), (2.0, 2.0, 4), (7.0, 7.0, 14), (100.0, 7.0, 14), (0.5, 0.5, 2)],
)
def test_more_money_for_email_means_more_campaigns(
    scale: float, campaigns: float, cap: int
) -> None:
    changed = with_media_scaled(om.Scenario(), {"email": scale})
    assert changed.messages.campaign_scale == campaigns
    assert changed.messages.cap_per_week == cap
    assert changed.exposures.off == ()


def test_no_money_means_no_medium() -> None:
    changed = with_media_scaled(om.Scenario(), {"email": 0.0, "search": 0.0, "display": 0.0})
    assert changed.exposures.off == ("email",)
    assert changed.media.p_paid_search == 0
    assert changed.media.display_per_week == 0


def test_social_and_broadcast_have_budgets() -> None:
    firm = om.Scenario().replace({"media.social_per_week": 1.0, "media.broadcast_contacts": 2.0})
    changed = with_media_scaled(firm, {"social": 2.0, "broadcast": 0.5})
    assert changed.media.social_per_week == 2.0
    assert changed.media.broadcast_contacts == 1.0
    assert with_media_scaled(firm, {"social": 9.0}).media.social_per_week == 7.0


def test_less_money_for_letters_is_a_budget_of_the_week() -> None:
    spend = {"push": 0.5, "direct_mail": 3.65}
    changed = with_media_scaled(om.Scenario(), {"push": 2.0, "direct_mail": 0.5}, spend)
    email, push, letters = changed.limits.budget_per_week
    assert (email, push) == om.Scenario().limits.budget_per_week[:2]
    assert letters == pytest.approx(0.5 * 3650 / 365 * 7)
    assert with_media_scaled(om.Scenario(), {"push": 0.0}, spend).exposures.off == ("push",)


def test_a_policy_may_write_letters() -> None:
    every = ("email", "search", "display", "social", "push", "direct_mail", "broadcast")
    assert channel_game(small()).players == every
    closed = small({"channels.store.is_open": False})  # whose best records the rule writes to
    assert "direct_mail" not in channel_game(closed).players
    assert "direct_mail" in channel_game(closed, policy=om.policies.NoContact()).players


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> AttributionAudit:
    firm = small({"exposures.off": ("search", *NEVER)})
    models = {"first touch": FirstTouch(), "last touch": LastTouch()}
    folder = tmp_path_factory.mktemp("audit")
    how = {"models": models, "n_replications": 2, "seed": 4, "folder": folder}
    first = audit_attribution(firm, **how)
    for stage, file in (("truth", "off0-r1"), ("credits", "credits-r0")):
        (folder / stage / f"{file}.json").unlink()
    next((folder / "budgets").glob("budget-*.json")).unlink()
    counted: list[int] = []
    again = audit_attribution(firm, on_wait=counted.append, **how)
    assert counted == sorted(counted)
    pd.testing.assert_frame_equal(again.scores, first.scores)
    return first


def test_every_medium_that_costs_is_audited() -> None:
    """Social posts, television and print are in truth, credits and budgets where they run."""
    firm = small({
        "media.social_per_week": 1.0, "media.broadcast_contacts": 1.0,
        "exposures.off": ("search", "display", "push", "direct_mail"),
    })  # fmt: skip
    found = audit_attribution(
        firm, models={"linear": Linear()}, n_orderings=1, n_replications=2, seed=4
    )
    media = {"email", "social", "broadcast"}
    assert set(found.truth.of("orders").index) == media
    assert (
        found.budgets.groupby("model")[["social", "broadcast"]].nunique().loc["truth"] > 0
    ).all()
    totals = found.channels[found.channels["level"] == "TL0"].set_index("channel")["credit"]
    assert set(totals.index) == media
    assert totals["broadcast"] == 0  # nobody counts it
    followed = found.budgets[found.budgets["model"] == "linear"]
    moved = followed[followed["email"] != 1]  # without any credit the budget stays
    seen = moved[moved["level"] != ALL_SEEN]
    assert len(seen)
    assert (seen["broadcast"] == 0).all()  # no path that a firm sees has it


def test_all_models_that_need_no_weights_are_audited() -> None:
    kinds = {type(model).__name__ for model in audited_models().values()}
    every = {
        name for name in attribution.__all__
        if isinstance(getattr(attribution, name), type)
        and issubclass(getattr(attribution, name), attribution.AttributionModel)
    }  # fmt: skip
    assert every - kinds == {"AttributionModel", "PositionWeights", "ChannelWeights"}


def test_an_audit_has_every_model_at_every_level(audit: AttributionAudit) -> None:
    table = audit.table("regret")
    assert list(table.columns) == ["TL0", "TL1", "TL2", "all"]
    assert set(table.index) == {"media mix", "first touch", "last touch"}
    assert table.loc["first touch", ["TL1", "TL2", "all"]].notna().all()
    assert np.isnan(table.loc["first touch", "TL0"])
    assert len(repr(audit).splitlines()) <= 3


def test_equal_budgets_earn_equal_profits(audit: AttributionAudit) -> None:
    media = [name for name in ("email", "display") if name in audit.budgets]
    spread = audit.budgets.groupby(["replication", *media])["profit"].nunique()
    assert (spread == 1).all()
    assert audit.budgets["profit"].notna().all()


def test_what_each_budget_spends_is_told(audit: AttributionAudit) -> None:
    present = audit.budgets[audit.budgets["model"] == "present"].set_index("replication")
    for k, row in present.iterrows():
        run = om.simulate(
            om.Scenario.model_validate(audit.provenance["scenario"], strict=False),
            seed=audit.provenance["seed"], replication=k,
        )  # fmt: skip
        assert row["spent"] == pytest.approx(sum(spend_of(run).values()))
    assert audit.budgets["spent"].nunique() > len(present)


def test_credits_are_followed_in_a_year_they_were_not_read_in(audit: AttributionAudit) -> None:
    """Of replication k's credits and spending comes what is run in k + 1; after 2 comes 0."""
    firm = om.Scenario.model_validate(audit.provenance["scenario"], strict=False)
    models, media = {"first touch": FirstTouch()}, ["email", "display"]
    found = audit_attribution(firm, n_orderings=1, models=models, n_replications=3, seed=4)
    budgets = found.budgets.set_index(["replication", "level"])
    moved = 0
    for k, following in ((0, 1), (1, 2), (2, 0)):
        run = om.simulate(firm, seed=4, replication=k)
        spend = spend_of(run)
        for level, part in credits_of(run, models, 30.0).groupby("level"):
            planned = budgets.loc[(following, level)]
            scales = scales_by_credit(part.set_index("channel")["credit"].to_dict(), spend)
            assert planned["source"] == k
            assert planned[media].to_dict() == pytest.approx(
                {m: scales[m] for m in media}, abs=1e-6
            )
            moved += planned["email"] != 1
            rounded = planned[[m for m in spend if m in scales]].astype(float).to_dict()
            year = om.simulate(
                with_media_scaled(firm, rounded, spend), seed=4, replication=following
            )
            assert planned["profit"] == year.profit_per_shopper_year
    assert moved > 3


def test_the_truth_of_the_year_to_come_is_not_told(audit: AttributionAudit) -> None:
    """Its budget in one of two replications is by what was found in the other."""
    firm = om.Scenario.model_validate(audit.provenance["scenario"], strict=False)
    samples = audit.truth.samples.query("metric == 'orders' and way == 'off' and kind == 'Shapley'")
    planned = audit.budgets[audit.budgets["model"] == "truth"].set_index("replication")
    for k in range(2):
        other = samples[samples["replication"] == 1 - k].set_index("channel")["value"]
        spend = spend_of(om.simulate(firm, seed=4, replication=1 - k))
        scales = scales_by_credit(other.to_dict(), spend)
        assert planned.loc[k, list(scales)].to_dict() == pytest.approx(scales, abs=1e-6)
    assert planned["display"].nunique() == 2


def test_one_replication_leaves_no_other_to_follow_its_credits_in() -> None:
    with pytest.raises(ParameterError, match="n_replications"):
        audit_attribution(small(), n_replications=1, seed=1)


def test_figures(audit: AttributionAudit) -> None:
    for quantity in ("regret", "share error", "rank correlation"):
        ax = om.plot.attribution_audit(audit, quantity)
        assert len(ax.patches) == audit.table(quantity).notna().to_numpy().sum()
        assert not ax.get_images()  # pages allow none
    assert om.plot.channel_truth(audit.truth).get_xlabel()


def test_the_analyst_of_totals_is_told_no_parameter() -> None:
    """Of one log, the credits are the same whatever the world says of carry-over."""
    run = om.simulate(small({"market.n_shoppers": 100, "market.horizon_days": 180}), seed=3)
    other = run.scenario.replace({"media.goodwill_per_week": 0.1})
    found = [credits_of(r, {}, 30.0) for r in (run, replace(run, scenario=other))]
    assert len(found[0])
    pd.testing.assert_frame_equal(*found)


@pytest.mark.parametrize(
    "changes", [{"media.display_per_week": 1.0}, {"market.n_shoppers": 41}, {"seed": 2}]
)
def test_the_truth_of_another_firm_is_refused(changes: dict[str, float]) -> None:
    firm = small({"market.horizon_days": 40, "exposures.off": NEVER})
    other = {name: value for name, value in changes.items() if name != "seed"}
    truth = replace(known_truth(), provenance={
        "scenario": firm.replace(other).model_dump(mode="json"),
        "shoppers": repr(SegmentShoppers()), "seed": changes.get("seed", 1),
    })  # fmt: skip
    with pytest.raises(ParameterError, match=next(iter(changes)).partition(".")[0]):
        audit_attribution(firm, truth=truth, n_replications=2, seed=1)
