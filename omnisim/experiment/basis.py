"""What every study of replications is given: how many, how surely, which seed, which shoppers."""

from omnisim._validation import check_confidence, check_count
from omnisim.experiment.shoppers import SegmentShoppers, Shoppers
from omnisim.random import chosen_seed


def study_basis(
    seed: int | None, shoppers: Shoppers | None, n_replications: int, confidence: float
) -> tuple[int, Shoppers]:
    """Check the size of a study, and fill in what was left out.

    Returns
    -------
    seed : int
        A fresh one by default.
    shoppers : Shoppers
        By default those of the scenario's segments.

    Raises
    ------
    ParameterError
        If there are fewer than two replications, or an argument is out of range.
    """
    check_count("n_replications", n_replications, minimum=2)
    check_confidence("confidence", confidence)
    return chosen_seed(seed), shoppers or SegmentShoppers()
