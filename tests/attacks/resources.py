# ruff: noqa
# Attacks on what all submissions share: time, memory, processes, disk, output.

# %% endless_loop_in_a_cell
# flag: timed_out
while True:
    try:
        while True:
            pass
    except BaseException:
        pass

# %% endless_loop_in_a_block
# flag: timed_out
import signal

signal.signal(signal.SIGINT, signal.SIG_IGN)


def double(x):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass


# %% sleeps_in_a_block
# flag: timed_out
import time

double = lambda x: time.sleep(1000)
distance = lambda a, b: time.sleep(1000)

# %% exits_in_a_block
# flag: killed
import os

double = lambda x: os._exit(0)
distance = lambda a, b: os._exit(0)

# %% exits_in_a_cell
# flag: killed
import os

os._exit(0)

# %% exits_at_the_second_start
# flag: killed
import os

double = lambda x: os._exit(0)

# %% crashes
# flag: killed
import ctypes

ctypes.string_at(0)

# %% memory
hoard = []
try:
    while True:
        hoard.append(bytearray(10**7))
except MemoryError:
    pass

# %% memory_of_many
# flag: memory|timed_out
import os
import time

for _ in range(20):
    if os.fork() == 0:
        hoard = bytearray(b"x") * (60 * 10**6)
        time.sleep(100)
time.sleep(100)


# %% memory_in_a_block
def double(x):
    return [bytearray(10**9) for _ in range(100)]


# %% fork_bomb
import os

while True:
    try:
        os.fork()
    except OSError:
        pass

# %% shells
import subprocess

while True:
    try:
        subprocess.Popen(["/bin/sh", "-c", "sleep 100 & sleep 100"])
    except OSError:
        pass

# %% thread_bomb
import threading
import time

try:
    while True:
        threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
except RuntimeError:
    pass

# %% output_flood
# flag: output_cut
for _ in range(2000):
    print("x" * 10**5)

# %% output_of_many_kinds
# flag: output_cut
from IPython.display import HTML, display

for number in range(100):
    display(HTML("<script>alert(8)</script>" * 1000))

# %% long_error
raise ValueError("x" * 10**7)

# %% fills_the_disk
for folder in ("/scratch", "/dev/shm"):
    try:
        for number in range(1000):
            with open(f"{folder}/{number}", "wb") as file:
                file.write(bytes(10**7))
    except OSError:
        pass

# %% one_large_file
import os

try:
    with open("/scratch/large", "wb") as file:
        os.posix_fallocate(file.fileno(), 0, 10**10)
except OSError:
    pass

# %% many_files
# flag: disk|timed_out
import os

number = 0
while True:
    os.close(os.open(f"/scratch/{number}", os.O_CREAT))
    number += 1
