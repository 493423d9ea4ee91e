"""What comes too fast is answered with a sentence and when to come again."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from editor import people, throttle
from editor.limits import Bucket, InProcess, Rate, Store, take
from editor.models import User
from editor.redis_limits import InRedis
from tests.edge.rooms import guest_link, owner_with_document
from tests.running.ports import free_port

PASSWORD = "a quiet mill by the river"
NEVER = Rate(2, 86_400)


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0.1, 3)), max_size=60))
def test_a_bucket_gives_no_more_than_it_holds_and_gains(takes: list[tuple[float, float]]) -> None:
    rate, now, taken = Rate(5, 10), 0.0, 0.0
    bucket: Bucket | None = None
    for pause, cost in takes:
        now += pause
        bucket, wait = take(bucket, rate, now, cost)
        taken += 0 if wait else cost
        assert taken <= 5 + now * 0.5 + 1e-6
        if wait:
            assert take(bucket, rate, now + wait * 1.001 + 1e-9, cost)[1] == 0


def test_what_costs_more_than_the_bucket_holds_takes_it_all() -> None:
    bucket, wait = take(None, Rate(5, 10), 0, cost=9)
    assert (bucket.tokens, wait) == (0, 0)


def test_a_clock_that_goes_back_gives_nothing() -> None:
    bucket, _ = take(None, Rate(1, 10), 100)
    assert take(bucket, Rate(1, 10), 50)[1] == pytest.approx(10)


@pytest.mark.parametrize("text", ["", "x", "30", "30/", "0/5", "5/0", "-1/5", "nan/5", "5/inf"])
def test_a_rate_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no rate"):
        Rate.parse(text)


def test_a_rate_is_written_as_tokens_and_seconds() -> None:
    assert Rate.parse("30/600") == Rate(30, 600)
    assert Rate.parse("0") is None


def test_of_too_many_buckets_the_longest_unused_are_full_again() -> None:
    store = InProcess(clock=lambda: 0.0, most=3)
    for key in "abcd":
        store.take(key, Rate(1, 10))
    assert [store.take(key, Rate(1, 10)) > 0 for key in "da"] == [True, False]


def counts_to_two(store: Store) -> bool:
    return [store.take("somebody", NEVER) > 0 for _ in range(4)] == [False, False, True, True]


def test_two_processes_count_together_in_redis(redis_url: str) -> None:
    first, second = InRedis(redis_url), InRedis(redis_url)
    first.refill("somebody")
    assert [store.take("somebody", NEVER) > 0 for store in (first, second, first, second)] == [False, False, True, True]
    assert second.take("somebody", NEVER) == pytest.approx(43_200, abs=60)
    second.refill("somebody")
    assert first.take("somebody", NEVER) == 0
    assert first.take("else", Rate(1, 0.01)) == 0
    time.sleep(0.05)
    assert first.take("else", Rate(1, 0.01)) == 0
    first.close()
    second.close()


def test_while_redis_is_away_the_process_counts_by_itself() -> None:
    store = InRedis(f"redis://127.0.0.1:{free_port()}/0")
    assert counts_to_two(store)
    store.refill("somebody")
    assert counts_to_two(store)
    store.close()


@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        (0, "", "192.0.2.1"),
        (0, "198.51.100.7", "192.0.2.1"),
        (1, "", "192.0.2.1"),
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "a lie, 198.51.100.7", "198.51.100.7"),
        (2, "a lie, 198.51.100.7, 10.0.0.1", "198.51.100.7"),
        (2, "10.0.0.1", "192.0.2.1"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (1, "::ffff:198.51.100.7", "198.51.100.7"),
    ],
)
def test_an_address_is_what_the_outermost_trusted_proxy_saw(
    settings: Any, proxies: int, forwarded: str, seen: str
) -> None:
    settings.PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=forwarded)
    assert throttle.address(request) == seen


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "in a second"), (19.1, "in 20 seconds"), (89, "in 89 seconds"), (100, "in 2 minutes")]
)
def test_a_time_is_said_in_words(seconds: float, words: str) -> None:
    assert throttle.in_words(seconds) == words


def bea() -> User:
    person = people.make_person("bea@example.com")
    person.set_password(PASSWORD)
    person.save()
    return person


def tries(client: Client, password: str, account: str = "bea@example.com", where: str = "192.0.2.1") -> Any:
    return client.post(reverse("sign-in"), {"username": account, "password": password}, REMOTE_ADDR=where)


@pytest.mark.django_db
def test_guessing_one_accounts_password_from_many_addresses_comes_to_an_end(settings: Any) -> None:
    settings.LIMIT_SIGN_INS_AN_ACCOUNT = Rate(3, 600)
    bea()
    client = Client()
    for number in range(3):
        assert tries(client, "wrong", " Bea@example.com", f"192.0.2.{number}").status_code == 200
    refused = tries(client, PASSWORD, where="192.0.2.9")
    assert refused.status_code == 429
    assert refused["Retry-After"] == "200"
    assert "Try again in 4 minutes" in refused.content.decode()
    assert PASSWORD not in refused.content.decode()
    assert "_auth_user_id" not in client.session


@pytest.mark.django_db
def test_the_right_password_forgets_the_wrong_ones(settings: Any) -> None:
    settings.LIMIT_SIGN_INS_AN_ACCOUNT = Rate(3, 600)
    bea()
    for _ in range(3):
        assert tries(Client(), "wrong").status_code == 200
        assert tries(Client(), PASSWORD).status_code == 302


@pytest.mark.django_db
def test_guessing_many_accounts_from_one_address_comes_to_an_end(settings: Any) -> None:
    settings.LIMIT_SIGN_INS = Rate(3, 600)
    bea()
    for number in range(3):
        assert tries(Client(), "wrong", f"{number}@example.com").status_code == 200
    assert tries(Client(), PASSWORD).status_code == 429
    assert tries(Client(), PASSWORD, where="192.0.2.2").status_code == 302


@pytest.mark.django_db
def test_the_admin_has_no_other_door() -> None:
    response = Client().post("/admin/login/?next=/admin/editor/user/", {"username": "bea", "password": "x"})
    assert response["Location"] == "/sign-in/?next=/admin/editor/user/"


@pytest.mark.django_db
def test_guests_come_so_many_at_a_time_by_a_link_and_from_an_address(settings: Any) -> None:
    settings.LIMIT_GUESTS, settings.LIMIT_GUESTS_A_LINK = Rate(2, 60), Rate(3, 60)
    owner, document = owner_with_document()
    address = reverse("join_as_guest", args=[guest_link(document, owner)])

    def joins(where: str) -> Any:
        return Client().post(address, REMOTE_ADDR=where, headers={"accept": "application/json"})

    assert [joins("192.0.2.1").status_code for _ in range(3)] == [200, 200, 429]
    assert [joins("192.0.2.2").status_code for _ in range(2)] == [200, 429]
    assert joins("192.0.2.3").json() == {"message": "That was too much at once. Try again in 20 seconds."}
    assert User.objects.filter(kind=User.Kind.GUEST).count() == 3


@pytest.mark.django_db
def test_forms_come_so_many_at_a_time_and_pages_as_often_as_one_likes(settings: Any) -> None:
    settings.LIMIT_POSTS = Rate(2, 60)
    client = Client()
    assert [client.post("/sign-out/").status_code for _ in range(2)] == [302, 302]
    refused = client.post("/sign-out/")
    assert refused.status_code == 429
    assert "Try again in 30 seconds" in refused.content.decode()
    assert {client.get("/sign-in/").status_code for _ in range(5)} == {200}
    settings.LIMIT_POSTS = None
    assert client.post("/sign-out/").status_code == 302
