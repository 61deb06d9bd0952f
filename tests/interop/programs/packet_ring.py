"""PACKET_RX_RING on loopback, a line for each thing seen: the same on the kernel and on the stack.

Run as: packet_ring.py <version: 0 or 1>. A ring of 8 frames of 2,048 octets.
"""

import ctypes
import mmap
import os
import select
import socket
import struct
import sys

VERSION = int(sys.argv[1])
SOL_PACKET, RX_RING, STATISTICS, SET_VERSION = 263, 5, 6, 10
FRAMES, FRAME_BYTES = 8, 2048
PORT = 9999
# Keeps UDP datagrams that come in (pkttype 0) to the port.
FILTER = [(0x20, 0, 0, 0xFFFFF004), (0x15, 0, 5, 0), (0x30, 0, 0, 23), (0x15, 0, 3, 17),
          (0x28, 0, 0, 36), (0x15, 0, 1, PORT), (0x06, 0, 0, 0xFFFF), (0x06, 0, 0, 0)]

ring_socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
ring_socket.setsockopt(SOL_PACKET, SET_VERSION, VERSION)
program = b"".join(struct.pack("=HBBI", *i) for i in FILTER)
text = ctypes.create_string_buffer(program)
ring_socket.setsockopt(socket.SOL_SOCKET, 26, struct.pack("@HP", len(FILTER), ctypes.addressof(text)))
ring_socket.setsockopt(SOL_PACKET, RX_RING, struct.pack("=IIII", 8192, 2, FRAME_BYTES, FRAMES))
ring = mmap.mmap(ring_socket.fileno(), 16384)
ring_socket.bind(("lo", 3))
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
head = 0


def send(*texts):
    for one in texts:
        sender.sendto(one, ("127.0.0.1", PORT))


def is_readable(timeout=0.0):
    poll = select.poll()
    poll.register(ring_socket, select.POLLIN)
    return bool(poll.poll(timeout * 1000))


def status_at(frame):
    return struct.unpack_from("=Q" if VERSION == 0 else "=I", ring, frame * FRAME_BYTES)[0]


def release(frame):
    struct.pack_into("=Q" if VERSION == 0 else "=I", ring, frame * FRAME_BYTES, 0)


def take():
    """The next frame: its text and what its header says."""
    global head
    at = head * FRAME_BYTES
    if status_at(head) == 0:
        return None
    if VERSION == 0:
        _, length, kept, link, network, seconds, _ = struct.unpack_from("=QIIHHII", ring, at)
    else:
        _, length, kept, link, network, seconds, _ = struct.unpack_from("=IIIHHII", ring, at)
    name = struct.unpack_from("=HHiHBB", ring, at + 32)
    payload = bytes(ring[at + network + 28:at + link + kept])
    seen = (payload[:16], length, kept, link, network, seconds > 0, name[0], socket.ntohs(name[1]), *name[3:],
            status_at(head) & 1)
    release(head)
    head = (head + 1) % FRAMES
    return seen


print("fresh:", is_readable(), status_at(0))
send(b"one", b"two")
print("two:", is_readable(1), take(), take(), take())
print("emptied:", is_readable())
send(bytes(3000))
print("too long for a frame:", is_readable(1), take())
send(*[b"%d" % n for n in range(8)])
is_readable(1)
print("full:", [take()[0] for _ in range(8)], take())
print("receive:", end=" ")
try:
    ring_socket.recv(100, socket.MSG_DONTWAIT)
except OSError as error:
    print(error.errno)
send(b"three")
is_readable(1)
child = os.fork()
if child == 0:
    print("child:", is_readable(), take()[0], flush=True)
    os._exit(0)
os.waitpid(child, 0)
head = (head + 1) % FRAMES
print("parent:", is_readable(), take())
copy = os.dup(ring_socket.fileno())
ring[:] = b"\xff" * len(ring)  # whatever lies there, no frame is free
send(b"lost on the kernel")
ring[:] = bytes(len(ring))
is_readable(0.1)
ring[:] = bytes(len(ring))
send(b"four")
print("scribbled, cleared:", is_readable(1), any(status_at(n) for n in range(FRAMES)))
seen, _ = struct.unpack("II", ring_socket.getsockopt(SOL_PACKET, STATISTICS, 8))
print("counted:", seen)
ring_socket.close()
print("closed:", os.fstat(copy).st_size, len(ring))
