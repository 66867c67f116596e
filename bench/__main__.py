"""Prints every comparison: ours, the other side, and their ratio.

Usage: uv run python -m bench [name ...]

Each file of this folder that has a `main()` is one comparison: it prints its tables and gives 0, or another number when
a limit of its own is broken. `python -m bench` runs one after the other, each in a process of its own, and prints the
time that each took; `python -m bench NAME` runs that one. To add one, add a file: its docstring's first line is its
heading.
"""

import ast
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

FOLDER = Path(__file__).parent


def comparisons() -> dict[str, str]:
    """The name of each comparison, and its heading."""
    found = {}
    for path in sorted(FOLDER.glob("[!_]*.py")):
        source = ast.parse(path.read_text())
        if any(isinstance(part, ast.FunctionDef) and part.name == "main" for part in source.body):
            found[path.stem] = (ast.get_docstring(source) or path.stem).partition("\n")[0]
    return found


def run(name: str, heading: str) -> int:
    print(f"== {name}: {heading}\n", flush=True)
    started = time.monotonic()
    code = subprocess.run([sys.executable, "-m", f"bench.{name}"], cwd=FOLDER.parent, check=False).returncode
    print(f"\n== {name}: {time.monotonic() - started:.0f} s{f', ended with {code}' if code else ''}\n", flush=True)
    return code


def main(names: Sequence[str]) -> int:
    known = comparisons()
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"bench: there is no {', '.join(unknown)}; there is {', '.join(known)}", file=sys.stderr)
        return 2
    started = time.monotonic()
    codes = [run(name, known[name]) for name in names or known]
    print(f"== all: {time.monotonic() - started:.0f} s")
    return max(codes)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
