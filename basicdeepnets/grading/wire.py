"""Messages between the grader's processes: a kind, a JSON text and raw bytes; never an object.

What a submission's process sends is data to be checked. Nothing from there is ever unpickled, and
whoever reads it states how large it may be.
"""

import json
import math
import socket
import struct
import time
from typing import Any

import numpy as np
import torch

RUN, OBSERVE, VALUE = b"r", b"o", b"v"
"""To a submission: run a cell; observe. Its answer to both."""
GIVEN, START, TEST, END, GONE, DONE = b"i", b"s", b"t", b"e", b"g", b"d"
"""To an examiner: run the given cells; begin with a submission; run a test; it is over; instead of
a value: the submission is gone. Its answer to all but OBSERVE, which it sends itself."""

MAX_TEXT = 8 * 2**20
"""Bytes of JSON that a message of a submission may have."""
MAX_RAW = 64 * 2**20
"""Bytes of arrays that a message of a submission may have."""
MAX_DEPTH = 25
MAX_AXES = 16

_HEAD = struct.Struct("!cII")
_TORCH = {
    name: getattr(torch, name)
    for name in (
        *("bool", "uint8", "int8", "int16", "int32", "int64"),
        *("float16", "bfloat16", "float32", "float64", "complex64", "complex128"),
    )
}

Frame = tuple[bytes, bytes, bytes]
"""Kind, JSON text, raw bytes."""


class WireError(Exception):
    """A message is malformed or too large."""


def pack(kind: bytes, message: Any = None, raw: bytes = b"") -> bytes:
    """Return a frame; `message` is anything that JSON knows."""
    return join(kind, json.dumps(message).encode(), raw)


def join(kind: bytes, text: bytes, raw: bytes) -> bytes:
    """Return a frame made of parts."""
    return b"".join((_HEAD.pack(kind, len(text), len(raw)), text, raw))


class Reader:
    """Puts frames together from what arrives on a stream socket.

    Parameters
    ----------
    connection : socket
    limited : bool
        The other side is a submission: larger frames are a :class:`WireError`.
    """

    def __init__(self, connection: socket.socket, limited: bool = False) -> None:
        self.connection = connection
        self.limited = limited
        self._buffer = bytearray()

    def frame(self) -> Frame | None:
        """Return a frame that has arrived whole, else None."""
        if len(self._buffer) < _HEAD.size:
            return None
        kind, text, raw = _HEAD.unpack_from(self._buffer)
        if self.limited and (text > MAX_TEXT or raw > MAX_RAW):
            raise WireError("too large")
        end = _HEAD.size + text + raw
        if len(self._buffer) < end:
            return None
        with memoryview(self._buffer) as view:
            middle = _HEAD.size + text
            parts = kind, bytes(view[_HEAD.size : middle]), bytes(view[middle:end])
        del self._buffer[:end]
        return parts

    def more(self) -> bool:
        """Take what has arrived (waits if nothing has); False if the other side closed."""
        try:
            chunk = self.connection.recv(2**20)
        except ConnectionResetError:
            return False
        self._buffer += chunk
        return bool(chunk)

    def wait(self) -> Frame:
        """Wait for a frame.

        Raises
        ------
        EOFError
            If the other side closed.
        """
        while (frame := self.frame()) is None:
            if not self.more():
                raise EOFError
        return frame


def send(connection: socket.socket, frame: bytes, deadline: float | None = None) -> None:
    """Send a frame.

    Raises
    ------
    TimeoutError
        If the other side has not taken it by `deadline` (of `time.monotonic`).
    """
    connection.settimeout(None if deadline is None else max(deadline - time.monotonic(), 0.01))
    try:
        connection.sendall(frame)
    finally:
        connection.settimeout(None)


def load(text: bytes) -> Any:
    """Parse JSON of a submission.

    Raises
    ------
    WireError
        If it is none, or nested too deeply.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise WireError(str(error)[:200]) from None


def encode(value: Any) -> tuple[Any, bytes]:
    """Return plain data (see `check.observe`) as what JSON knows, and the bytes of its arrays."""
    arrays: list[bytes] = []

    def put(item: Any) -> Any:
        if isinstance(item, list):
            return [put(part) for part in item]
        if isinstance(item, dict):
            return {"dict": [[key, put(part)] for key, part in item.items()]}
        if isinstance(item, torch.Tensor):
            flat = item.view(torch.int16) if item.dtype == torch.bfloat16 else item
            arrays.append(flat.resolve_conj().resolve_neg().contiguous().numpy().tobytes())
            return {"torch": str(item.dtype).removeprefix("torch."), "shape": list(item.shape)}
        if isinstance(item, np.ndarray):
            arrays.append(item.tobytes())
            return {"numpy": item.dtype.str, "shape": list(item.shape)}
        return item

    return put(value), b"".join(arrays)


def decode(message: Any, raw: bytes) -> Any:
    """Return the plain data of :func:`encode`, of exactly the base types.

    Raises
    ------
    WireError
        If it is anything else.
    """
    offset = 0

    def array(message: dict[str, Any], kind: str) -> Any:
        nonlocal offset
        name, shape = message[kind], message["shape"]
        if type(name) is not str or type(shape) is not list or len(shape) > MAX_AXES:
            raise WireError("no array")
        if not all(type(size) is int and size >= 0 for size in shape):
            raise WireError("no shape")
        # Also the sizes of an empty tensor are bounded: they appear in messages.
        if math.prod(max(size, 1) for size in shape) > MAX_RAW:
            raise WireError("shape too large")
        count = math.prod(shape)
        if kind == "torch":
            if name not in _TORCH:
                raise WireError("unknown dtype")
            width = _TORCH[name].itemsize
        else:
            width = _numpy_dtype(name).itemsize
        part = bytearray(raw[offset : offset + count * width])
        if len(part) != count * width:
            raise WireError("bytes are missing")
        offset += len(part)
        if kind == "numpy":
            flat = np.frombuffer(part, _numpy_dtype(name)) if count else np.empty(0, name)
            return flat.reshape(shape)
        if not count:
            return torch.empty(shape, dtype=_TORCH[name])
        return torch.frombuffer(part, dtype=_TORCH[name]).reshape(shape).clone()

    def take(item: Any, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise WireError("nested too deeply")
        if item is None or type(item) in (bool, int, float, str):
            return item
        if type(item) is list:
            return [take(part, depth + 1) for part in item]
        if type(item) is dict and set(item) == {"dict"} and type(item["dict"]) is list:
            pairs = [take(pair, depth + 1) for pair in item["dict"]]
            if not all(type(p) is list and len(p) == 2 and type(p[0]) is str for p in pairs):
                raise WireError("no dict")
            return dict(pairs)
        for kind in ("torch", "numpy"):
            if type(item) is dict and set(item) == {kind, "shape"}:
                return array(item, kind)
        raise WireError("unknown form")

    return take(message, 0)


def _numpy_dtype(name: str) -> np.dtype:
    try:
        dtype = np.dtype(name)
    except (TypeError, ValueError):
        raise WireError("unknown dtype") from None
    if dtype.kind not in "biuf" or dtype.itemsize > 16 or dtype.shape:
        raise WireError("unknown dtype")
    return dtype
