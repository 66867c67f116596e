"""Tokens that nobody should take: made from a real one, each wrong in one way."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
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


def signed_with_the_public_key(token: str, public_key: bytes) -> str:
    """`alg: HS256`, keyed by what everybody may read: the pool's public key, in one of its forms."""
    header, claims = parts(token)
    text = f"{_text(header | {'alg': 'HS256'})}.{_text(claims)}"
    return f"{text}.{_encoded(hmac.new(public_key, text.encode(), hashlib.sha256).digest())}"


def forms_of(public_key: Claims) -> dict[str, bytes]:
    """The bytes that a verifier may hold a public key in, and mistake for a secret."""
    modulus, exponent = (base64.urlsafe_b64decode(public_key[part] + "==") for part in ("n", "e"))
    key = rsa.RSAPublicNumbers(int.from_bytes(exponent), int.from_bytes(modulus)).public_key()
    spki, pkcs1 = serialization.PublicFormat.SubjectPublicKeyInfo, serialization.PublicFormat.PKCS1
    pem, der = serialization.Encoding.PEM, serialization.Encoding.DER
    return {
        "JWK": json.dumps(public_key).encode(),
        "PEM": key.public_bytes(pem, spki),
        "PEM without its last newline": key.public_bytes(pem, spki).rstrip(),
        "PEM of PKCS 1": key.public_bytes(pem, pkcs1),
        "DER": key.public_bytes(der, spki),
        "modulus": modulus,
        "modulus as text": public_key["n"].encode(),
    }


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


OTHER_ISSUER = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Another00"


def bad_claims() -> dict[str, Claims]:
    """What makes the claims of a good token bad ones, no matter who signs them."""
    now = int(time.time())
    return {
        "another issuer": {"iss": OTHER_ISSUER},
        "another pool of the same region": {"iss": "https://cognito-idp.ap-south-1.amazonaws.com/ap-south-1_Another00"},
        "expired an hour ago": {"iat": now - 7200, "exp": now - 3600},
        "expired just now": {"iat": now - 3600, "exp": now - 1},
        "not yet valid": {"nbf": now + 3600},
        "another client": {"client_id": "another-client"},
        "another audience": {"aud": "another-client"},
        "for nothing in particular": {"token_use": None},
        "for a refresh": {"token_use": "refresh"},
        "of nobody": {"sub": ""},
    }


def bad_tokens(token: str, public_key: Claims) -> dict[str, str]:
    hs256 = {
        f"HS256 with the public key as {form}": signed_with_the_public_key(token, key)
        for form, key in forms_of(public_key).items()
    }
    return hs256 | {
        "alg none": unsigned(token),
        "alg none, of somebody else": unsigned(token, sub="victim"),
        "another key": signed_by_another_key(token),
        "other claims under the old signature": with_other_claims(token, sub="victim"),
        "another issuer's key": signed_by_another_key(token, iss=OTHER_ISSUER),
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
