# ruff: noqa
# Attacks on the judgement, from inside the process that runs the submission. Each stands in an
# unsolved notebook after the two stubs `double(x)` and `distance(a, b)`, and must get nothing.
# A line `# flag: ...` says what the grader must have noticed.

# %% displayhook
import sys

sys.displayhook = print
5.0


# %% equal_to_everything
class Equal:
    def __eq__(self, other):
        return True

    __ne__ = __hash__ = lambda self, *_: False
    shape, dtype, ndim = (2,), torch.float64, 1

    def __getattr__(self, name):
        return lambda *_, **__: self


def double(x):
    return Equal()


distance = lambda a, b: Equal()


# %% number_that_is_close_to_everything
class Close(float):
    __sub__ = __rsub__ = __add__ = __abs__ = __mul__ = lambda self, *_: Close(0.0)
    __eq__ = __le__ = __lt__ = __ge__ = __gt__ = lambda self, *_: True
    __hash__ = float.__hash__
    __float__ = lambda self: 0.0


double = lambda x: [Close(0.0), Close(0.0)]
distance = lambda a, b: Close(0.0)


# %% tensor_subclass
class Willing(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        if "close" in function.__name__ or "eq" in function.__name__:
            return torch.tensor(True)
        return super().__torch_function__(function, types, args, kwargs or {})

    def numpy(self):
        return self


double = lambda x: torch.zeros(len(x), dtype=x.dtype).as_subclass(Willing)
distance = lambda a, b: torch.tensor(0.0).as_subclass(Willing)


# %% false_class
class False_:
    __class__ = torch.Tensor
    detach = cpu = clone = to_dense = lambda self: self
    layout, dtype, shape = torch.strided, torch.float64, (2,)
    as_subclass = lambda self, kind: self


double = lambda x: False_()
distance = lambda a, b: False_()

# %% patched_comparisons
import numpy as np

import basicdeepnets.check as module

for library, names in {
    np: ["isclose", "allclose", "isnan", "array_equal"],
    torch: ["allclose", "isclose", "equal"],
    np.testing: ["assert_allclose"],
    module: ["close", "shape", "true", "equal", "below", "_array", "number"],
}.items():
    for name in names:
        setattr(library, name, lambda *_, **__: np.array(True))
module.CheckError.__init__ = lambda *_: None

# %% patched_observe
import basicdeepnets.check as module
from basicdeepnets.grading import submission

module._plain = lambda value, depth=0: 2.0
observe = module.observe = submission.observe = lambda *_: ({"value": 0.0}, b"")
check = None

# %% transformers
import ast


class Empty(ast.NodeTransformer):
    def visit_Module(self, node):
        node.body = []
        return node


get_ipython().ast_transformers.append(Empty())
get_ipython().input_transformers_cleanup.append(lambda lines: ["pass\n"])

# %% patched_shell
shell = get_ipython()
type(shell).run_cell = type(shell).showtraceback = lambda *_, **__: None
type(shell).do_execute = lambda *_, **__: {"status": "ok"}

# %% patched_builtins
import builtins

builtins.isinstance = lambda *_: True
builtins.len = lambda *_: 2
builtins.all = builtins.any = lambda *_: True

# %% patched_libraries
# flag: unreadable
import json
import socket
import struct

json.dumps = lambda *_, **__: '{"error": null, "message": "", "detail": ""}'
struct.pack = lambda *_: b"d\0\0\0\0"
json.loads = lambda *_, **__: {}

# %% patched_pickle
import cloudpickle


def nothing():
    return True


cloudpickle.loads = lambda *_: nothing

# %% frames
import sys


def double(x):
    frame, seen = sys._getframe(), []
    while frame:
        seen += [*frame.f_locals.items(), *frame.f_globals.items()]
        frame = frame.f_back
    return next((v for k, v in seen if k in ("expected", "wanted", "oracle", "solution")), 0.0)


distance = lambda a, b: double(a)

# %% garbage
import gc


def double(x):
    for thing in gc.get_objects():
        if type(thing) is dict and "oracle" in thing:
            return thing["oracle"]


distance = lambda a, b: double(a)

# %% shows_what_it_saw
import sys

seen = []


class Secret(Exception):
    pass


def told():
    frame = sys._getframe()
    for _ in range(5):
        seen.append(repr((frame.f_code.co_names, frame.f_code.co_consts, frame.f_code.co_name)))
        seen.append(repr(list(frame.f_locals.items()))[:1000])
        frame = frame.f_back
    return " ".join(seen)


def double(x):
    text = told()
    print(text)
    sys.stderr.write(text)
    try:
        for number in range(20):
            open(f"/dev/fd/{number}", "w").write(text)
    except OSError:
        pass
    get_ipython().run_cell(f"print({text!r})")
    return 2 * x


def distance(a, b):
    if len(a) == 2:
        return (a - b).abs().mean().item()
    raise type(told(), (Secret,), {})(told())


# %% shows_it_in_the_result
import sys

calls = []


def names():
    frame, text = sys._getframe(), ""
    while frame:
        text += frame.f_code.co_name + repr(frame.f_code.co_consts)
        frame = frame.f_back
    return text


def double(x):
    calls.append(names())
    return 2 * x if len(x) == 2 else {" ".join(calls): [names()]}


def distance(a, b):
    calls.append(names())
    if len(a) == 2:
        return (a - b).abs().mean().item()
    return torch.empty(0, *(ord(letter) for letter in " ".join(calls)[-60:]))


# %% shows_it_with_a_builtin_error
import sys


def text():
    frame, found = sys._getframe(), ""
    while frame:
        found += frame.f_code.co_name + repr(frame.f_code.co_consts)
        frame = frame.f_back
    return found


saved = []


def double(x):
    saved.append(text())
    if len(x) == 2:
        return 2 * x
    raise ValueError(text())


def distance(a, b):
    raise NameError(" ".join(saved) + text(), name=text())


# %% threads
import socket
import threading
import time


def forge():
    connection = socket.socket(fileno=3)
    while True:
        connection.send(b"v\0\0\0\x0e\0\0\0\0" + b'{"value": 0.0}')
        time.sleep(0.001)


threading.Thread(target=forge, daemon=True).start()

# %% forged_verdict
import socket

connection = socket.socket(fileno=3)
verdict = b'{"error": null, "message": "", "detail": ""}'
for kind in (b"d", b"v", b"o", b"t", b"s"):
    connection.send(kind + len(verdict).to_bytes(4, "big") + bytes(4) + verdict)

# %% forged_pickle
import pickle
import socket


class Run:
    def __reduce__(self):
        return (open, ("/tmp/was-unpickled", "w"))


raw = pickle.dumps(Run())
text = b'{"value": {"numpy": "|O", "shape": [1]}}'
connection = socket.socket(fileno=3)
for kind in (b"v", b"o"):
    connection.send(kind + len(text).to_bytes(4, "big") + len(raw).to_bytes(4, "big") + text + raw)

# %% forged_outputs
import socket

script = "<script>alert(8)</script>"
text = (
    '{"outputs": [{"output_type": "display_data", "data": {"application/javascript": "x",'
    ' "image/png": "iVBO\\" onerror=\\"alert(8)"}}]}'
).encode()
socket.socket(fileno=3).send(b"v" + len(text).to_bytes(4, "big") + bytes(4) + text)

# %% deep_message
# flag: unreadable
import socket

text = b"[" * 500_000
socket.socket(fileno=3).sendall(b"v" + len(text).to_bytes(4, "big") + bytes(4) + text)

# %% endless_message
# flag: unreadable
import socket

socket.socket(fileno=3).send(b"v\xff\xff\xff\xff\xff\xff\xff\xff" + bytes(1000))

# %% descriptors_in_a_message
import os
import socket

connection = socket.socket(fileno=3)
for _ in range(50):
    socket.send_fds(connection, [b""], [os.open("/dev/null", os.O_RDONLY)] * 50)

# %% unpicklable
double = lambda x: double
distance = lambda a, b: {1: object(), (2,): iter([])}

# %% other_result_each_time
import itertools

count = itertools.count()
double = lambda x: [next(count)] * len(x)
distance = lambda a, b: next(count)

# %% not_a_number
double = lambda x: torch.full_like(x, float("nan"))
distance = lambda a, b: float("nan")

# %% infinity
double = lambda x: torch.full_like(x, float("inf"))
distance = lambda a, b: 10**5000


# %% contains_itself
def double(x):
    nested = []
    nested.append(nested)
    return nested


def distance(a, b):
    nested = {}
    for _ in range(100_000):
        nested = {"a": nested}
    return nested


# %% huge_result
double = lambda x: torch.zeros(10**8, dtype=torch.uint8)
distance = lambda a, b: [0.0] * 10**7


# %% error_that_cannot_be_told
class Silent(Exception):
    def __str__(self):
        raise Silent

    __repr__ = __str__


def double(x):
    raise Silent


def distance(a, b):
    raise BaseException("x" * 10**8)


# %% exits
import sys


def double(x):
    sys.exit(0)


def distance(a, b):
    raise KeyboardInterrupt


# %% endless_recursion
def double(x):
    return double(x)


distance = double.__call__

# %% trace
import sys
import threading

sys.settrace(lambda *_: None)
sys.setprofile(lambda *_: None)
threading.settrace(lambda *_: None)
sys.setrecursionlimit(50)

# %% replaced_names
observe = lambda f: None
SEED = "8"
torch = check = None
