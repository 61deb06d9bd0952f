"""What all tests of this folder share."""

import pytest

pytest_plugins = ["tapstack_interop.plugin", "command_line"]


@pytest.fixture
def net(engine, family, net):
    """The package's `net`, whose captures are looked through when the test is over."""
    yield net
    net.close()
    assert not net.faults_in_captures()
