"""A last look at every capture of the session: no malformed frame, no wrong checksum, and on a good path
nothing sent twice, left out or out of order."""

from tapstack_interop import Network


def test_no_capture_has_a_fault(captures):
    written = [c for c in captures if c.path.exists() and c.path.stat().st_size > 24]
    faults = {}
    for capture in written:
        found = capture.faults() if capture.is_impaired else capture.faults_without_loss(Network.stack_addr)
        if found:
            faults[str(capture.path)] = found
    assert not faults
