"""What is published beside the pages: for this machine, for AWS, and for search engines."""

from xml.etree import ElementTree as ET

import pytest

from local.site import Hotel, configuration, robots, sitemap
from local.site_on_aws import exact_origins, gateways_of, site_on_aws
from local.tools import LocalError
from tests.kit.template import template

OUTPUTS = {
    "ApiUrl": "https://abc.execute-api.eu-west-1.amazonaws.com",
    "SignInUrl": "https://pool.auth.eu-west-1.amazoncognito.com",
    "SiteUrl": "https://d1.cloudfront.net",
    "SiteBucketName": "hotels-site-000000000000-eu-west-1",
    "UserPoolId": "eu-west-1_pool",
    "UserPoolClientId": "client",
}
HOTELS = [Hotel("goa-beach", "Goa"), Hotel("goa-palms", "Goa"), Hotel("st-malo", "Saint-Malo & Dinard")]


def test_the_sitemap_has_every_hotel_and_every_city_once() -> None:
    root = ET.fromstring(sitemap("https://d1.cloudfront.net", HOTELS))  # noqa: S314 - written a line above

    assert [one.text for one in root.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")] == [
        "https://d1.cloudfront.net/",
        "https://d1.cloudfront.net/search?city=Goa",
        "https://d1.cloudfront.net/search?city=Saint-Malo+%26+Dinard",
        "https://d1.cloudfront.net/hotels/goa-beach",
        "https://d1.cloudfront.net/hotels/goa-palms",
        "https://d1.cloudfront.net/hotels/st-malo",
    ]


def test_search_engines_find_the_sitemap_and_leave_bookings_alone() -> None:
    said = robots("https://d1.cloudfront.net").splitlines()

    assert "Sitemap: https://d1.cloudfront.net/sitemap.xml" in said
    assert "Disallow: /bookings" in said


def test_pages_on_aws_are_told_of_their_stack() -> None:
    gateways = gateways_of({"STRIPE_KEY": "pk_live_1"})
    told = configuration(site_on_aws(OUTPUTS, "eu-west-1", gateways), HOTELS)

    assert told == {
        "api": OUTPUTS["ApiUrl"],
        "signIn": {
            "authority": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_pool",
            "clientId": "client",
            "domain": OUTPUTS["SignInUrl"],
        },
        "gateways": {"stripe": {"script": "https://js.stripe.com/v3/", "key": "pk_live_1"}},
        "destinations": ["Goa", "Saint-Malo & Dinard"],
    }


@pytest.mark.parametrize("given", [{}, {"STRIPE_KEY": ""}, {"STRIPE_KEY": "sk_live_1"}, {"RAZORPAY_KEY": "secret"}])
def test_a_key_that_is_missing_or_secret_is_never_published(given: dict[str, str]) -> None:
    with pytest.raises(LocalError):
        gateways_of(given)


def test_a_new_stack_is_told_its_own_addresses_once() -> None:
    before = {
        name: template()["Parameters"][name]["Default"]
        for name in ("WebSources", "CorsOrigins", "CallbackUrls", "LogoutUrls", "Stage")
    }
    changes = exact_origins(OUTPUTS, before)

    assert changes == {
        "WebSources": f"{OUTPUTS['ApiUrl']},{OUTPUTS['SignInUrl']}",
        "CorsOrigins": OUTPUTS["SiteUrl"],
        "CallbackUrls": f"{OUTPUTS['SiteUrl']}/signed-in",
        "LogoutUrls": f"{OUTPUTS['SiteUrl']}/",
    }
    assert exact_origins(OUTPUTS, before | changes) == {}


def test_addresses_that_an_operator_has_named_stay() -> None:
    before = {
        "WebSources": "https://a.example",
        "CorsOrigins": "https://b.example",
        "CallbackUrls": "https://b.example/signed-in,http://localhost:3000/signed-in",
        "LogoutUrls": "https://b.example/",
    }

    assert exact_origins(OUTPUTS, before) == {
        "WebSources": f"https://a.example,{OUTPUTS['ApiUrl']},{OUTPUTS['SignInUrl']}",
        "CorsOrigins": f"https://b.example,{OUTPUTS['SiteUrl']}",
        "CallbackUrls": f"https://b.example/signed-in,{OUTPUTS['SiteUrl']}/signed-in",
        "LogoutUrls": f"https://b.example/,{OUTPUTS['SiteUrl']}/",
    }
