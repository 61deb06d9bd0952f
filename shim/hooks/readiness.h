// What poll says of a socket of the stack, beyond what its handle shows: HUP of a TCP socket
// without a connection, ERR of one that failed or was reset, ERR for a queued ICMP error.
#pragma once

namespace tapstack::shim {

// `revents` as Linux's tcp_poll or datagram_poll would have it, for a descriptor of any kind. Bits
// are poll's, which are epoll's too.
short corrected_events(int fd, short events, short revents);

// True for a TCP socket that is ready by being without a connection: native waiting might not end.
bool is_silently_ready(int fd);

// True for a datagram socket with an error to tell when the program asks for no input: the handle
// says so by input only.
bool is_silent_error(int fd, short events);

}  // namespace tapstack::shim
