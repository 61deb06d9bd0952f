// ioctl requests that change interfaces and their addresses, netdevice(7), and those about routes
// and neighbours (rtentry, arp(7)).
#pragma once

#include "shim/hooks/descriptors.h"

namespace tapstack::shim {

// True if `number` is one of them, on a socket like `handle`: `error` is the answer's errno or 0.
// `argument` is what the program handed over, not null.
bool interface_change(const Handle& handle, unsigned long number, void* argument, int& error);
bool route_ioctl(const Handle& handle, unsigned long number, void* argument, int& error);
bool neighbour_ioctl(unsigned long number, void* argument, int& error);

}  // namespace tapstack::shim
