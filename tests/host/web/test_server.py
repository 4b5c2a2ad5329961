import asyncio
import http.client
import socket
import threading
from contextlib import contextmanager

import pytest
from fastapi import FastAPI
from sse_starlette import EventSourceResponse

from pouch_host.errors import HostError
from pouch_host.web.server import bind, serve_until, url_of

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
def running(app):
    listener = bind("127.0.0.1", 0)
    port = listener.getsockname()[1]
    stop, ready = threading.Event(), threading.Event()
    thread = threading.Thread(
        target=serve_until, args=(app, listener, stop), kwargs={"ready": ready}
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
