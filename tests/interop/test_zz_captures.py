"""A last look at every capture of the session: no malformed frame, no wrong checksum, and on a good path
nothing sent twice, left out or out of order."""

SENDERS = ["10.10.10.2", "fd10:10:10::2"]


def faults_of(capture) -> list[str]:
    if capture.is_impaired:
        return capture.faults()
    return sorted({fault for sender in SENDERS for fault in capture.faults_without_loss(sender)})


def test_no_capture_has_a_fault(captures):
    written = [c for c in captures if c.path.exists() and c.path.stat().st_size > 24]
    faults = {}
    for capture in written:
        found = faults_of(capture)
        if found:
            faults[str(capture.path)] = found
    assert not faults
