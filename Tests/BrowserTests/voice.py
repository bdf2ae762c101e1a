"""A voice that nobody has: pulses and hiss through three resonances, in syllables, words and pauses, the same each time. Opus
protects what it takes for speech earlier than the beeps of browsers' own fake microphones."""

import array
import math
import random
import wave
from pathlib import Path

RATE = 16_000
# First three formants in hertz: a, i, u, e, o.
VOWELS = [(700, 1200, 2600), (300, 2300, 3000), (320, 800, 2300), (450, 1950, 2600), (480, 900, 2500)]
BANDWIDTHS = (70, 100, 140)


class Resonance:
    """A pair of poles whose frequency glides."""

    def __init__(self, bandwidth: float):
        self._shrink = math.exp(-math.pi * bandwidth / RATE)
        self._last = self._before = 0.0

    def tune(self, frequency: float) -> None:
        self._first = 2 * self._shrink * math.cos(2 * math.pi * frequency / RATE)
        self._second = -self._shrink * self._shrink
        self._gain = 1 - self._first - self._second

    def pass_through(self, value: float) -> float:
        value = self._gain * value + self._first * self._last + self._second * self._before
        self._before, self._last = self._last, value
        return value


def write_voice(path: Path, seconds: float = 10) -> Path:
    """A mono WAV file of 16 bits, which browsers play again and again."""
    chance = random.Random(7)
    resonances = [Resonance(bandwidth) for bandwidth in BANDWIDTHS]
    samples = array.array("h")
    tongue, phase = list(VOWELS[0]), 0.0
    while len(samples) < seconds * RATE:
        for _ in range(chance.randint(2, 5)):
            phase = speak_syllable(samples, chance, resonances, tongue, phase)
        samples.extend([0] * int(RATE * chance.uniform(0.08, 0.3)))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(samples.tobytes())
    return path


def speak_syllable(samples: array.array, chance: random.Random, resonances: list, tongue: list, phase: float) -> float:
    """A hiss, then a vowel towards which the `tongue` glides; returns where the pulses are."""
    vowel, pitch = chance.choice(VOWELS), chance.uniform(100, 150)
    length, hiss = int(RATE * chance.uniform(0.13, 0.24)), int(RATE * chance.uniform(0.02, 0.06))
    for number in range(length):
        if number % 80 == 0:
            for index, resonance in enumerate(resonances):
                tongue[index] += (vowel[index] - tongue[index]) * 0.25
                resonance.tune(tongue[index])
        part = number / length
        loudness = math.sin(math.pi * min(1.0, part + 0.08)) ** 0.7
        phase += pitch * (1.1 - 0.25 * part) / RATE
        pulse = 0.0
        if phase >= 1:
            phase -= 1
            pulse = 40.0
        noise = chance.uniform(-1, 1)
        value = noise * 0.5 if number < hiss else pulse + noise * 0.15
        for resonance in resonances:
            value = resonance.pass_through(value)
        samples.append(max(-32_000, min(32_000, int(value * loudness * 1_500))))
    return phase
