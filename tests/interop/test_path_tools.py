"""traceroute and tracepath find the host, one hop away, by each of their ways."""

import pytest

# Wireshark takes what traceroute sends to high ports for other protocols.
pytestmark = [pytest.mark.families(4, 6), pytest.mark.engines("inside"), pytest.mark.no_capture]


@pytest.mark.needs("traceroute")
@pytest.mark.parametrize("way", ["--udp", "--icmp", "--tcp"])
def test_traceroute(net, way):
    # By default it gives an answer three times as long as the last one took: 30 us here.
    patient = ["-w", "5,100000,100000"]
    done = net.stack.run(["traceroute", f"-{net.family}", "-n", way, *patient, net.host_addr]).check()
    hops = done.text.splitlines()[1:]
    assert len(hops) == 1 and net.host_addr in hops[0] and "*" not in hops[0], done.report()


@pytest.mark.needs("tracepath")
def test_tracepath_tells_the_mtu(net):
    done = net.stack.run(["tracepath", f"-{net.family}", "-n", net.host_addr]).check()
    assert "pmtu 1500 hops 1 back 1" in done.text, done.report()
