"""Compiles the layers of `sam build`. A Lambda's folders are read-only: without bytecode each cold start compiles
what it imports, which is nearly four times the work.

Usage: python -m local.cloud.bytecode [build folder]
"""

import sys
from compileall import compile_dir
from pathlib import Path
from py_compile import PycInvalidationMode

from local.tools import ROOT, LocalError

LAYERS = ("SharedLayer", "PicturesLayer")


def compile_layers(built: Path) -> None:
    """Unchecked, since SAM dates every file 1980: Python would reject bytecode that names the source's true date."""
    for layer in (built / name for name in LAYERS):
        mode = PycInvalidationMode.UNCHECKED_HASH
        if not compile_dir(layer, quiet=1, invalidation_mode=mode, stripdir=str(layer), prependdir="/opt"):
            raise LocalError(f"{layer} does not compile")


if __name__ == "__main__":
    compile_layers(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / ".aws-sam" / "build")
