"""Clients of a keeper that do not keep to its protocol, while others transfer: these lose nothing."""

import signal

import pytest

from tapstack_interop import wait_until
from test_death import HOST_PORT, Mortal, Witness, environment, keepers, mortal

# Run on the kernel's side of the wire, which is in the network namespace of the keeper's name.
HOSTILE = """
import array, os, random, resource, socket, sys
random.seed(int(sys.argv[2]))
resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))

def join(flags=0):
    channel = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | flags)
    channel.connect(b'\\0tapstack/join/ts0')
    return channel

def send(channel, data, fds=()):
    control = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', fds))] if fds else []
    try: channel.sendmsg([data], control, socket.MSG_DONTWAIT)
    except (BrokenPipeError, BlockingIOError, ConnectionResetError): return False
    return True

def hello(length=None):  # the shortest request, kHello without arguments
    return bytes(length or header)

def is_answered(length):
    channel = join()
    send(channel, hello(length))
    return channel.recv(4096) != b''

header = next(length for length in range(4, 400) if is_answered(length))

def garbage():
    for _ in range(300):
        channel = join()
        for _ in range(random.randrange(1, 4)):
            send(channel, random.randbytes(random.choice([1, 3, 16, 60, 100, 2000, 3000, 60000])))
        if random.random() < 0.5: channel.settimeout(1); read_all(channel)
        channel.close()

def read_all(channel):
    try:
        while channel.recv(4096): pass
    except (ConnectionResetError, TimeoutError): pass

def descriptors():
    null = os.open('/dev/null', os.O_RDWR)
    for _ in range(100):
        channel = join()
        pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        wrong = random.choice([[null], [null] * 5, [channel.fileno()], [pair[0].fileno()], [null] * 200])
        send(channel, hello(random.choice([header, header, 20])), wrong)
        for one in (channel, *pair): one.close()

def flood():
    channel = join()
    while send(channel, hello()): pass  # nobody listens to the answers
    channel = join()
    for _ in range(20000):
        send(channel, hello())
        assert channel.recv(4096)

def crowd():
    held = []
    try:
        while len(held) < 1500: held.append(join(socket.SOCK_NONBLOCK))
    except BlockingIOError: pass
    for channel in held[::3]: send(channel, hello())

def dies():
    for _ in range(20):
        if os.fork() == 0:
            channel = join()
            for _ in range(random.randrange(0, 50)): send(channel, hello())
            os.kill(os.getpid(), 9)
    for _ in range(20): os.wait()

globals()[sys.argv[1]]()
"""
WAYS = ["garbage", "descriptors", "flood", "crowd", "dies"]


@pytest.mark.families(4, 6, by_night=(6,))
@pytest.mark.engines("keeper")
@pytest.mark.no_capture
def test_no_way_of_misusing_the_protocol_harms_another_client(net):
    env = environment(net.family)
    host_server = net.host.start(mortal("serve", HOST_PORT), env=env)
    witness = Witness(Mortal(net.stack.start(mortal("gather", 7009), env=env), on_stack=True), net)
    talkers = [
        Mortal(net.stack.start(mortal("talk", address, port, 2500, n), env=env), on_stack=True)
        for n, (address, port) in enumerate([(net.host_addr, HOST_PORT), (net.loopback, 7009)])
    ]
    wait_until(lambda: all(talker.lines("talks") for talker in talkers), what="transfers")
    for way in WAYS:
        net.host.run(["/usr/bin/python3", "-c", HOSTILE, way, "7"], timeout=20).check()
    for talker in talkers:
        talker.program.wait(10).check()
        assert talker.lines("whole"), talker.program.stdout_now()
    witness.check()
    assert keepers(net) == [witness.keeper]
    host_server.kill()


STRANGER = """
import os, socket
os.setgid(65534); os.setuid(65534)
def join():
    channel = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    channel.connect(b'\\0tapstack/join/ts0')
    channel.settimeout(10)
    return channel
asking, silent = join(), join()
asking.send(bytes(120))
try: print(asking.recv(100), flush=True)
except ConnectionResetError: print(b'', flush=True)
try: silent.recv(100)
except ConnectionResetError: pass
"""


@pytest.mark.engines("keeper")
def test_another_users_program_is_refused_and_nobody_to_stay_for(net):
    """Unless it shows a socket that it was given: programs/unnoticed.cpp, executed_as_other_user."""
    server = net.stack.start(mortal("gather", 7000))
    wait_until(lambda: b"listens" in server.stdout_now(), what="the server")
    stranger = net.host.start(["/usr/bin/python3", "-c", STRANGER])
    wait_until(lambda: stranger.stdout_now() == b"b''\n", what="the refusal")
    server.signal(signal.SIGTERM)
    wait_until(lambda: not keepers(net), what="the end of the keeper")
    stranger.wait(5).check()
