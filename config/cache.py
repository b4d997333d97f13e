"""Redis as a cache that may vanish: what it forgot is computed again, its counts start over."""

import logging
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

# One more try in the period that began with the first; a period ends by the caller's clock.
TALLY = """
local since = tonumber(redis.call('HGET', KEYS[1], 'since'))
local now, period = tonumber(ARGV[1]), tonumber(ARGV[2])
if not since or now < since or now >= since + period then
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], 'since', ARGV[1])
  redis.call('EXPIRE', KEYS[1], ARGV[2])
end
return {redis.call('HINCRBY', KEYS[1], 'tries', 1), redis.call('HGET', KEYS[1], 'since')}
"""


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache that answers "nothing there" while Redis is gone."""

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        try:
            return super().get(key, default, version)
        except RedisError as error:
            log.warning("cache: %s", error)
            return default

    def get_many(self, keys: Any, version: int | None = None) -> dict[Any, Any]:
        try:
            return super().get_many(keys, version)
        except RedisError as error:
            log.warning("cache: %s", error)
            return {}

    def set(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> None:
        try:
            super().set(key, value, *args, **kwargs)
        except RedisError as error:
            log.warning("cache: %s", error)

    def add(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> bool:
        try:
            return super().add(key, value, *args, **kwargs)
        except RedisError as error:
            log.warning("cache: %s", error)
            return True

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        try:
            return super().incr(key, delta, version)
        except (RedisError, ValueError) as error:
            log.warning("cache: %s", error)
            return delta

    def delete(self, key: Any, version: int | None = None) -> bool:
        try:
            return super().delete(key, version)
        except RedisError as error:
            log.warning("cache: %s", error)
            return False

    def tally(self, periods: dict[str, int], now: float) -> list[tuple[int, float]]:
        """Count one more under each key, all in one go: how many in this period, and since when.

        `periods` holds seconds by key. While Redis is gone, everything is a first try.
        """
        try:
            pipe = self._cache.get_client(None, write=True).pipeline(transaction=False)
            for key, period in periods.items():
                pipe.eval(TALLY, 1, self.make_and_validate_key(key), now, period)
            return [(tries, float(since)) for tries, since in pipe.execute()]
        except RedisError as error:
            log.warning("cache: %s", error)
            return [(1, now)] * len(periods)
