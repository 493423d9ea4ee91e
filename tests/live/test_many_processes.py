"""Two processes behind nginx, on PostgreSQL and Redis, while one of them, the proxy or Redis goes away."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.live.conftest import House
from tests.live.people import types, wait_for_saved
from tests.live.survivors import survivors
from tests.running.nginx import nginx
from tests.running.ports import free_port, until
from tests.running.proxy import cutting_proxy
from tests.running.seat import seat
from tests.running.server import Server
from tests.running.stores import Redis, postgres_server, redis
from tests.running.visitor import Visitor
from tests.sizes import share

CLIENTS = 6
HEARTBEAT = 20 if share("seconds idle", test=9, soak=180) == 180 else 1
PROXY_SECONDS = 3 * HEARTBEAT


@dataclass
class Cluster:
    """`house` is the one process, whose owner is signed in; `url` is nginx's."""

    house: House
    other: Server
    redis: Redis
    url: str


def signed_in(server: Server, url: str) -> Visitor:
    """The owner, who goes round the proxy."""
    owner = Visitor(server.url)
    owner.sign_in(server.owner_link.replace(url, server.url))
    return owner


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("cluster")
    for name in ("one", "other", "nginx"):
        (folder / name).mkdir()
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with postgres_server() as database, redis(folder) as bell:
        shared = {
            "REDIS_URL": bell.url,
            "SECRET_KEY": "of both",
            "PUBLIC_URL": url,
            "HEARTBEAT_SECONDS": str(HEARTBEAT),
        }
        one = Server(folder / "one", database_url=database, **shared)
        other = Server(folder / "other", database_url=database, **shared)
        try:
            with nginx(folder / "nginx", port, [one.port, other.port], seconds=PROXY_SECONDS):
                one.start()
                house = House(one, signed_in(one, url))
                other.start()
                yield Cluster(house, other, bell, url)
        finally:
            one.stop()
            other.stop()


def test_when_a_process_is_killed_its_people_go_on_in_the_other(cluster: Cluster, tmp_path: Path) -> None:
    owner = cluster.house.owner
    document = owner.new_document()
    with survivors([cluster.url], document, owner.cookie, tmp_path) as people:
        people.until_acknowledged(100)
        assert people.lines("closed") == []
        cluster.other.kill_9()
        until("the killed one's people to be cut off", lambda: people.lines("closed"))
        people.until_acknowledged(300)
        people.until_heard("peers", str(CLIENTS), 2)
        text = people.converge()
    cluster.other.start()
    assert text == cluster.house.text(document)


def test_redis_is_killed_under_load_and_everything_converges_when_it_is_back(cluster: Cluster, tmp_path: Path) -> None:
    owner, servers = cluster.house.owner, [cluster.house.server.url, cluster.other.url]
    document, opened_meanwhile = owner.new_document(), owner.new_document()
    (tmp_path / "meanwhile").mkdir()
    with survivors(servers, document, owner.cookie, tmp_path) as people:
        people.until_heard("peers", str(CLIENTS), 1)
        cluster.redis.kill_9()
        people.until_acknowledged(200)
        with survivors(servers, opened_meanwhile, owner.cookie, tmp_path / "meanwhile", pause=200) as others:
            others.until_acknowledged(20)
            time.sleep(share("seconds without Redis", test=3, soak=10))
            cluster.redis.start()
            others.until_heard("peers", str(CLIENTS), 1)
            assert others.converge() == cluster.house.text(opened_meanwhile)
        assert people.lines("closed") == [], "nobody is cut off"
        assert people.converge() == cluster.house.text(document)


def test_an_idle_socket_outlives_the_proxy_s_time_out(cluster: Cluster) -> None:
    """As the page does, who is idle says every heartbeat that he is there; the server says something too."""
    owner = cluster.house.owner
    document = owner.new_document()
    with seat(cluster.url, document, cookie=owner.cookie) as one:
        one.greet()
        end = time.monotonic() + share("seconds idle", test=9, soak=180)
        while time.monotonic() < end:
            one.say({"type": "attention", "attention": "visible"})
            assert one.read(patience=PROXY_SECONDS), f"closed with {one.close_code}"
            time.sleep(HEARTBEAT / 2)
        types(one, "still here")
        wait_for_saved(one, 2)


def test_a_proxy_that_cuts_every_socket_costs_nobody_a_character(cluster: Cluster, tmp_path: Path) -> None:
    owner = cluster.house.owner
    document = owner.new_document()
    cuts = share("cuts of each socket", test=3, soak=6)
    seconds = share("seconds that a socket lives", test=2, soak=30)
    with (
        cutting_proxy(cluster.house.server.port, tmp_path, seconds) as url,
        survivors([url], document, owner.cookie, tmp_path) as people,
    ):
        until("the cuts", lambda: len(people.lines("closed")) >= cuts * CLIENTS, patience=60 + 2 * cuts * seconds)
        assert people.converge() == cluster.house.text(document)
