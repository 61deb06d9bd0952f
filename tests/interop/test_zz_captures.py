"""A last look at every capture of the session: no malformed frame, no wrong checksum, and on a good path
nothing sent twice, left out or out of order."""

import concurrent.futures
import os

SENDERS = ["10.10.10.2", "fd10:10:10::2"]


def faults_of(capture) -> list[str]:
    if capture.is_impaired:
        return capture.faults()
    return capture.faults_without_loss(*SENDERS)


def test_no_capture_has_a_fault(captures):
    written = [c for c in captures if c.path.exists() and c.path.stat().st_size > 24]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = zip(written, pool.map(faults_of, written))
        faults = {str(capture.path): some for capture, some in found if some}
    assert not faults
