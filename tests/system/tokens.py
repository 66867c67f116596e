"""Tokens that nobody should take: made from a real one, each wrong in one way."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

Claims = dict[str, Any]


def parts(token: str) -> tuple[Claims, Claims]:
    """Header and claims of a token, its signature not looked at."""
    header, claims, _ = token.split(".")
    return _read(header), _read(claims)


def unsigned(token: str, **changes: Any) -> str:
    """`alg: none`, and nothing for a signature."""
    _, claims = parts(token)
    return f"{_text({'alg': 'none', 'typ': 'JWT'})}.{_text(claims | changes)}."


def signed_with_the_public_key(token: str, public_key: Claims, **changes: Any) -> str:
    """`alg: HS256`, keyed by what everybody may read: the pool's public key."""
    header, claims = parts(token)
    text = f"{_text(header | {'alg': 'HS256'})}.{_text(claims | changes)}"
    signature = hmac.new(json.dumps(public_key).encode(), text.encode(), hashlib.sha256).digest()
    return f"{text}.{_encoded(signature)}"


def signed_by_another_key(token: str, **changes: Any) -> str:
    """Right in all but the key: what a pool of one's own would sign."""
    header, claims = parts(token)
    text = f"{_text(header)}.{_text(claims | changes)}"
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return f"{text}.{_encoded(key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def with_other_claims(token: str, **changes: Any) -> str:
    """The real signature under claims that it does not cover."""
    header, claims = parts(token)
    return f"{_text(header)}.{_text(claims | changes)}.{token.split('.')[2]}"


def bad_tokens(token: str, public_key: Claims) -> dict[str, str]:
    now = int(time.time())
    other = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Another00"
    return {
        "alg none": unsigned(token),
        "alg none, of somebody else": unsigned(token, sub="victim"),
        "HS256 with the public key": signed_with_the_public_key(token, public_key),
        "another key": signed_by_another_key(token),
        "other claims under the old signature": with_other_claims(token, sub="victim"),
        "another issuer": signed_by_another_key(token, iss=other),
        "expired": signed_by_another_key(token, iat=now - 7200, exp=now - 3600),
        "not yet valid": signed_by_another_key(token, nbf=now + 3600),
        "a group of one's own": with_other_claims(token, **{"cognito:groups": ["admin"]}),
        "no signature": token.rpartition(".")[0] + ".",
        "half a token": token[: len(token) // 2],
        "not a token": "x",
    }


def _read(text: str) -> Claims:
    claims: Claims = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return claims


def _text(value: Claims) -> str:
    return _encoded(json.dumps(value, separators=(",", ":")).encode())


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
