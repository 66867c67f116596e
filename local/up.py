"""`make run`: from a clone to a running, filled system, and its logs until it is told to stop."""

import contextlib
import json
import shutil
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import FrameType

import boto3
import httpx
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from apidocs.pages import pages
from local import tour
from local.catalog import read_catalog
from local.cloud import deploy, emulators
from local.cloud.processes import Processes
from local.cloud.routes import add_routes
from local.logs import LogTail
from local.seed import load
from local.stack import REGION, Options, Stack, use_local_cloud
from local.tools import LocalError, python, uv

POLL_SECONDS = 0.5
TOKENS_LAST_SECONDS = 45 * 60  # a little less than the hour an access token is good for


class Stopped(BaseException):
    """Somebody asked us to stop: Ctrl-C or SIGTERM."""


def up() -> None:
    """Runs until Ctrl-C or SIGTERM; raises LocalError when something is in the way. Either way nothing is left over."""
    console = Console(highlight=False, soft_wrap=True)
    options = Options.from_environment()
    uv()
    python()
    catalog = read_catalog(options.catalog)
    options.folder.mkdir(parents=True, exist_ok=True)
    processes = Processes(options.folder)
    if left := processes.left_over():
        raise LocalError(f"a stack already runs here ({', '.join(left)}): end it by `make down`, or its own Ctrl-C")
    emulators.check_ports(options)
    use_local_cloud(options.endpoint_url)
    clear(options.folder)
    with _signals():
        try:
            with _step(console, "starting MiniStack and localstripe, building the functions"):
                emulators.start(options, processes)
                deploy.build(options)
                emulators.await_ready(options, processes)
            with _step(console, "deploying template.yaml"):
                deploy.deploy(options)
                outputs = deploy.outputs()
                add_routes(outputs)
            stack = Stack(
                api_url=f"{options.endpoint_url}/_aws/execute-api/{outputs['ApiId']}",
                endpoint_url=options.endpoint_url,
                table_name=outputs["TableName"],
                user_pool_id=outputs["UserPoolId"],
                client_id=outputs["UserPoolClientId"],
                stripe_url=options.stripe_url,
                stripe_key=emulators.STRIPE_KEY,
                razorpay_url=options.razorpay_url,
                razorpay_key_id=emulators.RAZORPAY_KEY_ID,
                razorpay_key_secret=emulators.RAZORPAY_KEY_SECRET,
                webhook_secret=emulators.WEBHOOK_SECRET,
                region=REGION,
                expire_function=outputs["ExpireFunctionName"],
                docs_url=options.docs_url,
            )
            _put_secrets(outputs)
            emulators.start_webhooks(stack, options, processes)
            with _step(console, f"loading {options.catalog.name}"):
                load(catalog, stack)
            with _step(console, "signing the users in, warming the functions up"):
                tokens = tour.sign_in(stack, catalog, options.folder)
                tour.warm_up(stack, tokens)
                shown = tour.text(stack, catalog, tokens, options)
            logs = LogTail(int(time.time() * 1000) + 500)  # what we asked ourselves is logged by then
            console.print(shown, markup=False)
            stack.save(options.folder)
            with pages(options.docs_port, stack.api_url):
                _follow(console, logs, processes, lambda: tour.sign_in(stack, catalog, options.folder))
        except Stopped:
            console.print("stopping …", style="dim")
        except (ClientError, BotoCoreError, httpx.HTTPError) as error:
            processes.check()
            raise LocalError(f"the local cloud refused: {error}") from error
        finally:
            processes.stop()
            clear(options.folder)


def clear(folder: Path) -> None:
    """Takes away what is true only while a stack runs: its address, its tokens, its workers' code."""
    for file in (folder / "stack.json", *folder.glob("*.header")):
        file.unlink(missing_ok=True)
    shutil.rmtree(folder / "tmp", ignore_errors=True)


@contextlib.contextmanager
def _signals() -> Iterator[None]:
    """Ctrl-C, SIGTERM and a closed terminal raise Stopped once; while we clean up, more of them change nothing."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop(_number: int, _frame: FrameType | None) -> None:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)
        raise Stopped

    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _step(console: Console, what: str) -> Iterator[None]:
    """Says what goes on, and how long it took."""
    started = time.monotonic()
    console.print(f"{what} …", end=" ", style="dim")
    try:
        yield
    except BaseException:
        console.print("failed", style="red")
        raise
    console.print(f"{time.monotonic() - started:.1f} s", style="dim")


def _put_secrets(outputs: Mapping[str, str]) -> None:
    """What the operator of a real stack puts by hand."""
    secrets = boto3.client("secretsmanager")
    webhook = {"webhook_secrets": [emulators.WEBHOOK_SECRET]}
    stripe = {"api_key": emulators.STRIPE_KEY, **webhook}
    razorpay = {"key_id": emulators.RAZORPAY_KEY_ID, "key_secret": emulators.RAZORPAY_KEY_SECRET, **webhook}
    secrets.put_secret_value(SecretId=outputs["StripeSecretArn"], SecretString=json.dumps(stripe))
    secrets.put_secret_value(SecretId=outputs["RazorpaySecretArn"], SecretString=json.dumps(razorpay))


def _follow(console: Console, logs: LogTail, processes: Processes, renew_tokens: Callable[[], object]) -> None:
    """Prints the functions' log lines as they come; raises when a program of the stack dies."""
    renewed = time.monotonic()
    while True:
        processes.check()
        for line in logs.lines():
            console.print(line)
        if time.monotonic() - renewed > TOKENS_LAST_SECONDS:
            renewed = time.monotonic()
            renew_tokens()
        time.sleep(POLL_SECONDS)
