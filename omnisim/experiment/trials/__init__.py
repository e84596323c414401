"""Virtual field experiments: designs that an analyst in the simulated firm can run.

Each design draws its assignment, simulates the firm under it, reads the result through what the
firm sees (`omnisim.observation`), estimates, and sets the true effect beside the estimate: the
same people and the same luck with and without treatment.

On people, in one firm: `randomised_trial` (e-mail), `encouragement_design` (invitations to the
app), `ghost_ads` (display). On
regions, each a world of its own: `stepped_wedge`, `switchback`, `difference_in_differences`, which
take `Regions` and the `Change` that treatment makes. On the `Stores` of one world, between which
effects spill over: `store_wedge`. `trials_beside_truth` runs those on people and regions, again and
again.
"""

from omnisim.experiment.trials.beside_truth import (
    Panel,
    TrialsBesideTruth,
    trials_beside_truth,
)
from omnisim.experiment.trials.differences import difference_in_differences
from omnisim.experiment.trials.encouragement import encouragement_design
from omnisim.experiment.trials.ghost_ads import ghost_ads
from omnisim.experiment.trials.randomised import randomised_trial
from omnisim.experiment.trials.regions import Change, Regions
from omnisim.experiment.trials.result import FieldExperiment
from omnisim.experiment.trials.stepped_wedge import stepped_wedge
from omnisim.experiment.trials.store_wedge import StoreWedge, store_wedge
from omnisim.experiment.trials.stores import Stores
from omnisim.experiment.trials.switchback import switchback

__all__ = [
    "Change",
    "FieldExperiment",
    "Panel",
    "Regions",
    "StoreWedge",
    "Stores",
    "TrialsBesideTruth",
    "difference_in_differences",
    "encouragement_design",
    "ghost_ads",
    "randomised_trial",
    "stepped_wedge",
    "store_wedge",
    "switchback",
    "trials_beside_truth",
]
