# ruff: noqa: T201 - a command line prints
"""Plant mutants in the engine, one at a time, and see whether a test notices: `make mutants`."""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.mutants.mutant import FILES, mutations, sampled
from tests.mutants.suites import every_suite
from tests.mutants.trial import Trial, passes, tried, warm_up

OUTPUT = "/dev/null"


def main() -> int:
    arguments = _arguments()
    begun = time.monotonic()
    chosen = sampled(arguments.mutants, arguments.seed, arguments.only)
    warm_up()
    if not arguments.unchecked:
        print("the tests without a mutant …", flush=True)
        if not all(passes(suite, None, output=arguments.output) for suite in every_suite()):
            print("a test fails without any mutant; see it with --output FILE")
            return 1
    trials: list[Trial] = []
    for number, mutant in enumerate(chosen, 1):
        trial = tried(mutant, output=arguments.output)
        trials.append(trial)
        seconds = time.monotonic() - begun
        outcome = f"caught by {trial.caught_by}" if trial.caught_by else "SURVIVED"
        print(f"{number}/{len(chosen)} {seconds:5.0f} s {mutant.name} {mutant.change.kind}: {outcome}", flush=True)
    text = "\n".join(_report(trials, arguments.seed))
    print(text)
    if arguments.report:
        Path(arguments.report).write_text(text + "\n")
    return 0


def _report(trials: list[Trial], seed: int) -> Iterator[str]:
    every = sum(len(mutations(file)) for file in FILES)
    survivors = [trial.mutant for trial in trials if not trial.caught_by]
    yield f"\n{len(trials)} of {every} mutants, seed {seed}: {_share(trials)}"
    for suite, count in Counter(trial.caught_by or "nothing" for trial in trials).most_common():
        yield f"  {count:4} caught by {suite}"
    for file in FILES:
        of_file = [trial for trial in trials if trial.mutant.file == file]
        if of_file:
            yield f"  {file}: {_share(of_file)}"
    yield f"{len(survivors)} survivors"
    for mutant in survivors:
        yield f"{mutant.name} ({mutant.change.kind})"
        yield from (f"  {line}" for line in mutant.diff())


def _share(trials: list[Trial]) -> str:
    caught = sum(bool(trial.caught_by) for trial in trials)
    return f"{caught} of {len(trials)} caught, {100 * caught / max(1, len(trials)):.1f} %"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--mutants", type=int, default=200, help="how many are drawn")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="a file, a line or a mutant: payments/cancel.py:120:0")
    parser.add_argument("--unchecked", action="store_true", help="do not run the tests without a mutant first")
    parser.add_argument("--report", help="a file for the report")
    parser.add_argument("--output", default=OUTPUT, help="a file for what the tests of the last mutant print")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
