"""Several films at once: how many, and with how many threads each."""

from __future__ import annotations

from threading import Event, Thread

from media.decoding import Decoding


def threads_of(decoding: Decoding) -> str:
    return decoding.thread_type


def test_a_film_alone_is_decoded_in_threads_and_one_beside_others_in_none() -> None:
    decoding = Decoding(2)
    with decoding:
        assert threads_of(decoding) == "AUTO"
        with decoding:
            assert threads_of(decoding) == "NONE"
        assert threads_of(decoding) == "AUTO"


def test_no_more_than_so_many_at_once() -> None:
    decoding, inside = Decoding(1), Event()

    def another() -> None:
        with decoding:
            inside.set()

    with decoding:
        thread = Thread(target=another)
        thread.start()
        assert not inside.wait(0.05)
    thread.join(10)
    assert inside.is_set()


def test_a_fault_leaves_its_room_to_the_next() -> None:
    decoding = Decoding(1)
    for _ in range(2):
        try:
            with decoding:
                raise ValueError
        except ValueError:
            pass
    with decoding:
        assert decoding.thread_type == "AUTO"
