"""The sandbox itself: its layers, its life and death, and messages that cross it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import numpy as np
import psutil
import pytest
import torch

from basicdeepnets.grading import sandbox, wire
from basicdeepnets.grading.sandbox import Child, Gone, Limits, SandboxError, Warm


@pytest.fixture(scope="module")
def warm() -> Iterator[Warm]:
    made = Warm("submission", Limits(memory=400 * 2**20))
    yield made
    made.close()


def run(child: Child, source: str, seconds: float = 5) -> str:
    frame = wire.pack(wire.RUN, {"cell": "1", "source": source, "room": 10**5})
    _, text, _ = child.ask(frame, time.monotonic() + seconds)
    return "".join(o.get("text", "") for o in wire.load(text)["outputs"])


def test_layers(warm: Warm) -> None:
    warm.prepare()
    assert warm.layers["bubblewrap"] == warm.layers["processes"] == warm.layers["filter"] == 1
    assert "landlock" in warm.layers


def test_a_child_is_ready_in_milliseconds(warm: Warm) -> None:
    run(warm.fork(), "pass")
    times = []
    for _ in range(5):
        began = time.monotonic()
        run(warm.fork(), "pass")
        times.append(time.monotonic() - began)
    assert min(times) < 0.2


def test_a_child_is_new(warm: Warm) -> None:
    run(warm.fork(), "a = 1; open('/scratch/a', 'w'); open('/dev/shm/a', 'w')")
    look = "import os; print('a' in globals(), os.listdir('/scratch'), os.listdir('/dev/shm'))"
    assert run(warm.fork(), look) == "False [] []\n"


def test_what_is_visible(warm: Warm) -> None:
    look = "import os; print(sorted(os.listdir('/')), os.listdir('/proc/self/fd'))"
    folders, descriptors = run(warm.fork(), look).strip().rsplit(" [", 1)
    assert "home" not in folders
    assert len(descriptors.split(",")) <= 5  # three standard ones, the socket, the listing itself
    others = "[p for p in os.listdir('/proc') if p.isdigit() and p not in ('1', str(os.getpid()))]"
    assert run(warm.fork(), f"import os; print({others})") == "[]\n"


def test_no_shared_memory_with_the_warm_process(warm: Warm) -> None:
    look = "print([x for x in open('/proc/self/maps') if x.split()[1][1::2] == 'ws'])"
    assert run(warm.fork(), look) == "[]\n"


def test_reasons(warm: Warm) -> None:
    for source, reason in {
        "import os; os._exit(3)": "killed",
        "while True: pass": "timed_out",
        "import os\nfor n in range(30000): open(f'/scratch/{n}', 'w').close()\nimport time\n"
        "time.sleep(5)": "disk",
    }.items():
        child = warm.fork()
        run(child, "pass")
        with pytest.raises(Gone, match=reason):
            run(child, source, 3)


def test_it_starts_again_when_it_was_killed(warm: Warm) -> None:
    warm.prepare()
    starts = warm.starts
    inner = psutil.Process(warm._process.pid).children()[0]
    inner.kill()
    inner.wait(5)
    assert run(warm.fork(), "print(1)") == "1\n"
    assert warm.starts == starts + 1


def test_it_starts_again_when_a_child_changed_it(warm: Warm, monkeypatch) -> None:
    run(warm.fork(), "pass")
    starts = warm.starts
    server = psutil.Process(warm._process.pid).children()[0]
    server.nice(5)  # what a child does where no filter of system calls keeps it from it
    warm.end()
    assert run(warm.fork(), "print(1)") == "1\n"
    assert warm.starts == starts + 1


def test_nothing_survives_the_grader(tmp_path) -> None:
    script = """
import sys, time
from basicdeepnets.grading.sandbox import *
warm = Warm("submission", Limits())
warm.fork()
print(warm._process.pid, flush=True)
time.sleep(100)
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as grader:
        pid = int(grader.stdout.readline())
        tree = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        assert len(tree) >= 2
        grader.send_signal(signal.SIGKILL)
    assert not psutil.wait_procs(tree, timeout=5)[1]


def test_without_bubblewrap_it_explains(monkeypatch) -> None:
    monkeypatch.setattr(sandbox, "_program", lambda: "/bin/false")
    with pytest.raises(SandboxError, match="unsafe = True"):
        Warm("submission", Limits()).prepare()


def test_unsafe_is_possible_and_says_so() -> None:
    made = Warm("submission", Limits(), unsafe=True)
    try:
        child = made.fork()
        assert run(child, "print(1)") == "1\n"
        assert made.layers["bubblewrap"] == made.layers["processes"] == 0
        folder = made._scratch
        run(child, "open('a', 'w')")
        made.end()
        assert os.listdir(folder) == []
    finally:
        made.close()
    assert not os.path.exists(folder)


# --------------------------------------------------------------------------------------------
# messages

VALUES = [
    *(None, True, 3, -2.5, "é", [], {}, [1, [2, {"a": "b"}]], {"dict": {"torch": 1}}),
    *(torch.arange(6).reshape(2, 3), torch.zeros(0, 3), torch.tensor(1.5, dtype=torch.bfloat16)),
    *(torch.tensor([1 + 2j]), torch.tensor([True]), np.float32([1, 2]), np.zeros((0, 2)), [1e400]),
    np.array([1, 2], dtype=">i2"),
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_plain_data_comes_back(value: object) -> None:
    message, raw = wire.encode(value)
    _, text, raw = _frame(wire.pack(wire.VALUE, message, raw))
    back = wire.decode(wire.load(text), raw)
    assert type(back) is type(value)
    if isinstance(value, torch.Tensor | np.ndarray):
        assert back.dtype == value.dtype
        assert back.shape == value.shape
        assert (back == value).all()
    else:
        assert back == value


def _frame(frame: bytes) -> wire.Frame:
    import socket

    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(frame)
        return wire.Reader(theirs).wait()


FORGED = [
    (b"{", b""),
    (b"[" * 10**5, b""),
    (b'{"a": 1}', b""),
    (b'{"dict": [[1, 2]]}', b""),
    (b'{"dict": [["a"]]}', b""),
    (b'{"torch": "float32", "shape": [2]}', b"1234567"),
    (b'{"torch": "float32", "shape": [-1]}', b""),
    (b'{"torch": "float32", "shape": [true]}', b"1234"),
    (b'{"torch": "float32", "shape": [0, 1000000000000]}', b""),
    (b'{"torch": "float32", "shape": ' + b"[1," * 1 + b"1" + b",1" * 30 + b"]}", b"1234"),
    (b'{"torch": "load", "shape": [1]}', b"1234"),
    (b'{"numpy": "|O", "shape": [1]}', b"12345678"),
    (b'{"numpy": "V8", "shape": [1]}', b"12345678"),
    (b'{"numpy": "i4,i4", "shape": [1]}', b"12345678"),
    (b'{"numpy": ["i4"], "shape": [1]}', b"12345678"),
    (b'{"torch": "float32", "shape": {"a": 1}}', b""),
    (b"1" * 5000, b""),
    ((b"[" * 40) + (b"]" * 40), b""),
]


@pytest.mark.parametrize(("text", "raw"), FORGED, ids=lambda part: repr(part[:40]))
def test_forged_data_is_refused(text: bytes, raw: bytes) -> None:
    with pytest.raises(wire.WireError):
        wire.decode(wire.load(text), raw)
