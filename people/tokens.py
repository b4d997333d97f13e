"""Secret links: 128 bits, only their hash in the database.

A link is derived from the row's seed and the secret key, so that every mail about the row can
carry the same link and a stolen dump opens nothing. The purpose goes into it,
so that a link of one kind never opens a page of another (T45).
"""

import hmac
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256

from django.conf import settings

# Where secret links lie: a token in a path is as good as a password, and stays out of logs and of
# what others may read (T45).
SECRET_PLACES = (
    r"registrations",
    r"proposals",
    r"talks/(?:mine|drafts|invitations)",
    r"talks/[\w-]+/for",
    r"events/[\w-]+/voice",
    r"follow/confirm",
    r"door",
    r"here",
    r"guest-list",
    r"circles",
    r"help",
    r"t",
    r"u",
)
SECRET_PATH = re.compile(rf"(/(?:{'|'.join(SECRET_PLACES)})/)[\w.:~=-]{{8,}}")


def new_seed() -> str:
    return secrets.token_hex(16)


def token_from(purpose: str, seed: str, key: str = "") -> str:
    """The token of a seed: 22 signs, base64url of 128 bits."""
    secret = (key or settings.SECRET_KEY).encode() + purpose.encode()
    return urlsafe_b64encode(hmac.digest(secret, seed.encode(), "sha256")[:16]).decode().rstrip("=")


def hash_of(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def token_for(purpose: str, seed: str, token_hash: str) -> str:
    """The token whose hash the row keeps, also when the secret key has changed since."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    tokens = [token_from(purpose, seed, key) for key in keys]
    return next((token for token in tokens if hash_of(token) == token_hash), tokens[0])


def signed(purpose: str, fact: str) -> str:
    """A token that carries the fact itself and needs no row: for what may be asked for ever."""
    carried = urlsafe_b64encode(fact.encode()).decode().rstrip("=")
    return f"{carried}.{token_from(purpose, fact)}"


def unsigned(purpose: str, token: str) -> str:
    """The fact that we signed for this purpose, also under an older key; "" for any other text."""
    carried, _dot, mac = token.encode("ascii", "replace").decode().partition(".")
    try:
        fact = urlsafe_b64decode(carried + "=" * (-len(carried) % 4)).decode()
    except ValueError:
        return ""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    given = mac.encode()
    genuine = any(
        hmac.compare_digest(token_from(purpose, fact, key).encode(), given) for key in keys
    )
    return fact if genuine else ""


def unsubscribe_token(contact_id: int, realm: str) -> str:
    """What `/u/<token>/` opens: this person, and whose news she got; it never ends."""
    return signed("unsubscribe", f"{contact_id}:{realm}")


def unsubscriber(token: str) -> tuple[int, str] | None:
    """Who and from whose news; None for a token that is not ours."""
    contact, colon, realm = unsigned("unsubscribe", token).partition(":")
    return (int(contact), realm) if colon else None
