"""A browser's side of a Streamlit session without a browser: its websocket, its messages, one person's clicks."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.message import Message  # type: ignore[import-untyped]
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import ClientConnection, connect

_PATIENCE = 120.0
_QUIET = 0.4  # seconds without a message after a run: the page may ask for another run at once


@dataclass
class PageSession:
    """One visitor's tab. ``received`` is every byte that the server has sent."""

    port: int
    headers: dict[str, str]
    received: list[bytes] = field(default_factory=list)
    _open: ExitStack = field(default_factory=ExitStack)
    _page: dict[str, Message] = field(default_factory=dict)
    _values: dict[str, WidgetState] = field(default_factory=dict)

    def __enter__(self) -> PageSession:
        connecting = connect(
            f"ws://127.0.0.1:{self.port}/_stcore/stream",
            additional_headers=self.headers,
            subprotocols=["streamlit"],  # type: ignore[list-item]
            max_size=None,
            open_timeout=_PATIENCE,
            ping_interval=None,  # a dozen sessions on one small machine answer a ping late
        )
        self._socket: ClientConnection = self._open.enter_context(connecting)
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def open(self) -> None:
        """The start page, in English."""
        self._values.clear()
        self._run()

    def choose(self, label: str, option: str) -> None:
        self._set(label, "button_group").string_array_value.data[:] = [option]
        self._run()

    def write(self, label: str, text: str) -> None:
        self._set(label, "text_area").string_value = text
        self._run()

    def press(self, label: str) -> float:
        """Press a button; returns the seconds until the page stands still again."""
        button = self._set(label, "button")
        button.trigger_value = True
        began = time.monotonic()
        self._run()
        self._values.pop(button.id, None)
        return time.monotonic() - began - _QUIET

    def labels(self) -> list[str]:
        return [str(getattr(one, "label", "")) for one in self._page.values()]

    def _set(self, label: str, kind: str) -> WidgetState:
        found = [one for name, one in self._page.items() if name.startswith(f"{kind} ") and one.label == label]
        assert found, f"no {kind} {label!r} among {self.labels()}"
        state = WidgetState(id=found[-1].id)
        self._values[state.id] = state
        return state

    def _run(self) -> None:
        message = BackMsg()
        message.rerun_script.query_string = "lang=en"
        message.rerun_script.widget_states.widgets.extend(self._values.values())
        self._socket.send(message.SerializeToString())
        self._page.clear()
        for received in self._messages():
            for kind, element in _elements(received):
                self._page[f"{kind} {getattr(element, 'id', '')}"] = element

    def _messages(self) -> Iterator[ForwardMsg]:
        """All messages of a run, and of the runs that follow from it."""
        finished, ends = False, time.monotonic() + _PATIENCE
        while time.monotonic() < ends:
            try:
                data: Any = self._socket.recv(timeout=_QUIET if finished else _PATIENCE)
            except TimeoutError:
                return
            self.received.append(data)
            message = ForwardMsg.FromString(data)
            if message.WhichOneof("type") == "new_session":
                finished = False
            elif message.WhichOneof("type") == "script_finished":
                finished = message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
            yield message
        raise TimeoutError("the page does not come to rest")


def _elements(message: ForwardMsg) -> Iterator[tuple[str, Message]]:
    if message.WhichOneof("type") == "delta" and message.delta.WhichOneof("type") == "new_element":
        element = message.delta.new_element
        if kind := element.WhichOneof("type"):
            yield kind, getattr(element, kind)
