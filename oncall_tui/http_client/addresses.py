"""Which addresses may be spoken to: none that would show credentials to a network or to a log."""

import ipaddress

import httpx


def url_problem(url: str) -> str | None:
    """Return what to write instead of an address that must not be used, or None when it may be."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        return "an address such as https://helpdesk.example"
    if parsed.userinfo:
        return "the address without user and password; they have keys of their own"
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        return "an address such as https://helpdesk.example"
    if parsed.scheme == "http" and not _is_loopback(parsed.host):
        return "an https:// address; http:// is for this machine only, because it shows the credentials to the network"
    return None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
