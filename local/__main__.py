"""`python -m local …`: the commands of the local stack."""

import argparse
import json
import sys

import boto3

from local.processes import Processes
from local.stack import Stack, local_folder
from local.tools import LocalError
from local.up import clear, up
from local.users import access_token

SCHEDULED = {
    "version": "0",
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "resources": [],
    "detail": {},
}


def main() -> int:
    """Runs one command; a problem is one line on stderr and exit code 1."""
    parser = argparse.ArgumentParser(prog="python -m local", description="Holdfast on this machine")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("up", help="start everything and show the logs until Ctrl-C (PORT, HOLD_SECONDS, CATALOG)")
    commands.add_parser("down", help="end what a crashed run left behind")
    token = commands.add_parser("token", help="print an access token of a user, who is made if need be")
    token.add_argument("--user", required=True)
    token.add_argument("--group", action="append", default=[], choices=["admin", "owner"])
    tick = commands.add_parser("tick", help="release the due holds now, as the minute's rule does")
    tick.add_argument("--dry-run", action="store_true", help="only list what is due")
    chosen = parser.parse_args()
    try:
        _run(chosen)
    except LocalError as error:
        print(f"holdfast: {error}", file=sys.stderr)
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


def down() -> None:
    """Ends the programs that an earlier run recorded and did not end."""
    folder = local_folder()
    ended = Processes(folder).stop_left_over()
    clear(folder)
    print(f"ended {', '.join(ended)}" if ended else "nothing was running")


def tick_once(stack: Stack, *, dry_run: bool) -> object:
    """Invokes `expire` once and returns its summary; raises when the function failed."""
    event = {"dry_run": True} if dry_run else SCHEDULED
    answer = boto3.client("lambda").invoke(FunctionName=stack.expire_function, Payload=json.dumps(event).encode())
    summary: object = json.loads(answer["Payload"].read())
    if answer.get("FunctionError"):
        raise LocalError(f"expire failed: {summary}")
    return summary


if __name__ == "__main__":
    sys.exit(main())
