# SPDX-License-Identifier: Apache-2.0
"""Races: programs run by turns (race.c), and what can be said of them: medians, and ratios of the same round."""
import statistics
import subprocess


class Racer:
    """A program with its stdin, as race.c runs it: `env` with None takes a variable away, `empty` are patterns of files
    that are removed before each run, `count` start at once, `before` are racers that run untimed before each run."""

    def __init__(self, name, *command, stdin="/dev/null", env=None, empty=(), count=1, before=()):
        self.name, self.command, self.stdin, self.count = name, [str(word) for word in command], str(stdin), count
        self.env, self.empty, self.before = dict(env or {}), list(empty), list(before)

    def again(self):
        """Another one of the same, to run before it."""
        return Racer(self.name, *self.command, stdin=self.stdin, env=self.env, empty=self.empty, count=self.count)

    def words(self, untimed=False):
        words = []
        for racer in self.before:
            words += [*racer.words(untimed=True), "--"]
        words += ["-n", str(self.count)] + (["-u"] if untimed else [])
        for pattern in self.empty:
            words += ["-e", str(pattern)]
        for name, value in self.env.items():
            words += ["-v", name if value is None else f"{name}={value}"]
        return [*words, self.stdin, *self.command]


class Result:
    """What the rounds of one racer cost, in seconds (memory in KiB); result[i] of every result is of the same round."""

    def __init__(self, name, wall, cpu, memory):
        self.name, self.wall, self.cpu, self.memory = name, wall, cpu, memory

    @property
    def median(self):
        return statistics.median(self.wall)

    def over(self, other, what="wall"):
        return Ratio([mine / theirs for mine, theirs in zip(getattr(self, what), getattr(other, what))])

    def beyond(self, other):
        return Ratio([mine - theirs for mine, theirs in zip(self.wall, other.wall)])


class Ratio:
    """Median and quartiles of what was seen in each round."""

    def __init__(self, values):
        values = sorted(values)
        self.median = statistics.median(values)
        self.low, self.high = values[len(values) // 4], values[-1 - len(values) // 4]

    def inverted(self):
        return Ratio([1 / self.low, 1 / self.median, 1 / self.median, 1 / self.high])


def race(program, rounds, racers, env):
    """Run them by turns; a Result for each, in their order."""
    words = []
    for racer in racers:
        words += [*racer.words(), "--"]
    ran = subprocess.run([str(program), str(rounds), *words[:-1]], env=env, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise RuntimeError(f"{' '.join(words[:-1])}\n{ran.stderr}")
    results = [Result(racer.name, [], [], []) for racer in racers]
    for line in ran.stdout.splitlines():
        numbers = [int(word) for word in line.split()]
        for number, wall, cpu, memory in zip(*[iter(numbers)] * 4):
            results[number].wall.append(wall / 1e9)
            results[number].cpu.append(cpu / 1e9)
            results[number].memory.append(memory)
    return results
