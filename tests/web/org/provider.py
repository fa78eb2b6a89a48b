"""A small OpenID provider of our own: real HTTP on 127.0.0.1, real keys. It checks what a provider has to check."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

CLIENT, SECRET = "jiheng", "provider-secret"


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _number(value: int) -> str:
    return encoded(value.to_bytes((value.bit_length() + 7) // 8, "big"))


@cache
def _keys() -> tuple[rsa.RSAPrivateKey, rsa.RSAPrivateKey]:
    """Made once: that takes longer than all that a test does with them."""
    return rsa.generate_private_key(65537, 2048), rsa.generate_private_key(65537, 2048)


class Provider:
    """Says that whoever comes is ``username``. ``change`` spoils claims, ``sign`` makes the token, ``describe`` …"""

    def __init__(self) -> None:
        self.key, self.other_key = _keys()
        self.username: Any = "clerk"
        self.change: Callable[[dict[str, Any]], None] = lambda claims: None
        self.sign: Callable[[dict[str, Any]], str] = self.signed
        self.describe: Callable[[dict[str, Any]], None] = lambda about: None
        self.asked: dict[str, dict[str, str]] = {}
        self.seen: list[str] = []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.seen.append(self.path)
                self.answer(*provider.get(self.path))

            def do_POST(self) -> None:
                provider.seen.append(self.path)
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self.answer(*provider.token(body, self.headers.get("Authorization", "")))

            def answer(self, status: int, found: Any) -> None:
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", found)
                    self.end_headers()
                    return
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(found).encode())

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def get(self, path: str) -> tuple[int, Any]:
        parts = urlsplit(path)
        if parts.path == "/.well-known/openid-configuration":
            about: dict[str, Any] = {
                "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys",
                "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            }  # fmt: skip
            self.describe(about)
            return 200, about
        if parts.path == "/keys":
            return 200, {"keys": [self.jwk(self.key)]}
        if parts.path == "/authorize":
            asked = {k: v[0] for k, v in parse_qs(parts.query).items()}
            assert asked["code_challenge_method"] == "S256"
            assert (asked["client_id"], asked["response_type"]) == (CLIENT, "code")
            code = secrets.token_urlsafe(16)
            self.asked[code] = asked
            return 302, f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"
        return 404, {}

    def token(self, body: str, authorization: str) -> tuple[int, Any]:
        given = {k: v[0] for k, v in parse_qs(body).items()}
        asked = self.asked.pop(given.get("code", ""), None)
        wanted = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if asked is None or authorization != wanted or given["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        verifier = encoded(hashlib.sha256(given.get("code_verifier", "").encode()).digest())
        if verifier != asked["code_challenge"]:
            return 400, {"error": "invalid_grant", "error_description": "PKCE"}
        now = int(time.time())
        claims = {
            "iss": self.issuer, "sub": "u-1", "aud": CLIENT, "exp": now + 300, "iat": now,
            "nonce": asked["nonce"], "preferred_username": self.username,
        }  # fmt: skip
        self.change(claims)
        return 200, {"access_token": "opaque", "token_type": "Bearer", "id_token": self.sign(claims)}

    def jwk(self, key: rsa.RSAPrivateKey) -> dict[str, str]:
        public = key.public_key().public_numbers()
        return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "k1", "n": _number(public.n), "e": _number(public.e)}

    def signed(self, claims: dict[str, Any], key: rsa.RSAPrivateKey | None = None, kid: str = "k1") -> str:
        head = {"alg": "RS256", "typ": "JWT", "kid": kid}
        text = f"{encoded(json.dumps(head).encode())}.{encoded(json.dumps(claims).encode())}"
        signature = (key or self.key).sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{text}.{encoded(signature)}"
