# SPDX-License-Identifier: Apache-2.0
"""Races: programs that run alternately (race.c), and their statistics: medians, and ratios within the same round."""
import statistics
import subprocess


class Racer:
    """A program and its stdin, as race.c runs it. A variable that is None in `env` is removed, files that match the
    patterns in `empty` are removed before each run, `count` processes start at once, and the racers in `before` run
    untimed before each run."""

    def __init__(self, name, *command, stdin="/dev/null", env=None, empty=(), count=1, before=()):
        self.name, self.command, self.stdin, self.count = name, [str(word) for word in command], str(stdin), count
        self.env, self.empty, self.before = dict(env or {}), list(empty), list(before)

    def again(self):
        """A copy of this racer that runs before it."""
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
    """The costs of a racer in seconds (memory in KiB); result[i] of all results belongs to the same round."""

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
    """Median and quartiles of the ratios of all rounds."""

    def __init__(self, values):
        values = sorted(values)
        self.median = statistics.median(values)
        self.low, self.high = values[len(values) // 4], values[-1 - len(values) // 4]

    def inverted(self):
        return Ratio([1 / self.low, 1 / self.median, 1 / self.median, 1 / self.high])


def race(program, rounds, racers, env):
    """Run the racers alternately; return a Result for each, in their order."""
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
