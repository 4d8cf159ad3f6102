import dataclasses
import threading

from tb_keras_inspect.store.cache import MemoryCache


@dataclasses.dataclass
class Block:
    nbytes: int


def test_the_least_recently_used_goes_first():
    cache = MemoryCache(100)
    for name in "abc":
        cache.put(name, Block(30))
    cache.get("a")
    cache.put("d", Block(30))
    assert cache.get("b") is None
    assert all(cache.get(name) for name in "acd")
    assert cache.nbytes == 90


def test_an_entry_that_grew_is_measured_again():
    cache = MemoryCache(100)
    small, growing = Block(10), Block(10)
    cache.put("small", small)
    cache.put("growing", growing)
    growing.nbytes = 95
    cache.put("growing", growing)
    assert cache.get("small") is None
    assert cache.nbytes == 95


def test_the_entry_in_use_stays_even_if_it_alone_is_too_large():
    cache = MemoryCache(10)
    cache.put("small", Block(5))
    cache.put("large", Block(50))
    assert cache.get("large").nbytes == 50
    assert len(cache) == 1


def test_no_limit_keeps_all():
    cache = MemoryCache()
    for number in range(50):
        cache.put(number, Block(1 << 40))
    assert len(cache) == 50


def test_a_missing_entry_is_made_once_by_many_threads():
    cache, made = MemoryCache(), []

    def make():
        made.append(1)
        return Block(1)

    threads = [threading.Thread(target=cache.get, args=("key", make)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
