"""A Chromium without a screen, and a tab in which somebody is signed in: for pictures and tests of the pages."""

import json
import shutil
from collections.abc import Mapping

from local.users import email_of

NAMES = ("chromium", "chromium-browser", "google-chrome")
# Chromium asks Google's hosts of its own accord, and a sandbox needs rights that a container lacks.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str | None:
    """The path of this machine's Chromium, or of Chrome."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def signed_in_script(details: Mapping[str, str], name: str, token: str) -> str:
    """To run in each new page: what a tab holds after the sign-in. `details` are those of `stack.json`."""
    authority = f"https://cognito-idp.{details['region']}.amazonaws.com/{details['user_pool_id']}"
    session = {"access_token": token, "profile": {"sub": name, "email": email_of(name)}}
    key = f"oidc.user:{authority}:{details['client_id']}"
    return f"sessionStorage.setItem({json.dumps(key)}, {json.dumps(json.dumps(session))})"
