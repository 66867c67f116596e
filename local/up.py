"""`make run`: starts the whole system, fills it, and shows its logs until Ctrl-C."""

import contextlib
import json
import math
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import FrameType

import boto3
import httpx
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from apidocs.pages import pages
from holdfast.errors import BookingError
from local import tour
from local.built_pages import built_files
from local.catalog import Catalog, read_catalog
from local.cloud import deploy, emulators
from local.cloud.processes import Processes
from local.cloud.routes import add_routes
from local.gallery import hang_pictures
from local.logs import LogTail
from local.progress import step
from local.schedules import audit_soon
from local.seed import load
from local.site import publish, site_of
from local.stack import REGION, Options, Stack, use_local_cloud
from local.tools import LOCALSTRIPE, MINISTACK, SAM, LocalError, python, uv
from local.web_build import build_web

POLL_SECONDS = 0.5
AUDIT_SECONDS = 5 * 60  # on AWS it is an hour; whoever looks at the figures here does not wait for that
TOKENS_LAST_SECONDS = 45 * 60  # a little less than the hour an access token is good for


class Stopped(BaseException):
    """Ctrl-C, SIGTERM or a closed terminal stops this process."""


def up() -> None:
    """Runs until Ctrl-C or SIGTERM, and leaves nothing behind. Raises LocalError when something is in the way."""
    console = Console(highlight=False, soft_wrap=True)
    options = Options.from_environment()
    uv()
    python()
    catalog = read_catalog(options.catalog)
    options.folder.mkdir(parents=True, exist_ok=True)
    processes = Processes(options.folder)
    if left := processes.left_over():
        raise LocalError(f"a stack runs here already ({', '.join(left)}): stop it by its own Ctrl-C, or by `make down`")
    emulators.check_ports(options)
    use_local_cloud(options.endpoint_url)
    clear(options.folder)
    with _signals():
        try:
            stack = _start(console, catalog, options, processes)
            with step(console, "signing the users in, warming the functions up"):
                tokens = tour.sign_in(stack, catalog, options.folder)
                tour.warm_up(stack, tokens)
                shown = tour.text(stack, catalog, tokens, options)
            logs = LogTail(int(time.time() * 1000) + 500)  # the lines of our own requests are logged by then
            console.print(shown, markup=False)
            stack.save(options.folder)
            _hang_pictures(console, catalog, stack)
            with pages(options.docs_port, stack.api_url):
                _follow(console, logs, processes, lambda: tour.sign_in(stack, catalog, options.folder))
        except Stopped:
            console.print("stopping the programs, deleting their temporary files …", style="dim")
        except (ClientError, BotoCoreError, httpx.HTTPError) as error:
            processes.check()
            log = options.folder / "ministack.log"
            raise LocalError(f"the local cloud refused a call: {error} (its log: {log})") from error
        finally:
            processes.stop()
            clear(options.folder)


def _start(console: Console, catalog: Catalog, options: Options, processes: Processes) -> Stack:
    """From nothing to a deployed and loaded system, a step at a time."""
    with step(console, "getting the tools, which the first run downloads") as doing:
        for requirement in (SAM, MINISTACK, LOCALSTRIPE):
            doing(requirement)
            deploy.install(requirement, options)
    with step(console, "building the functions, starting MiniStack and localstripe") as doing:
        emulators.start(options, processes)
        doing("sam build")
        deploy.build(options)
        doing("waiting for MiniStack and localstripe")
        emulators.await_ready(options, processes)
    with step(console, "deploying template.yaml") as doing:
        doing("sam deploy")
        deploy.deploy(options)
        outputs = deploy.outputs()
        doing("adding the routes")
        add_routes(outputs)
        stack = _stack(options, outputs)
        doing("connecting the gateways")
        _put_secrets(outputs)
        emulators.start_webhooks(stack, options, processes)
    with step(console, f"loading {options.catalog.name}"):
        load(catalog, stack)
    with step(console, "building the pages, publishing them") as doing:
        dist = build_web(options.folder / "web.log")
        doing(stack.web_url)
        publish(built_files(dist), site_of(stack))
    return stack


def _hang_pictures(console: Console, catalog: Catalog, stack: Stack) -> None:
    """Draws and uploads the hotels' pictures beside all else: rooms can be booked before they hang."""
    wanted = sum(len(entry.pictures) for entry in catalog.properties)

    def work() -> None:
        started = time.monotonic()
        try:
            hang_pictures(catalog, stack)
        except (BookingError, ClientError, BotoCoreError, httpx.HTTPError) as error:
            console.print(f"the hotels' pictures are not all there: {error}", style="yellow")
        else:
            took = time.monotonic() - started
            console.print(f"{wanted} pictures of hotels are uploaded and approved ({took:.0f} s)", style="dim")

    if wanted:
        threading.Thread(target=work, daemon=True).start()


def _stack(options: Options, outputs: Mapping[str, str]) -> Stack:
    return Stack(
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
        site_bucket=outputs["SiteBucketName"],
        web_url=options.web_url,
    )


def clear(folder: Path) -> None:
    """Deletes what is true only while a stack runs: its address, its tokens, its workers' code."""
    for file in (folder / "stack.json", *folder.glob("*.header")):
        file.unlink(missing_ok=True)
    shutil.rmtree(folder / "tmp", ignore_errors=True)


@contextlib.contextmanager
def _signals() -> Iterator[None]:
    """Ctrl-C, SIGTERM and a closed terminal raise Stopped once. Further signals are ignored during the clean-up."""
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


def _put_secrets(outputs: Mapping[str, str]) -> None:
    """Writes the gateways' keys, as the operator of a real stack does by hand."""
    secrets = boto3.client("secretsmanager")
    webhook = {"webhook_secrets": [emulators.WEBHOOK_SECRET]}
    stripe = {"api_key": emulators.STRIPE_KEY, **webhook}
    razorpay = {"key_id": emulators.RAZORPAY_KEY_ID, "key_secret": emulators.RAZORPAY_KEY_SECRET, **webhook}
    secrets.put_secret_value(SecretId=outputs["StripeSecretArn"], SecretString=json.dumps(stripe))
    secrets.put_secret_value(SecretId=outputs["RazorpaySecretArn"], SecretString=json.dumps(razorpay))


def _follow(console: Console, logs: LogTail, processes: Processes, renew_tokens: Callable[[], object]) -> None:
    """Prints the functions' log lines as they arrive; raises when a program of the stack dies."""
    renewed, audited = time.monotonic(), -math.inf
    while True:
        processes.check()
        with contextlib.suppress(ClientError):  # a look at a bad moment: the next one shows these lines too
            for line in logs.lines():
                console.print(line)
        if time.monotonic() - audited > AUDIT_SECONDS:
            audited = time.monotonic()
            audit_soon()
        if time.monotonic() - renewed > TOKENS_LAST_SECONDS:
            renewed = time.monotonic()
            renew_tokens()
        time.sleep(POLL_SECONDS)
