"""What `sam build` wrote is all that a Lambda gets: each function must import from that alone."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / ".aws-sam" / "build"
LAYER = BUILT / "SharedLayer" / "python"
PICTURES_LAYER = BUILT / "PicturesLayer" / "python"
FUNCTIONS = sorted(folder.name for folder in (ROOT / "functions").iterdir() if (folder / "app.py").exists())

# What template.yaml and the Lambda service put into the environment
ENVIRONMENT = {
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "STAGE": "dev",
    "TABLE_NAME": "holdfast",
    "HOLD_SECONDS": "600",
    "DUE_SHARDS": "8",
    "COGNITO_CLIENT_ID": "client",
    "STRIPE_SECRET_NAME": "stripe",
    "STRIPE_API_BASE": "",
    "RAZORPAY_SECRET_NAME": "razorpay",
    "RAZORPAY_API_BASE": "",
    "POWERTOOLS_METRICS_NAMESPACE": "Holdfast",
    "POWERTOOLS_SERVICE_NAME": "smoke",
}
IMPORT = """
import json, sys
import app, holdfast
print(json.dumps({"app": app.__file__, "holdfast": holdfast.__file__, "handler": callable(app.lambda_handler)}))
"""

pytestmark = pytest.mark.smoke


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms, which are not looked at here."""


_Loader.add_multi_constructor("!", lambda _loader, _suffix, _node: None)


def built_folders() -> dict[str, Path]:
    """The folder that `sam build` made for each function folder, by the built template."""
    template = yaml.load((ROOT / "template.yaml").read_text(), _Loader)  # noqa: S506  a safe loader
    return {
        Path(resource["Properties"]["CodeUri"]).name: BUILT / name
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }


def test_template_deploys_every_function_folder() -> None:
    assert sorted(built_folders()) == FUNCTIONS


@pytest.mark.parametrize("function", FUNCTIONS)
def test_function_imports_from_what_was_built_alone(function: str) -> None:
    folder = built_folders()[function]
    ran = subprocess.run(
        # -S: no site-packages; nothing of this environment can stand in for what the layer lacks
        [sys.executable, "-S", "-B", "-W", "ignore", "-c", IMPORT],
        cwd=folder,
        env={**ENVIRONMENT, "PYTHONPATH": os.pathsep.join(map(str, (folder, LAYER))), "HOME": os.environ["HOME"]},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr
    report = json.loads(ran.stdout.splitlines()[-1])
    assert Path(report["app"]) == folder / "app.py"
    assert Path(report["holdfast"]).is_relative_to(LAYER)
    assert report["handler"]


def test_the_layer_has_what_guest_details_are_checked_by() -> None:
    """Imported at the first use only, so that no start shows whether they are there."""
    ran = subprocess.run(
        [sys.executable, "-S", "-B", "-W", "ignore", "-c", "import email_validator, phonenumbers"],
        env={"PYTHONPATH": str(LAYER), "HOME": os.environ["HOME"]},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr


def test_the_pictures_layer_writes_what_guests_are_shown() -> None:
    """Loaded with the first picture only; AVIF depends on how Pillow was built."""
    draw = "import holdfast.imaging.sizes as s; from PIL import features, Image; assert features.check('avif')"
    ran = subprocess.run(
        [sys.executable, "-S", "-B", "-W", "ignore", "-c", draw],
        env={"PYTHONPATH": os.pathsep.join(map(str, (LAYER, PICTURES_LAYER))), "HOME": os.environ["HOME"]},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr


def test_the_layer_ships_bytecode_that_is_taken_whatever_the_date_of_its_source() -> None:
    unchecked = importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little")
    sources = [*LAYER.rglob("*.py"), *PICTURES_LAYER.rglob("*.py")]
    headers = {path: Path(importlib.util.cache_from_source(path)).read_bytes()[:8] for path in sources}

    assert headers
    assert {path for path, header in headers.items() if header != unchecked} == set()


def test_a_function_folder_ships_its_one_file() -> None:
    shipped = {name: sorted(path.name for path in folder.iterdir()) for name, folder in built_folders().items()}
    assert shipped == {name: ["app.py"] for name in FUNCTIONS}
