// ioctl requests about interfaces, netdevice(7), on any IPv4 socket of the stack.
#pragma once

namespace tapstack::shim {

// True if `request` is one of them (0x8910 to 0x89ff): `error` is the answer's errno or 0.
bool interface_ioctl(unsigned long request, void* argument, int& error);

}  // namespace tapstack::shim
