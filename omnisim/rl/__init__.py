"""Reinforcement learning: the firm's decisions as the Gymnasium environment Personalisation-v0.

Importing this package registers ``omnisim/Personalisation-v0``, so that
``gymnasium.make("omnisim.rl:omnisim/Personalisation-v0")`` finds it. It needs ``omnisim[rl]``.
"""

try:
    import gymnasium
except ImportError as error:
    raise ImportError(
        "omnisim.rl needs Gymnasium, which is not installed: pip install 'omnisim[rl]'."
    ) from error

from omnisim.rl.personalisation import PersonalisationEnv

gymnasium.register(
    "omnisim/Personalisation-v0", entry_point="omnisim.rl.personalisation:PersonalisationEnv"
)

__all__ = ["PersonalisationEnv"]
