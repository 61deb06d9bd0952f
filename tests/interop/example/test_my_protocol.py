"""Copy this folder to test your own program on Tapstack against the host kernel.

    PYTHONPATH=/usr/local/share/tapstack/interop unshare -nm /usr/bin/python3 -m pytest .
"""

import pytest


@pytest.mark.families(4, 6)
def test_program_on_the_stack_gets_an_answer_from_the_kernel(net):
    peer = net.host.peer("echo", "--port", "0")  # a server on the kernel's side
    done = net.stack.run(["nc", "-N", net.host_addr, str(peer.port)], stdin=b"hello\n")
    assert done.check().stdout == b"hello\n"


def test_handshake_in_the_capture(net):
    peer = net.host.peer("echo", "--port", "0")
    net.stack.run(["nc", "-N", net.host_addr, str(peer.port)], stdin=b"hello\n").check()
    assert net.capture.count("tcp.flags.syn == 1 and tcp.flags.ack == 0") == 1
    assert net.capture.faults() == []


def test_a_lossy_path_delivers_everything(net):
    net.settings["TAPSTACK_IMPAIR"] = "delay=5ms,loss=2%,seed=7"
    peer = net.host.peer("echo", "--port", "0")
    text = b"over a bad path\n" * 20_000
    done = net.stack.run(["nc", "-N", net.host_addr, str(peer.port)], stdin=text, timeout=60)
    assert done.check().stdout == text
