"""Philox4x64-10 in Python integers, slow and plain.

Source: Salmon, Moraes, Dror and Shaw (2011), doi:10.1145/2063384.2063405.
"""

WORD = 2**64
MULTIPLIERS = 0xD2E7470EE14C6C93, 0xCA5A826395121157
WEYL = 0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B  # golden ratio and sqrt(3) - 1
N_ROUNDS = 10


def block(key: tuple[int, int], counter: tuple[int, int, int, int]) -> list[int]:
    """Return the four words of one block; counter[0] is the least significant word."""
    c0, c1, c2, c3 = counter
    for i in range(N_ROUNDS):
        k0, k1 = ((k + i * weyl) % WORD for k, weyl in zip(key, WEYL, strict=True))
        high0, low0 = divmod(MULTIPLIERS[0] * c0, WORD)
        high1, low1 = divmod(MULTIPLIERS[1] * c2, WORD)
        c0, c1, c2, c3 = high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0
    return [c0, c1, c2, c3]


def uniform_of_word(word: int) -> float:
    """Return the centre of the cell of (0, 1) that the upper 52 bits of a word name."""
    return ((word >> 12) + 0.5) / 2**52


def uniform(
    seed: int, replication: int, stream: int, shopper: int, journey: int, step: int
) -> float:
    """Return the uniform at one address."""
    return uniform_of_word(block((seed, replication), (step, journey, shopper, stream))[0])
