"""The mutants of the engine: which there are, how each is planted in a process, and how it is shown."""

from __future__ import annotations

import sys
from functools import cache
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from itertools import islice
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.mutants.operators import Change, changes

if TYPE_CHECKING:
    from collections.abc import Buffer, Sequence
    from types import ModuleType

ENGINE = Path(__file__).parents[2] / "layers/shared/holdfast"
FILES = (
    "pricing.py",
    "refunds.py",
    "taxes.py",
    "storage/transaction.py",
    *(f"payments/{name}.py" for name in ("confirm", "finalize", "start", "cancel", "settle", "tasks", "reconcile")),
    *(f"payments/{name}.py" for name in ("perform", "outside", "topup", "late")),
    *(f"bookings/{name}.py" for name in ("expire", "reclaim", "release")),
    "storage/page_writes.py",
    "bookings/reserve.py",
    *sorted(f"model/{path.name}" for path in (ENGINE / "model").glob("*.py")),
)


class Mutant(NamedTuple):
    file: str
    change: Change

    @property
    def line(self) -> int:
        return _source(self.file).encode()[: self.change.start].count(b"\n") + 1

    @property
    def name(self) -> str:
        """Where it is, such as `payments/cancel.py:120:3`: with the number of the change on its line."""
        here = [change for change in mutations(self.file) if Mutant(self.file, change).line == self.line]
        return f"{self.file}:{self.line}:{here.index(self.change)}"

    @property
    def module(self) -> str:
        return "holdfast." + self.file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def source(self) -> str:
        data, change = _source(self.file).encode(), self.change
        return (data[: change.start] + change.new.encode() + data[change.end :]).decode()

    def diff(self) -> list[str]:
        """The lines that differ, as a diff shows them."""
        before, after = _source(self.file).splitlines(), self.source.splitlines()
        first = next((n for n, (old, new) in enumerate(zip(before, after, strict=False)) if old != new), 0)
        most = min(len(before), len(after)) - first
        same = next((n for n in range(most) if before[-1 - n] != after[-1 - n]), most)
        removed, added = before[first : len(before) - same], after[first : len(after) - same]
        return [*(f"- {line.strip()}" for line in removed), *(f"+ {line.strip()}" for line in added)]


def sampled(count: int, seed: int, only: str = "") -> list[Mutant]:
    """So many mutants of the files, drawn by the seed; with `only`, of the files, lines or mutants so named."""
    files = [file for file in FILES if only.startswith(file) or file.startswith(only)]
    every = [Mutant(file, change) for file in files for change in mutations(file)]
    if only.count(":"):
        every = [mutant for mutant in every if f"{mutant.name}:".startswith(f"{only}:")]
    drawn = list(islice(filter(_compiles, Random(seed).sample(every, len(every))), count))
    return sorted(drawn, key=lambda mutant: (FILES.index(mutant.file), mutant.change))


@cache
def mutations(file: str) -> list[Change]:
    """The changes of a file; a few of them leave no program."""
    return list(changes(_source(file), expressions=file.startswith("storage/")))


def plant(mutant: Mutant) -> None:
    """This process imports the engine with the mutant in it, from now on; it must not have imported the module yet."""
    assert mutant.module not in sys.modules
    sys.meta_path.insert(0, _Planted(mutant))


def _compiles(mutant: Mutant) -> bool:
    try:
        compile(mutant.source, mutant.file, "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True


@cache
def _source(file: str) -> str:
    return (ENGINE / file).read_text()


class _Loader(SourceFileLoader):
    def __init__(self, mutant: Mutant) -> None:
        super().__init__(mutant.module, str(ENGINE / mutant.file))
        self._mutant = mutant

    def get_data(self, path: Any) -> bytes:
        assert str(path).endswith(".py")
        return self._mutant.source.encode()

    def get_code(self, fullname: str) -> Any:
        return self.source_to_code(self.get_data(self.path), self.path)

    def set_data(self, path: str, data: Buffer, *, _mode: int = 0o666) -> None:
        """Nothing of a mutant is kept on the disk."""


class _Planted(MetaPathFinder):
    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._mutant.module:
            return None
        return spec_from_file_location(fullname, ENGINE / self._mutant.file, loader=_Loader(self._mutant))
