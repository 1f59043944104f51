"""What a forked process takes away from itself before it runs foreign code. Linux only.

This is the second wall: it needs no privilege and no bubblewrap. The first one is in `sandbox`.
Three layers: the kernel's resource limits; Landlock, which makes files read-only; and a filter of
system calls that a notebook never needs.
"""

import ctypes
import os
import platform
import resource
import struct
from collections.abc import Iterable

_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 4, 22, 38
# The same numbers on x86-64 and on ARM.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_READ = _EXECUTE | _READ_FILE | _READ_DIR


def conceal(hidden: bool = True) -> None:
    """Keep processes of the same user from tracing this one or reading its memory."""
    _libc.prctl(_PR_SET_DUMPABLE, 0 if hidden else 1, 0, 0, 0)


def no_new_privileges() -> None:
    """Make setuid programs useless, for good."""
    _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def limit(memory: int, processes: int, disk: int) -> None:
    """Set the kernel's limits for this process and its descendants.

    Parameters
    ----------
    memory : bytes beyond those that the process has now
    processes : processes and threads
    disk : bytes a file
    """
    limits = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_DATA: _data() + memory,
        resource.RLIMIT_FSIZE: disk,
        resource.RLIMIT_NOFILE: 256,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    # Older kernels count the user's processes outside of the sandbox too.
    release = tuple(int(part) for part in platform.release().split(".")[:2])
    if release >= (5, 14):
        limits[resource.RLIMIT_NPROC] = processes
    for what, value in limits.items():
        hard = resource.getrlimit(what)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(what, (value, value))


def _data() -> int:
    with open("/proc/self/status") as status:
        return next(int(x.split()[1]) for x in status if x.startswith("VmData:")) * 1024


def landlock_version() -> int:
    """Return what the kernel's Landlock can do; 0 if it has none."""
    flag_version = 1
    return max(_libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), flag_version), 0)


def landlock(writable: Iterable[str]) -> None:
    """Make all files but those below `writable` read-only, for good.

    Where the kernel can, TCP is forbidden too, and so are signals and abstract sockets to
    processes that are not descendants. Does nothing where the kernel has no Landlock.
    """
    version = landlock_version()
    if not version:
        return
    rights = (1 << {1: 13, 2: 14, 3: 15, 4: 15}.get(version, 16)) - 1
    tcp, scopes = (3 if version >= 4 else 0), (3 if version >= 6 else 0)
    attributes = struct.pack("QQQ", rights, tcp, scopes)
    size = 8 if version < 4 else 16 if version < 6 else 24
    ruleset = _call(_CREATE_RULESET, attributes, ctypes.c_size_t(size), 0)
    devices = rights & (_READ_FILE | _READ_DIR | _WRITE_FILE | 1 << 15)
    allowed = {"/": rights & _READ, "/dev": devices, **dict.fromkeys(writable, rights)}
    for path, access in allowed.items():
        folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
        _call(_ADD_RULE, ruleset, 1, struct.pack("=Qi", access, folder), 0)
        os.close(folder)
    _call(_RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


# What a notebook never needs, but an attack may: memory that no limit counts, tracing, changing the
# limits or the priority of another process, and the parts of the kernel with the most mistakes.
# name: (number on x86-64, number on ARM)
_FORBIDDEN = {
    **{"memfd_create": (319, 279), "memfd_secret": (447, 447), "userfaultfd": (323, 282)},
    **{"shmget": (29, 194), "msgget": (68, 186), "semget": (64, 190), "mq_open": (240, 180)},
    **{"ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271)},
    **{"setpriority": (141, 140), "ioprio_set": (251, 30), "sched_setaffinity": (203, 122)},
    **{"sched_setscheduler": (144, 119), "sched_setparam": (142, 118), "sched_setattr": (314, 274)},
    **{"unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39)},
    **{"fsopen": (430, 430), "open_tree": (428, 428), "move_mount": (429, 429)},
    **{"keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218)},
    **{"io_uring_setup": (425, 425), "bpf": (321, 280), "perf_event_open": (298, 241)},
    **{"pidfd_getfd": (438, 438), "kcmp": (312, 272), "personality": (135, 92)},
}
_PRLIMIT = (302, 261)
_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _DENY = 0x7FFF0000, 0x00050001  # the error is "operation not permitted"


def filter_version() -> int:
    """Return 1 if this machine's system calls can be filtered, else 0."""
    return int(platform.machine() in _ARCHITECTURES)


def filter_calls() -> None:
    """Refuse system calls that a notebook never needs, for good (needs no_new_privileges)."""
    if not filter_version():
        return
    column, architecture = _ARCHITECTURES[platform.machine()]
    numbers = [number[column] for number in _FORBIDDEN.values()]
    refused = [(_EQUAL, 0, 1, number) for number in numbers]
    program = [
        (_LOAD, 0, 0, 4),  # the architecture
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _DENY),
        (_LOAD, 0, 0, 0),  # the number of the call
        (_AT_LEAST, 0, 1, 0x40000000),  # the other numbering of x86-64
        (_RETURN, 0, 0, _DENY),
        *(part for test in refused for part in (test, (_RETURN, 0, 0, _DENY))),
        (_EQUAL, 0, 3, _PRLIMIT[column]),
        (_LOAD, 0, 0, 16),  # its first argument: 0 is the process itself
        (_EQUAL, 1, 0, 0),
        (_RETURN, 0, 0, _DENY),
        (_RETURN, 0, 0, _ALLOW),
    ]
    code = b"".join(struct.pack("HBBI", *instruction) for instruction in program)
    buffer = ctypes.create_string_buffer(code)
    header = struct.pack("HxxxxxxQ", len(program), ctypes.addressof(buffer))
    if _libc.prctl(_PR_SET_SECCOMP, 2, ctypes.c_char_p(header), 0, 0):
        raise OSError(ctypes.get_errno(), "seccomp")


def _call(number: int, *arguments: object) -> int:
    result = _libc.syscall(number, *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), "landlock")
    return result
