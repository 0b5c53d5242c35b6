"""What is said of an exchange that failed, and the faults of httpx these sentences are for."""

import math
import socket
import ssl

import httpx

from oncall_tui.http_client.answers import Answer, Remote

NOT_SENDABLE = (httpx.LocalProtocolError, httpx.UnsupportedProtocol, httpx.InvalidURL, UnicodeError)
"""Raised before the first byte leaves, and again at every further try."""


def unreachable(remote: Remote, error: BaseException) -> str:
    """Return the sentence for an answer that never came, or not in time."""
    if isinstance(error, httpx.ConnectError):
        return f"{remote.name} cannot be reached: {_reason(error)}"
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        limit = remote.connecting if isinstance(error, httpx.ConnectTimeout) else remote.total
        return f"{remote.name} did not answer within {limit.total_seconds():g} s"
    return f"{remote.name} broke off the connection without an answer"


def _reason(error: BaseException | None) -> str:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return "its certificate is not trusted, so this may be another machine"
        if isinstance(error, ssl.SSLError):
            return "it does not speak TLS at this address"
        if isinstance(error, socket.gaierror):
            return "its name was not found; is this machine online?"
        if isinstance(error, ConnectionRefusedError):
            return "the connection was refused"
        error = error.__cause__ or error.__context__
    return "no connection; is this machine online?"


def not_sendable(remote: Remote) -> str:
    """Return the sentence for a request that cannot even be written."""
    return f"{remote.name} cannot be asked: its address or credentials in {remote.where} hold a character HTTP forbids"


def refused(answer: Answer) -> str:
    """Return the sentence for credentials that are refused."""
    remote = answer.remote
    return f"{remote.name} refused the credentials ({answer.status}): renew the token or password in {remote.where}"


def busy(answer: Answer) -> str:
    """Return the sentence for a pause that is asked for."""
    pause = answer.pause
    asked = f" of {math.ceil(pause.total_seconds())} s" if pause is not None else ""
    return f"{answer.remote.name} asks for a pause{asked} ({answer.status})"


def unexpected(answer: Answer) -> str:
    """Return the sentence for any other status that is not success."""
    name, status, where = answer.remote.name, answer.status, answer.remote.where
    if httpx.codes.is_redirect(status):
        return f"{name} answered with a redirect ({status}): check its address in {where}, or log in to this network"
    if status in {404, 410}:
        return f"{name} has nothing at this address ({status}): check {where}"
    if httpx.codes.is_server_error(status):
        return f"{name} answered with an error of its own ({status})"
    return f"{name} did not take the request ({status}): check {where}"
