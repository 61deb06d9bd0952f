// What takes the place of a handle once the keeper behind it has died. The dead handle is readable
// and hung up for ever, so a program that waits for strangers (a listener, a datagram socket) would
// be woken for nothing, again and again. Linux's answer to an interface that vanished is silence.
#pragma once

namespace tapstack::shim::stand_in {

// What a call that receives on the handle `fd` tells of `error`, which the engine gave as reason.
// ENETDOWN of a dead keeper is told once: from then on the socket is one to which nobody comes, and
// 0 is returned. It is not readable and not hung up, calls that receive wait natively (EAGAIN,
// SO_RCVTIMEO, EINTR), those that send go on to answer ENETDOWN, and epoll sets of this process
// watch it as before. Every other error is returned as it is. Where no descriptors are left for a
// stand-in it is told each time.
int tell_once(int fd, int error);

}  // namespace tapstack::shim::stand_in
