"""MiniStack, localstripe and our Razorpay: the cloud and the payment gateways of one machine."""

import os
import sys

import httpx

from local.cloud.processes import Processes, require_free
from local.stack import REGION, Options, Stack
from local.tools import LOCALSTRIPE, MINISTACK, ROOT, run_tool

STRIPE_KEY = "sk_test_holdfast_local"  # any key that starts like this will do for localstripe
RAZORPAY_KEY_ID, RAZORPAY_KEY_SECRET = "rzp_test_holdfast", "rzp_secret_local"
WEBHOOK_SECRET = "whsec_holdfast_local"  # noqa: S105  of a gateway that lives on one machine
START_SECONDS = 180  # on a busy machine


def check_ports(options: Options) -> None:
    require_free(options.port, "PORT")
    require_free(options.stripe_port, "STRIPE_PORT")
    require_free(options.razorpay_port, "RAZORPAY_PORT")
    require_free(options.docs_port, "DOCS_PORT")


def start(options: Options, processes: Processes) -> None:
    """Starts MiniStack and localstripe, on 127.0.0.1 only; `await_ready` returns once they answer."""
    scratch = options.folder / "tmp"
    scratch.mkdir(exist_ok=True)
    ministack = {
        name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "LAMBDA_", "PYTHON"))
    }
    ministack |= {
        "GATEWAY_PORT": str(options.port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "AUTH": "true",  # each function has the rights of its role in template.yaml, and no others
        "MINISTACK_COGNITO_PRETOKEN_STRICT": "1",  # no token when the function at sign-in fails, as at AWS
        "SFTP_ENABLED": "0",  # it would listen on every address
        "IOT_MTLS_ENABLED": "0",  # it would, too
        "TMPDIR": str(scratch),  # where the Lambda workers unpack their code
        "LAMBDA_WARM_TTL_SECONDS": "1800",
        "LAMBDA_ACCOUNT_CONCURRENCY": "200",
    }
    processes.start("ministack", run_tool(MINISTACK, "python", _script("cloud/ministack_server.py")), ministack)
    stripe = run_tool(LOCALSTRIPE, "python", "-m", "local.gateways.stripe_server", str(options.stripe_port))
    processes.start("localstripe", stripe, os.environ)


def start_webhooks(stack: Stack, options: Options, processes: Processes) -> None:
    """Has the gateways send their signed events to the API. Razorpay starts here: it is given the API's address."""
    register = f"{stack.stripe_url}/_config/webhooks/holdfast"
    stripe_hook = {"url": f"{stack.api_url}/webhooks/stripe", "secret": WEBHOOK_SECRET}
    httpx.post(register, json=stripe_hook, timeout=10, trust_env=False).raise_for_status()
    keys = ["--key-id", RAZORPAY_KEY_ID, "--key-secret", RAZORPAY_KEY_SECRET]
    razorpay_hook = ["--webhook-url", f"{stack.api_url}/webhooks/razorpay", "--webhook-secret", WEBHOOK_SECRET]
    server = [sys.executable, "-m", "local.gateways.razorpay", "--port", str(options.razorpay_port)]
    processes.start("razorpay", [*server, *keys, *razorpay_hook], os.environ)
    processes.await_port("razorpay", options.razorpay_port, START_SECONDS)


def await_ready(options: Options, processes: Processes) -> None:
    processes.await_port("ministack", options.port, START_SECONDS)
    processes.await_port("localstripe", options.stripe_port, START_SECONDS)


def _script(path: str) -> str:
    """A script of ours that runs in an emulator's own environment."""
    return str(ROOT / "local" / path)
