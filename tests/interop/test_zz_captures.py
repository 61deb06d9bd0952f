"""A last look at every capture of the session: no malformed frame, no wrong checksum."""


def test_no_capture_has_a_fault(captures):
    written = [c for c in captures if c.path.exists() and c.path.stat().st_size > 24]
    faults = {str(c.path): found for c in written if (found := c.faults())}
    assert not faults
