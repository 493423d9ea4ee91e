"""Buckets that all processes share, in Redis. While Redis is away each process counts by itself."""

from __future__ import annotations

import logging
import math
import time

import redis

from editor.limits import InProcess, Rate

log = logging.getLogger(__name__)
PREFIX = "scriptorium:bucket:"
PATIENCE = 0.5
ASIDE_SECONDS = 10.0
TAKE = """
local now = redis.call('TIME')
now = now[1] + now[2] / 1000000
local most, a_second, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local held = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = most
if held[1] then
    tokens = math.min(most, held[1] + math.max(0, now - held[2]) * a_second)
end
cost = math.min(cost, most)
local wait = 0
if tokens >= cost then
    tokens = tokens - cost
else
    wait = (cost - tokens) / a_second
end
redis.call('HSET', KEYS[1], 'tokens', string.format('%.6f', tokens), 'at', string.format('%.6f', now))
redis.call('EXPIRE', KEYS[1], tonumber(ARGV[4]))
return string.format('%.6f', wait)
"""
"""`limits.take`, by Redis's clock and in one step."""


class InRedis:
    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
        self._take = self._redis.register_script(TAKE)
        self._meanwhile = InProcess()
        self._away_until = 0.0

    def take(self, key: str, rate: Rate, cost: float = 1) -> float:
        if time.monotonic() >= self._away_until:
            try:
                values = [rate.tokens, rate.a_second, cost, math.ceil(rate.seconds) + 1]
                return float(self._take(keys=[PREFIX + key], args=values))
            except redis.RedisError as error:
                self._away_until = time.monotonic() + ASIDE_SECONDS
                log.warning("Redis does not count: %s", error)
        return self._meanwhile.take(key, rate, cost)

    def refill(self, key: str) -> None:
        self._meanwhile.refill(key)
        try:
            self._redis.delete(PREFIX + key)
        except redis.RedisError as error:
            log.warning("Redis does not count: %s", error)

    def close(self) -> None:
        self._redis.close()
