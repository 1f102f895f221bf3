"""Text to HTML and XML as the site's PHP writes it, and Cloudflare's way to hide an e-mail address."""

_HIDDEN_BY = 0x3D


def escaped(text: str) -> str:
    """Return text for an attribute or a headline, with `&quot;` and `&#039;` as PHP writes them."""
    return body_text(text).replace('"', "&quot;").replace("'", "&#039;")


def body_text(text: str) -> str:
    """Return text for a paragraph, whose quotation marks the site leaves as they are."""
    # str.translate costs ten times as much on Cyrillic text.
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def hidden_email(address: str) -> str:
    """Return an address as `data-cfemail` holds it: hexadecimal bytes, the first XORed into the others."""
    return bytes([_HIDDEN_BY, *(byte ^ _HIDDEN_BY for byte in address.encode())]).hex()
