"""What the page of a league says in words: the estimand, the interval, how many replications."""

from omnisim.evaluation.selection import Selection
from omnisim.experiment import League, LearningCurves, PersonalisationEffect
from omnisim.experiment.league_result import LONG_ENOUGH_DAYS, NO_CONTACT, NO_EVIDENCE
from omnisim.plot.wording import clean, euro, interval, number, percent, title

Sentences = tuple[str, ...]


def headline(league: League) -> str:
    """Return which policy wins in each world, if the evidence carries one."""
    winners = league.winners
    if set(winners.values()) == {NO_EVIDENCE}:
        return "No policy is proven best"
    if set(winners.values()) == {NO_CONTACT}:
        return "Nobody should be contacted"
    if len(winners) > 1 and len(set(winners.values())) == 1:
        return f"{_winner(next(iter(winners.values())))} wins in every world"
    return "; ".join(f"{clean(world)}: {_winner(name)}" for world, name in winners.items())


def verdict(league: League) -> str:
    """Return the class of the page: gain if a policy wins somewhere, loss if contacts never pay."""
    winners = set(league.winners.values())
    if winners == {NO_CONTACT}:
        return "loss"
    return "gain" if winners - {NO_CONTACT, NO_EVIDENCE} else "unclear"


def certainty(league: League) -> Sentences:
    """Return for each world how sure its winner is, or what lacks."""
    return tuple(_selected(league, world, chosen) for world, chosen in league.selections.items())


def design(league: League) -> str:
    """Return how policies were trained and judged."""
    made = league.provenance
    return (
        f"In each world the behaviour policy decided in {made['n_training']} replications, from "
        f"which every policy learned, and in {made['n_logged']} others, from which off-policy "
        f"estimates were made. As they were then, the policies ran over "
        f"{league.n_replications} further replications under the same luck. The reward of a "
        f"decision is the shopper’s margin within {number(made['window_days'], 0)} days."
    )


def horizon(league: League) -> str:
    """Return over how long fatigue and opt-outs could build up."""
    weeks = number(league.horizon_days / 7, 0)
    if league.horizon_days >= LONG_ENOUGH_DAYS:
        return f"Opt-outs and fatigue built up over {weeks} weeks."
    return (
        f"Runs of {weeks} weeks are too short to see what opt-outs and fatigue cost: "
        f"{LONG_ENOUGH_DAYS // 7} or more are needed."
    )


def by_world(league: League) -> Sentences:
    """Return how many policies earn more, or less, where the firm sees more."""
    effects, worlds = league.world_effects(), list(league.selections)
    found = []
    for world in worlds[1:]:
        rows = effects[effects["world"] == world]
        more, less = int((rows["ci_low"] > 0).sum()), int((rows["ci_high"] < 0).sum())
        found.append(
            f"The same policies run in both worlds; only what they see and what else the firm can "
            f"do differs. Of {len(rows)}, {more} gain more over no contact in {clean(world)} than "
            f"in {clean(worlds[0])}, {less} gain less, and {len(rows) - more - less} cannot be "
            f"told apart ({percent(league.confidence)} intervals, {league.n_replications} pairs)."
        )
    return tuple(found)


def off_policy(league: League) -> Sentences:
    """Return how often the intervals of the estimators hold what they estimate, and the truth."""
    return (
        f"Intervals from the log that hold the mean of what the firm files: "
        f"{_held(league, 'filed')}; that hold the mean of the truth: {_held(league, 'truth')}.",
        "A log holds the margin that is filed under a record; what the same shopper buys without a "
        "card, or under another record, is true margin that no estimate can see. Nor are the two "
        "quite the same otherwise. An estimate says what a decision would have earned among the "
        "shoppers as the behaviour policy left them; the means are measured where the policy "
        "itself ran all along, and made its own fatigue and opt-outs. Windows of one shopper may "
        "overlap, so a purchase can count for several decisions.",
    )


def _held(league: League, name: str) -> str:
    table = league.estimates.dropna(subset="value")
    inside = (table["ci_low"] <= table[name]) & (table[name] <= table["ci_high"])
    return ", ".join(
        f"{clean(estimator)} {int(inside[part.index].sum())} of {len(part)}"
        for estimator, part in table.groupby("estimator", sort=False)
    )


def learning(curves: LearningCurves) -> Sentences:
    """Return what learning brought, policy by policy."""
    changes = curves.changes()
    said = [
        f"{clean(row.policy)} ({clean(row.world)}): {euro(row.difference, sign=True)} "
        f"({interval(row.ci_low, row.ci_high)})"
        for row in changes.itertuples()
    ]
    return (
        f"Each policy acted for {curves.n_rounds} replications, learned after each from its own "
        f"decisions, and was judged before the first and after each in {curves.n_replications} "
        f"others that none learned from.",
        f"From the first curve point to the last, gain per shopper and year: {'; '.join(said)}.",
    )


def personalisation(effect: PersonalisationEffect) -> Sentences:
    """Return what personal content earns in each world as it is, and how far apart worlds are."""
    own = effect.table[effect.table["value"].isna()]
    worlds = [
        f"{clean(row.world)} {euro(row.personal, sign=True)} "
        f"({interval(row.personal_low, row.personal_high)}) at a profile error of "
        f"{number(row.profile_error)}"
        for row in own.itertuples()
    ]
    gaps = effect.by_world
    gaps = gaps[gaps["value"].isna() & (gaps["measure"] == "personal")]
    apart = [
        f"{clean(row.world)} less {clean(own['world'].iloc[0])}: "
        f"{euro(row.difference, sign=True)} ({interval(row.ci_low, row.ci_high)})"
        for row in gaps.itertuples()
    ]
    return (
        f"What the policy earns beyond its twin that writes to the same people with the most "
        f"popular item, per shopper and year: {'; '.join(worlds)} "
        f"({percent(effect.confidence)} intervals, {effect.n_replications} replications).",
        *([f"Paired difference, {'; '.join(apart)}."] if apart else []),
        f"The curve sets the primitive {title(effect.primitive).lower()} to the same value in "
        f"every world; the error that follows is measured over the contacts.",
    )


def _selected(league: League, world: str, chosen: Selection) -> str:
    row = league.row(world, chosen.best)
    gain = f"{euro(row['gain'], sign=True)} ({interval(row['gain_low'], row['gain_high'])})"
    asked = percent(chosen.probability)
    n = len(chosen.p_worse) + 1
    start = (
        f"{title(world)}: of {n} policies, nobody contacted included, {_winner(chosen.best)} has "
        f"the highest mean profit, {gain} per shopper and year over no contact"
    )
    if chosen.is_sure:
        return (
            f"{start}, and is the best with a probability of {percent(chosen.p_best, 1)} or more."
        )
    return (
        f"{start}. That it is the best has a probability of {percent(chosen.p_best)} or more; a "
        f"winner needs {asked}, so there is none."
    )


def _winner(name: str) -> str:
    return {NO_CONTACT: "no contact", NO_EVIDENCE: "no winner"}.get(name, f"“{clean(name)}”")
