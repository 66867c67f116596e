"""Gives a build a name of its own, so that each deploy of it publishes a new version of every function.

SAM makes a version when code, a layer or the template change, but not for another value of a parameter: the alias, and
with it all requests, would keep the old one.

Usage: python -m local.cloud.release [built template]
"""

import copy
import json
import secrets
import sys
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

from local.tools import ROOT


def released(built: dict[str, Any], name: str) -> dict[str, Any]:
    """The template of which each function's version carries that name, 64 hexadecimal digits."""
    changed = copy.deepcopy(built)
    for resource in changed["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["AutoPublishCodeSha256"] = name
    return changed


if __name__ == "__main__":
    template = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / ".aws-sam" / "build" / "template.yaml"
    template.write_text(json.dumps(released(yaml_parse(template.read_text()), secrets.token_hex(32)), indent=2))
