// What poll says of a socket of the stack, beyond what its handle shows: HUP of a TCP socket
// without a connection, ERR of one that failed or was reset, ERR while the error queue has
// something.
#pragma once

#include <cstdint>

namespace tapstack::shim {

// `revents` as Linux's tcp_poll or datagram_poll would have it, for a descriptor of any kind. Bits
// are poll's, which are epoll's too.
short corrected_events(int fd, short events, short revents);

// What the native call would not wake up for.
enum class Silence : uint8_t {
  kNone,
  kReady,      // a TCP socket without a connection, or with something in its error queue
  kMayReport,  // a TCP socket whose error queue may get something at any time
};
Silence silence_of(int fd);

// True for a datagram socket with an error to tell when the program asks for no input: the handle
// says so by input only.
bool is_silent_error(int fd, short events);

}  // namespace tapstack::shim
