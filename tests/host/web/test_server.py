import asyncio
import http.client
import socket
import ssl
import threading
import time
from contextlib import contextmanager

import pytest
from fastapi import FastAPI
from sse_starlette import EventSourceResponse

from pouch_host.errors import HostError
from pouch_host.web.server import bind, serve_until, url_of
from pouch_host.web.tls import TlsError, WardCertificates

PATIENCE_S = 10


def endless_app():
    """An app with one stream that ends only when the server tells it to."""
    app = FastAPI()
    app.state.stopping = asyncio.Event()

    @app.get("/endless")
    async def endless() -> EventSourceResponse:
        async def events():
            yield {"data": "first"}
            await app.state.stopping.wait()

        return EventSourceResponse(events())

    return app


@contextmanager
def running(app, **how):
    listener = bind("127.0.0.1", 0)
    port = listener.getsockname()[1]
    stop, ready = threading.Event(), threading.Event()
    thread = threading.Thread(
        target=serve_until, args=(app, listener, stop), kwargs={"ready": ready, **how}
    )
    thread.start()
    try:
        assert ready.wait(PATIENCE_S)
        yield port, stop, thread
    finally:
        stop.set()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


def test_bind_port_in_use_says_so_in_one_line():
    with bind("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(HostError) as caught:
            bind("127.0.0.1", port)
    assert str(caught.value) == f"port {port} is in use: another Pouch? choose --port"
    assert caught.value.exit_code == 1


def test_bind_address_of_another_machine_says_so():
    # 192.0.2.0/24 is kept for documentation, so no machine has it.
    with pytest.raises(HostError, match=r"cannot listen on 192\.0\.2\.1") as caught:
        bind("192.0.2.1", 0)
    assert "(" not in str(caught.value)


def test_bind_port_is_free_again_once_closed():
    with bind("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
    bind("127.0.0.1", port).close()


def test_url_of_names_address_and_port():
    with bind("127.0.0.1", 0) as listener:
        assert url_of(listener) == f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_url_of_a_named_host_leaves_out_the_usual_port():
    class Listener:
        def __init__(self, port):
            self._port = port

        def getsockname(self):
            return "0.0.0.0", self._port

    assert url_of(Listener(443), https=True, name="ward.local") == "https://ward.local"
    assert url_of(Listener(8443), https=True, name="ward.local") == "https://ward.local:8443"
    assert url_of(Listener(80), name="ward.local") == "http://ward.local"


@pytest.mark.skipif(not socket.has_ipv6, reason="this Python has no IPv6")
def test_url_of_ipv6_puts_the_address_in_brackets():
    try:
        listener = bind("::1", 0)
    except HostError:
        pytest.skip("this machine has no IPv6 loopback")
    with listener:
        assert url_of(listener).startswith("http://[::1]:")


def test_serve_until_in_a_thread_ends_open_streams_when_told():
    # Goal: a demo that owns the thread can always stop, even with a live page open.
    with running(endless_app()) as (port, stop, thread):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        connection.request("GET", "/endless")
        stream = connection.getresponse()
        assert stream.readline() == b"data: first\r\n"
        stop.set()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()
        stream.close()
        connection.close()
    with pytest.raises(OSError, match=r"refused"):
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)


def test_serve_until_stopped_before_it_starts_returns():
    stop = threading.Event()
    stop.set()
    listener = bind("127.0.0.1", 0)
    serve_until(endless_app(), listener, stop)
    assert listener.fileno() == -1


def test_serve_until_with_certificates_speaks_https_to_who_trusts_the_authority(tmp_path):
    kept = WardCertificates(tmp_path / "tls", ["localhost"], clock=time.time)
    with running(endless_app(), certificates=kept.ready) as (port, *_):
        trusting = ssl.create_default_context(cafile=kept.ready().ca_file)
        connection = http.client.HTTPSConnection(
            "localhost", port, timeout=PATIENCE_S, context=trusting
        )
        connection.request("GET", "/nothing")
        assert connection.getresponse().status == 404
        connection.close()
        stranger = http.client.HTTPSConnection(
            "localhost", port, timeout=PATIENCE_S, context=ssl.create_default_context()
        )
        with pytest.raises(ssl.SSLCertVerificationError):
            stranger.request("GET", "/nothing")
        stranger.close()


def _serial_shown(port):
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as secured,
    ):
        return secured.getpeercert(binary_form=True)


def test_serve_until_shows_a_renewed_certificate_without_a_restart(tmp_path):
    # Goal: a ward that runs for a year never meets a certificate that has ended.
    # Method: two of them, and a server that asks again at each of its ticks.
    served = [
        WardCertificates(tmp_path / name, ["localhost"], clock=time.time).ready()
        for name in ("first", "second")
    ]
    allowed, asked_again = threading.Event(), threading.Event()

    def certificates():
        if not allowed.is_set():
            return served[0]
        asked_again.set()
        return served[1]

    with running(endless_app(), certificates=certificates, renew_every_s=0.1) as (port, *_):
        first = _serial_shown(port)
        allowed.set()
        assert asked_again.wait(PATIENCE_S)
        deadline_s = time.monotonic() + PATIENCE_S
        while (second := _serial_shown(port)) == first:
            assert time.monotonic() < deadline_s
        assert second != first


def test_serve_until_goes_on_when_a_certificate_cannot_be_renewed(tmp_path, caplog):
    kept = WardCertificates(tmp_path / "tls", ["localhost"], clock=time.time)
    served, asked = [kept.ready()], threading.Event()

    def certificates():
        if served:
            return served.pop()
        asked.set()
        raise TlsError("the disk is full")

    with running(endless_app(), certificates=certificates, renew_every_s=0.1) as (port, *_):
        assert asked.wait(PATIENCE_S)
        assert _serial_shown(port)
    assert "the disk is full" in caplog.text
