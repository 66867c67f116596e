"""Puts the built pages into a stack's bucket, with what they have to know of it."""

import json
import mimetypes
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from xml.sax.saxutils import escape

import boto3
import httpx

from local.cloud.emulators import RAZORPAY_KEY_ID
from local.stack import Stack
from local.tools import ROOT

PREFIX = "web/"
FOREVER = "public, max-age=31536000, immutable"  # of files that have a digest of themselves in their names
FRESH = "no-cache"
STAND_INS = ROOT / "local" / "web"  # in place of the gateways' own scripts, on this machine alone
CARD_KEY = "pk_test_holdfast_local"
ANSWER_SECONDS = 60
TYPES = {".js": "text/javascript", ".woff2": "font/woff2", ".svg": "image/svg+xml", ".xml": "application/xml"}
NOT_FOR_SEARCH_ENGINES = ("/bookings", "/wallet", "/hold", "/signed-in", "/owner", "/admin")


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where pages are published. Addresses have no slash at their end; `gateways` is as web/src/config.ts reads it."""

    bucket: str
    url: str
    api_url: str
    region: str
    user_pool_id: str
    client_id: str
    sign_in_url: str
    gateways: Mapping[str, Mapping[str, str]]
    stand_ins: bool = False


@dataclass(frozen=True)
class Hotel:
    property_id: str
    city: str


def site_of(stack: Stack) -> Site:
    """The pages of the stack on this machine, which pay at the local gateways."""
    return Site(
        bucket=stack.site_bucket,
        url=stack.web_url,
        api_url=stack.api_url,
        region=stack.region,
        user_pool_id=stack.user_pool_id,
        client_id=stack.client_id,
        sign_in_url=stack.endpoint_url,
        gateways={
            "stripe": {"script": f"/_local/stripe.js?api={stack.stripe_url}", "key": CARD_KEY},
            "razorpay": {"script": f"/_local/razorpay.js?api={stack.razorpay_url}", "key": RAZORPAY_KEY_ID},
        },
        stand_ins=True,
    )


def publish(pages: Mapping[str, bytes], site: Site) -> None:
    """Uploads the built pages, what they need to know of this stage, and what search engines ask for."""
    hotels = live_hotels(site.api_url)
    bucket = boto3.client("s3")
    files = [
        *_in_order(pages, stand_ins=site.stand_ins),
        ("config.json", json.dumps(configuration(site, hotels)).encode()),
        ("sitemap.xml", sitemap(site.url, hotels).encode()),
        ("robots.txt", robots(site.url).encode()),
    ]
    for name, body in files:
        bucket.put_object(
            Bucket=site.bucket,
            Key=PREFIX + name,
            Body=body,
            ContentType=_type(name),
            CacheControl=FOREVER if name.startswith("assets/") else FRESH,
        )


def live_hotels(api_url: str) -> list[Hotel]:
    """Every hotel on sale, as anyone may read it, a page after the other."""
    hotels: list[Hotel] = []
    cursor: str | None = ""
    with httpx.Client(timeout=ANSWER_SECONDS) as http:
        while cursor is not None:
            answer = http.get(f"{api_url}/properties", params={"cursor": cursor} if cursor else {})
            answer.raise_for_status()
            page = answer.json()
            hotels += [Hotel(one["property_id"], one["city"]) for one in page["properties"]]
            cursor = page.get("next_cursor")
    return hotels


def configuration(site: Site, hotels: Sequence[Hotel]) -> Mapping[str, Any]:
    """What the pages read as `config.json`: web/src/config.ts has its meaning."""
    return {
        "api": site.api_url,
        "signIn": {
            "authority": f"https://cognito-idp.{site.region}.amazonaws.com/{site.user_pool_id}",
            "clientId": site.client_id,
            "domain": site.sign_in_url,
        },
        "gateways": site.gateways,
        "destinations": _cities(hotels),
    }


def sitemap(url: str, hotels: Sequence[Hotel]) -> str:
    """The pages that anyone may find, by https://www.sitemaps.org/protocol.html ."""
    paths = ["/", *(f"/search?{urlencode({'city': city})}" for city in _cities(hotels))]
    paths += [f"/hotels/{hotel.property_id}" for hotel in hotels]
    lines = "\n".join(f"  <url><loc>{escape(url + path)}</loc></url>" for path in paths)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{lines}\n</urlset>\n'
    )


def robots(url: str) -> str:
    closed = "\n".join(f"Disallow: {path}" for path in NOT_FOR_SEARCH_ENGINES)
    return f"User-agent: *\n{closed}\n\nSitemap: {url}/sitemap.xml\n"


def _cities(hotels: Sequence[Hotel]) -> list[str]:
    return list(dict.fromkeys(hotel.city for hotel in hotels))


def _in_order(pages: Mapping[str, bytes], *, stand_ins: bool) -> Iterator[tuple[str, bytes]]:
    """Each file by its name in the bucket; pages last, so that none is there before what it asks for."""
    if stand_ins:
        yield from ((f"_local/{file.name}", file.read_bytes()) for file in STAND_INS.iterdir())
    yield from sorted(pages.items(), key=lambda page: page[0].endswith(".html"))


def _type(name: str) -> str:
    known = TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"{known}; charset=utf-8" if known.startswith("text/") else known
