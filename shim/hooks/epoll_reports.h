// EPOLLERR of TCP sockets while their error queues tell of sends (Phase::kReporting): nothing on a
// handle can wake for that.
#pragma once

#include <sys/epoll.h>

namespace tapstack::shim::epoll_reports {

// Events of the sockets that `epoll` watches, as if there were nothing else to tell of them; how
// many, at most `count`.
int collect(int epoll, epoll_event* events, int count);

}  // namespace tapstack::shim::epoll_reports
