# ruff: noqa
# Attacks on what lies around the process of a submission: files, processes, network, kernel.
# SECRET, COURSE and PORT are put in by the test: a word in the gradebook's folder, the course
# folder, and a port on which somebody listens.

# %% reads_everything
import os

found = []
for root in (COURSE, "/work", "/home", "/root", "/etc", "/proc", "/var", "/mnt"):
    for folder, _, names in os.walk(root):
        for name in names:
            if name.endswith((".ipynb", ".db", "nbgrader_config.py", "environ")):
                try:
                    found.append(open(os.path.join(folder, name), errors="replace").read())
                except OSError:
                    pass
print(found, dict(os.environ))

# %% writes_everywhere
import os
import pathlib

import basicdeepnets

targets = [
    f"{COURSE}/gradebook/gradebook.db",
    f"{COURSE}/nbgrader_config.py",
    f"{COURSE}/PWNED",
    "/PWNED",
    "/dev/PWNED",
    "/usr/PWNED",
    basicdeepnets.__file__,
    os.__file__,
    torch.__file__,
    "/root/.ipython/profile_default/startup/00.py",
    "/etc/passwd",
    "/proc/sys/kernel/core_pattern",
    "/proc/sys/vm/overcommit_memory",
    "/proc/1/oom_score_adj",
    "/proc/1/mem",
]
for target in targets:
    try:
        pathlib.Path(target).parent.mkdir(parents=True, exist_ok=True)
        open(target, "r+b" if os.path.exists(target) else "wb").write(b"x")
        if not os.path.realpath(target).startswith("/scratch"):  # there it is its own
            print("PWNED", target)
    except OSError:
        pass

# %% waits_in_the_background
import os
import subprocess
import sys

code = """
import os, time
for n in range(1000):
    time.sleep(0.01)
    try:
        open(f"/scratch/{n}", "w")
    except OSError:
        pass
"""
subprocess.Popen(["setsid", sys.executable, "-c", code], start_new_session=True)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        import socket
        import time

        connection = socket.socket(fileno=3)
        while True:
            time.sleep(0.05)
            connection.send(b"v\0\0\0\x0e\0\0\0\0" + b'{"value": 0.0}')
    os._exit(0)

# %% network
import socket

for family, address in [
    (socket.AF_INET, ("127.0.0.1", PORT)),
    (socket.AF_INET, ("8.8.8.8", 53)),
    (socket.AF_INET6, ("::1", PORT)),
]:
    try:
        with socket.socket(family) as connection:
            connection.settimeout(0.2)
            connection.connect(address)
            print("PWNED", address)
    except OSError:
        pass
with open("/proc/net/unix") as listing:
    names = [line.split()[-1] for line in listing if "@" in line or "/" in line.split()[-1]]
for name in names:
    try:
        socket.socket(socket.AF_UNIX).connect(name.replace("@", "\0"))
        print("PWNED", name)
    except OSError:
        pass

# %% kills_everything
# flag: killed
import os
import signal

for number in range(1, 65):
    for target in (1, 2, os.getppid(), -1):
        if number in (signal.SIGKILL, signal.SIGSTOP) and target == -1:
            continue
        try:
            os.kill(target, number)
        except OSError:
            pass
try:
    os.kill(-1, signal.SIGKILL)
finally:
    os.kill(os.getpid(), signal.SIGKILL)

# %% stops_itself
# flag: timed_out
import os
import signal

os.kill(os.getpid(), signal.SIGSTOP)

# %% changes_the_limits_of_process_1
import ctypes
import os
import resource

for what in (
    resource.RLIMIT_NOFILE,
    resource.RLIMIT_AS,
    resource.RLIMIT_CPU,
    resource.RLIMIT_STACK,
):
    try:
        resource.prlimit(1, what, (1, 1))
        print("PWNED")
    except OSError:
        pass
for change in (
    lambda: os.setpriority(os.PRIO_PROCESS, 1, 19),
    lambda: os.sched_setaffinity(1, {0}),
    lambda: os.sched_setscheduler(1, os.SCHED_IDLE, os.sched_param(0)),
):
    try:
        change()
        print("PWNED")
    except OSError:
        pass

# %% traces_process_1
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
attach, word = 16, ctypes.c_char_p(b"x" * 8)
results = [libc.ptrace(attach, 1, 0, 0), libc.syscall(311, 1, word, 1, word, 1, 0)]
results.append(libc.syscall(438, libc.syscall(434, 1, 0), 0, 0))
if max(results) >= 0:
    print("PWNED", results)
for name in ("mem", "environ", "fd/3", "maps"):
    try:
        open(f"/proc/1/{name}", "rb").read(10)
        print("PWNED", name)
    except OSError:
        pass

# %% kernel_objects
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
calls = {
    "shmget": lambda: libc.shmget(1, 10**6, 0o1666),
    "msgget": lambda: libc.msgget(1, 0o1666),
    "semget": lambda: libc.semget(1, 1, 0o1666),
    "memfd": lambda: libc.memfd_create(b"x", 0),
    "keyring": lambda: libc.syscall(248, b"user", b"x", b"x", 1, -3),
    "unshare": lambda: libc.unshare(0x10000000),
    "mount": lambda: libc.mount(b"none", b"/scratch", b"tmpfs", 0, None),
    "io_uring": lambda: libc.syscall(425, 8, ctypes.create_string_buffer(120)),
    "bpf": lambda: libc.syscall(321, 0, ctypes.create_string_buffer(120), 72),
    "x32": lambda: libc.syscall(0x40000000 + 319, b"x", 0),
}
for name, call in calls.items():
    if call() >= 0:
        print("PWNED", name)

# %% leaves_things_behind
import os
import pathlib
import socket

for folder in ("/scratch", "/dev/shm"):
    pathlib.Path(folder, "a", *"b" * 100).mkdir(parents=True)
    os.symlink("/", f"{folder}/link")
    os.mkfifo(f"{folder}/fifo")
    socket.socket(socket.AF_UNIX).bind(f"{folder}/socket")
    pathlib.Path(folder, "a", "sitecustomize.py").write_text("raise SystemExit")
    os.chmod(f"{folder}/a", 0)
    os.chmod(folder, 0)

# %% shadows_modules
import pathlib

for name in ("json", "torch", "socket", "cloudpickle", "basicdeepnets", "sitecustomize"):
    for folder in ("/scratch", "/dev/shm", "."):
        pathlib.Path(folder, f"{name}.py").write_text("print('PWNED')")

# %% leaves_the_scratch_folder
import os

os.chdir("/")
os.environ.clear()
for number in range(3, 50):
    try:
        os.close(number)
    except OSError:
        pass
