// What epoll descriptors of the program watch. The kernel tells by /proc/self/fdinfo; without that,
// nothing is known.
#pragma once

#include <sys/epoll.h>

#include <cstdint>
#include <vector>

namespace tapstack::shim::epoll_registrations {

struct Registration {
  int epoll = -1;
  int fd = -1;  // the number that it had when it was registered
  uint32_t events = 0;
  uint64_t data = 0;

  // EPOLLONESHOT disarms by taking what is asked for away.
  bool is_armed() const { return (events & (uint32_t{EPOLLERR} | EPOLLHUP)) != 0; }
};

// `epoll` has a handle of ours registered, or had: to be said at each registration.
void note_watcher(int epoll);
bool is_watcher(int epoll);

// All that one descriptor watches.
std::vector<Registration> of_epoll(int epoll);
// All registrations of one of the program's descriptors, with those that were noted.
std::vector<Registration> of_descriptor(int fd);

}  // namespace tapstack::shim::epoll_registrations
