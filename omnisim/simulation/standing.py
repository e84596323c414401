"""What the public can read of the firm: reviews and complaints, with weights that fade."""

from dataclasses import dataclass

from omnisim.simulation.parameters import DAYS_PER_WEEK


@dataclass(slots=True)
class Standing:
    """The reviews of a firm: their weight, and the mean of their ratings.

    Attributes
    ----------
    volume : float
        Sum of weights, faded up to `day`.
    total : float
        Sum of weight times rating.
    """

    kept_per_week: float
    volume: float = 0.0
    total: float = 0.0
    day: float = 0.0

    @property
    def mean(self) -> float:
        """Mean rating in [-1, 1]; 0 without reviews."""
        return self.total / self.volume if self.volume > 0 else 0.0

    def fade(self, now: float) -> None:
        """Let weights fade up to `now`."""
        kept = self.kept_per_week ** ((now - self.day) / DAYS_PER_WEEK)
        self.volume *= kept
        self.total *= kept
        self.day = now

    def add(self, rating: float, weight: float, now: float) -> None:
        """Add what somebody published."""
        self.fade(now)
        self.volume += weight
        self.total += weight * rating

    def withdraw(self, rating: float, weight: float, since: float, now: float) -> None:
        """Take back what was added at `since`, faded like the rest."""
        self.fade(now)
        left = weight * self.kept_per_week ** ((now - since) / DAYS_PER_WEEK)
        self.volume = max(0.0, self.volume - left)
        self.total -= left * rating
