"""A tag deploys: by a workflow that trusts as little as it can, and parameters that SAM CLI takes."""

import os
import re
import shlex
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.tools import uv
from tests.kit.template import ROOT, template

# How SAM CLI reads one `--parameter-overrides`: no value may be empty, and what follows a space is lost.
OVERRIDE = re.compile(r"([A-Za-z0-9]+)=(\S+)")
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
GIVEN = {"STACK_NAME": "holdfast-prod", "STAGE": "prod"}


def dry_run(**variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        ["make", "-n", "deploy"],  # noqa: S607 - whichever make there is
        cwd=ROOT,
        env=kept | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def overrides(**variables: str) -> dict[str, str]:
    """The parameters that the deploy would give."""
    ran = dry_run(**GIVEN | variables)
    assert ran.returncode == 0, ran.stderr
    _, _, last = ran.stdout.partition("--parameter-overrides")
    words = shlex.split(last)
    assert words
    assert [word for word in words if not OVERRIDE.fullmatch(word)] == []
    return dict(word.split("=", 1) for word in words)


@pytest.mark.parametrize("empty", [{}, {"CORS_ORIGINS": "", "ALARM_EMAIL": ""}])
def test_a_variable_that_is_empty_is_not_given(empty: dict[str, str]) -> None:
    assert overrides(**empty) == {"Stage": "prod"}


def test_origins_with_spaces_between_are_all_given() -> None:
    found = overrides(CORS_ORIGINS="https://a.example, https://b.example ", ALARM_EMAIL="ops@a.example")

    assert found == {
        "Stage": "prod",
        "CorsOrigins": "https://a.example,https://b.example",
        "AlarmEmail": "ops@a.example",
    }
    assert set(found) <= set(template()["Parameters"])


def test_other_parameters_are_given_as_they_are() -> None:
    found = overrides(PARAMETERS="GradualDeployment=true BackupDays=90")

    assert found == {"Stage": "prod", "GradualDeployment": "true", "BackupDays": "90"}
    assert set(found) <= set(template()["Parameters"])


@pytest.mark.parametrize("name", sorted(GIVEN))
def test_a_stack_without_a_name_or_a_stage_is_not_deployed(name: str) -> None:
    ran = dry_run(**{key: value for key, value in GIVEN.items() if key != name})

    assert ran.returncode != 0
    assert f"{name} is not set" in ran.stderr


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_runs_only_the_code_of_others_that_it_names_by_commit(path: Path) -> None:
    """A tag can be moved to other code. The comment has the version, for people and for Dependabot."""
    used = re.findall(r"uses: (.*)", path.read_text())

    assert used
    assert [line for line in used if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+", line)] == []


def test_only_the_job_that_deploys_may_ask_for_the_role_and_only_after_all_tests() -> None:
    found = {path.stem: yaml.safe_load(path.read_text()) for path in WORKFLOWS}
    may_ask = {
        (workflow, name)
        for workflow, content in found.items()
        for name, job in content["jobs"].items()
        if "id-token" in content["permissions"] or "id-token" in job.get("permissions", {})
    }
    jobs = found["deploy"]["jobs"]
    checked = [step.get("run") for step in jobs["check"]["steps"]]

    assert may_ask == {("deploy", "deploy")}
    assert (jobs["deploy"]["needs"], jobs["build"]["needs"]) == ("build", "check")
    assert ".ci/run" in checked
    assert checked == [step.get("run") for step in found["ci"]["jobs"]["all"]["steps"]]


def test_what_is_deployed_was_built_by_a_job_that_can_ask_for_nothing() -> None:
    """The packages that a build runs could use the role; so the job that has it runs none of them."""
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "deploy.yml").read_text())["jobs"]
    steps = [str(step.get("uses", "")).partition("@")[0] or step["run"] for step in jobs["deploy"]["steps"]]
    role = steps.index("aws-actions/configure-aws-credentials")
    [packed] = [step["run"] for step in jobs["build"]["steps"] if step.get("id") == "digests"]
    [compared] = [step for step in steps if "sha256sum --check" in step]

    assert jobs["build"]["outputs"]["digest"] == "${{ steps.digests.outputs.digest }}"
    assert "environment" not in jobs["build"]
    assert "make setup build sbom web-build" in [step.get("run") for step in jobs["build"]["steps"]]
    assert compared.index("sha256sum --check") < compared.index("tar -xf")
    assert "tar --sort=name -cf build.tar .aws-sam/build .aws-sam/sbom.json web/dist" in packed
    assert steps.index("make setup sam") < role, "what they run is installed before there is a role"
    assert steps[role + 1 :] == ["make deploy", "make publish"]


def test_the_layers_are_made_of_what_the_tests_ran_and_of_no_other_file() -> None:
    """Each package of uv.lock that a Lambda gets, with those that it needs, by version and hash."""
    for layer, chosen in (("shared", ["--no-default-groups"]), ("pictures", ["--only-group", "pictures"])):
        exported = subprocess.run(  # noqa: S603 - our own uv
            [uv(), "export", "--quiet", "--locked", "--no-header", "--no-annotate", "--no-emit-project", *chosen],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

        assert (ROOT / "layers" / layer / "requirements.txt").read_text() == exported, "run make layers"
        packages = re.split(r"\n(?=\S)", exported.strip())
        assert all(re.match(r"[\w-]+==", package) and "--hash=sha256:" in package for package in packages)


def configured(environment: str) -> dict[str, Any]:
    """What `sam deploy` takes from the file in that environment."""
    found = tomllib.loads((ROOT / "samconfig.toml").read_text())[environment]
    settings: dict[str, Any] = found["global"]["parameters"] | found["deploy"]["parameters"]
    return settings


def test_a_plain_deploy_is_of_no_production_stack_and_changes_no_stage() -> None:
    """SAM CLI keeps the value of a parameter that is not given. A stage here would be given each time."""
    plain = configured("default")

    assert plain["stack_name"] != configured("prod")["stack_name"]
    assert "Stage" not in plain.get("parameter_overrides", "")
    assert plain["confirm_changeset"] is True


def test_production_is_an_environment_of_its_own() -> None:
    production = configured("prod")

    assert production["parameter_overrides"].split() == ["Stage=prod"]
    assert production["confirm_changeset"] is True
