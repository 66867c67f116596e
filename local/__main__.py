"""`python -m local …`: the commands of the local stack."""

import argparse
import json
import sys
from pathlib import Path

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from holdfast.errors import Busy
from holdfast.payments.gateways.protocol import GatewayError
from local.built_pages import built_files
from local.cloud.processes import Processes
from local.gateway_records import audit
from local.schedules import set_stripes, settle_once, tick_once
from local.screenshots import take_screenshots
from local.site import publish, site_of
from local.site_on_aws import publish_to_aws
from local.stack import Stack, local_folder
from local.tools import LocalError
from local.up import clear, up
from local.users import access_token
from local.walkthrough import walk
from local.web_build import build_web, check_web, pages_of_these_sources


def main() -> int:
    """Runs one command. A problem is one line on stderr and exit code 1."""
    parser = argparse.ArgumentParser(prog="python -m local", description="Holdfast on this machine")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser(
        "up", help="start everything, and show the logs until Ctrl-C (options: PORT, HOLD_SECONDS, CATALOG)"
    )
    commands.add_parser("down", help="end the programs that a crashed run left behind")
    token = commands.add_parser("token", help="print an access token of a user; creates the user if there is none")
    token.add_argument("--user", required=True)
    token.add_argument("--group", action="append", default=[], choices=["admin", "owner"])
    tick = commands.add_parser("tick", help="release the due holds now, as the sweep does each minute")
    tick.add_argument("--dry-run", action="store_true", help="only list the due holds")
    commands.add_parser("settle", help="carry out now what is due at the gateways, as settle does each minute")
    stripes = commands.add_parser("stripes", help="split months of a room type that sells very fast, while it does")
    stripes.add_argument("room_type_id")
    stripes.add_argument("stripes", type=int)
    stripes.add_argument("months", nargs="+", metavar="2026-12")
    pages = commands.add_parser("web", help="build the pages; where a stack runs, show them there")
    alone = pages.add_mutually_exclusive_group()
    alone.add_argument("--check", action="store_true", help="only lint them and check their types")
    alone.add_argument("--build", action="store_true", help="only build them")
    to_aws = commands.add_parser("publish", help="publish the built pages to a stack on AWS")
    to_aws.add_argument("--stack-name", required=True)
    commands.add_parser("audit", help="check every promise over the whole table and the gateways' records")
    commands.add_parser("screenshots", help="take pictures of the main pages at three widths, into docs/web")
    commands.add_parser("walkthrough", help="play the hard cases of money: pay, crash, pay late, cancel")
    chosen = parser.parse_args()
    try:
        _run(chosen)
    except LocalError as error:
        print(f"holdfast: {error}", file=sys.stderr)
        return 1
    except (httpx.HTTPError, BotoCoreError, ClientError, GatewayError, Busy) as error:
        hint = "see the window of `make run`, or start again by `make down` and `make run`"
        print(f"holdfast: a call to the running stack failed: {error} ({hint})", file=sys.stderr)
        return 1
    return 0


def _run(chosen: argparse.Namespace) -> None:
    match chosen.command:
        case "up":
            up()
        case "down":
            down()
        case "token":
            print(access_token(Stack.load(), chosen.user, chosen.group))
        case "tick":
            print(json.dumps(tick_once(Stack.load(), dry_run=chosen.dry_run)))
        case "settle":
            Stack.load()
            print(json.dumps(settle_once()))
        case "stripes":
            Stack.load()
            print(json.dumps(set_stripes(chosen.room_type_id, chosen.months, chosen.stripes)))
        case "audit":
            report_audit(Stack.load())
        case "walkthrough":
            walk(Stack.load())
        case _:
            _run_for_the_pages(chosen)


def _run_for_the_pages(chosen: argparse.Namespace) -> None:
    match chosen.command:
        case "web":
            web(check=chosen.check, only_build=chosen.build)
        case "publish":
            print(f"published: {publish_to_aws(chosen.stack_name, pages_of_these_sources())}/")
        case "screenshots":
            for file in take_screenshots(Stack.load()):
                print(file)


def down() -> None:
    """Ends the programs that an earlier run started and did not end."""
    folder = local_folder()
    ended = Processes(folder).stop_left_over()
    clear(folder)
    print(f"ended: {', '.join(ended)}" if ended else "nothing runs here")


def web(*, check: bool, only_build: bool) -> None:
    """Builds the pages, and publishes them to the stack that runs here, if one does; or stops after the build, or only
    checks their sources."""
    folder = local_folder()
    if check:
        folder.mkdir(parents=True, exist_ok=True)
        check_web(folder / "web-check.log")
        return
    dist = built_pages()
    if only_build or not (folder / "stack.json").exists():
        print(f"built: {dist}")
        return
    stack = Stack.load()
    publish(built_files(dist), site_of(stack))
    print(f"published: {stack.web_url}/")


def built_pages() -> Path:
    folder = local_folder()
    folder.mkdir(parents=True, exist_ok=True)
    return build_web(folder / "web.log")


def report_audit(stack: Stack) -> None:
    """Prints each problem, or that there is none; raises when there is one."""
    audited = audit(stack)
    for broken in audited.found:
        print(broken)
        print("    " + "; ".join(" ".join(key) for key in broken.keys))
    if audited.found:
        raise LocalError(f"problems found: {len(audited.found)}, in {audited.checked}")
    print(f"checked {audited.checked}: no problem found")


if __name__ == "__main__":
    sys.exit(main())
