"""Loaded by every Python process that has this folder on PYTHONPATH: no connection leaves this machine.

The course works offline, and tests/test_notebooks.py proves it by running the notebooks so. The sockets between a
kernel and its client are on this machine, and stay.
"""

import ipaddress
import sys


def _is_local(host):
    if not host or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host).is_loopback
    except ValueError:
        return False


def _stay_home(event, arguments):
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    if not _is_local(host):
        raise OSError(f"the tests run offline, and something asked for {host}")


sys.addaudithook(_stay_home)
# Reading its grammar takes a second of each process that opens a notebook. jsonschema does without: no format of an
# address is looked at.
sys.modules["rfc3987_syntax"] = None
