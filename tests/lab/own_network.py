"""A network namespace for the process that runs tests: ports that no other process takes, and no way out.

Only loopback is in it. So the workers of one run, and two runs on one machine, never take each other's ports,
and a test that dials an address outside its own worlds gets "Network is unreachable", never an answer.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct
import threading

_CLONE_NEWNET = 0x40000000  # linux/sched.h
_SIOCSIFFLAGS = 0x8914  # linux/sockios.h
_IFF_UP = 1
_IFREQ = struct.Struct("16sh14x")  # struct ifreq with ifr_flags, netdevice(7)


def enter() -> bool:
    """Move this thread, and those it will start, into a network namespace of its own; False where it may not.

    It needs root: a process with more than one thread gets no new user namespace (unshare(2)).
    """
    if os.geteuid() != 0 or threading.current_thread() is not threading.main_thread():
        return False
    if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWNET) != 0:
        return False  # root of a container without CAP_SYS_ADMIN
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, _IFREQ.pack(b"lo", _IFF_UP))
    return True
