"""SnapStart for the functions that only answer requests: `make build SNAP_START=on`.

It changes the built template and is no parameter of it: SAM makes an alias, which SnapStart needs, always or never.
`AutoPublishAlias` takes no `Fn::If`, and no parameter that is empty.

Usage: python -m local.cloud.snap_start [built template]
"""

import copy
import json
import secrets
import sys
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

from local.tools import ROOT


def with_snap_start(built: dict[str, Any]) -> dict[str, Any]:
    """The template in which routes lead to an alias, and the alias to a version with a snapshot."""
    changed = copy.deepcopy(built)
    # SAM publishes a version when this changes; a new layer or setting alone would not reach the alias.
    build = secrets.token_hex(32)
    for resource in changed["Resources"].values():
        events = resource.get("Properties", {}).get("Events", {}).values()
        if events and all(event["Type"] == "HttpApi" for event in events):
            resource["Properties"] |= {
                "SnapStart": {"ApplyOn": "PublishedVersions"},
                "AutoPublishAlias": "live",
                "AutoPublishCodeSha256": build,
                "VersionDeletionPolicy": "Delete",  # each version that is kept is paid
            }
    return changed


if __name__ == "__main__":
    template = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / ".aws-sam" / "build" / "template.yaml"
    template.write_text(json.dumps(with_snap_start(yaml_parse(template.read_text())), indent=2))
