"""The table and the bucket, by botocore without its HTML parser, which only a client's `help()` needs: at import it
costs 3 % of a cold start, so it is loaded when somebody asks for help.
"""

import importlib
import sys
from types import ModuleType
from typing import Any

_PARSER = "botocore.docs.bcdoc.docstringparser"


def _real_parser(*arguments: Any) -> Any:
    del sys.modules[_PARSER]
    return importlib.import_module(_PARSER).DocStringParser(*arguments)


if _PARSER not in sys.modules:
    sys.modules[_PARSER] = ModuleType(_PARSER)
    sys.modules[_PARSER].DocStringParser = _real_parser  # type: ignore[attr-defined]
