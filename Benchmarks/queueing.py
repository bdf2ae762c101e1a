"""How long packets stay in a forwarder of a known speed, when many senders of pictures and sound share it."""

import random

PICTURES, PACKETS, SOUNDS = 30, 5, 50
SECONDS = 10


def late(senders: int, receivers: int, us_per_packet: float, seed: int = 1) -> float:
    """The time in ms that 99 % of the packets stay at most: each sender at a phase of its own, a picture's packets handed on
    together, one after the other by arrival. Nothing that forwards at this speed on one core does better for all of them."""
    chance = random.Random(seed)
    arrivals = []
    for _ in range(senders):
        for rate, packets in (PICTURES, PACKETS), (SOUNDS, 1):
            phase = chance.random()
            work = packets * receivers * us_per_packet / 1_000
            arrivals += [((phase + number) * 1_000 / rate, work) for number in range(SECONDS * rate)]
    free, stays = 0.0, []
    for arrival, work in sorted(arrivals):
        free = max(free, arrival) + work
        stays.append((free - arrival, work))
    remaining = 0.99 * sum(work for _, work in stays)
    for stay, work in sorted(stays):
        remaining -= work
        if remaining <= 0:
            return stay
    return stays[-1][0]
