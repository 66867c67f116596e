"""The options that `up` reads from the environment, and the file that describes the running stack: `stack.json`."""

import json
import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from local.tools import ROOT, LocalError

REGION = "us-east-1"
STACK_NAME = "holdfast-local"


@dataclass(frozen=True, kw_only=True)
class Options:
    port: int
    stripe_port: int
    razorpay_port: int
    docs_port: int
    hold_seconds: int
    catalog: Path
    folder: Path

    @classmethod
    def from_environment(cls) -> "Options":
        """Reads PORT, STRIPE_PORT, RAZORPAY_PORT, DOCS_PORT, HOLD_SECONDS, CATALOG and HOLDFAST_LOCAL_DIR."""
        port = _integer("PORT", 4566, 1, 65532)
        catalog = Path(os.environ.get("CATALOG") or ROOT / "local" / "demo.json").expanduser().resolve()
        if not catalog.is_file():
            raise LocalError(f"CATALOG: no such file: {catalog}")
        return cls(
            port=port,
            stripe_port=_integer("STRIPE_PORT", port + 1, 1, 65535),
            razorpay_port=_integer("RAZORPAY_PORT", port + 2, 1, 65535),
            docs_port=_integer("DOCS_PORT", port + 3, 1, 65535),
            hold_seconds=_integer("HOLD_SECONDS", 600, 1, 3600),
            catalog=catalog,
            folder=local_folder(),
        )

    @property
    def endpoint_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def web_url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def docs_url(self) -> str:
        return f"http://127.0.0.1:{self.docs_port}/"

    @property
    def stripe_url(self) -> str:
        return f"http://127.0.0.1:{self.stripe_port}"

    @property
    def razorpay_url(self) -> str:
        return f"http://127.0.0.1:{self.razorpay_port}"


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A running stack, as `stack.json` describes it."""

    api_url: str
    endpoint_url: str
    table_name: str
    user_pool_id: str
    client_id: str
    stripe_url: str
    stripe_key: str
    razorpay_url: str
    razorpay_key_id: str
    razorpay_key_secret: str
    webhook_secret: str
    region: str
    expire_function: str
    docs_url: str
    web_url: str
    site_bucket: str

    def save(self, folder: Path) -> None:
        (folder / "stack.json").write_text(json.dumps(asdict(self), indent=2) + "\n")

    @classmethod
    def load(cls) -> "Stack":
        """The running stack; raises when there is none."""
        file = local_folder() / "stack.json"
        if not file.exists():
            raise LocalError(f"no stack runs here (there is no {file}): start one by `make run` in another window")
        known = {field.name for field in fields(cls)}
        stack = cls(**{key: value for key, value in json.loads(file.read_text()).items() if key in known})
        use_local_cloud(stack.endpoint_url)
        return stack


def local_folder() -> Path:
    """The folder of a run's state: `.local`, or HOLDFAST_LOCAL_DIR to keep two runs apart."""
    return Path(os.environ.get("HOLDFAST_LOCAL_DIR") or ROOT / ".local").expanduser().resolve()


def use_local_cloud(endpoint_url: str) -> None:
    """Points every AWS client and tool of this process at the local cloud, so that none can reach an AWS account that
    the developer is signed in to."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(
        AWS_ENDPOINT_URL=endpoint_url,
        AWS_ACCESS_KEY_ID="test",
        AWS_SECRET_ACCESS_KEY="test",  # noqa: S106  MiniStack takes any
        AWS_REGION=REGION,
        AWS_DEFAULT_REGION=REGION,
        AWS_CONFIG_FILE=os.devnull,
        AWS_SHARED_CREDENTIALS_FILE=os.devnull,
        AWS_EC2_METADATA_DISABLED="true",
        NO_PROXY="127.0.0.1,localhost",
        no_proxy="127.0.0.1,localhost",
    )


def _integer(variable: str, default: int, least: int, most: int) -> int:
    text = os.environ.get(variable) or str(default)
    try:
        value = int(text)
    except ValueError:
        raise LocalError(f"{variable}: {text!r} is not a whole number") from None
    if not least <= value <= most:
        raise LocalError(f"{variable}: {value} is not between {least} and {most}")
    return value
