// What Linux says of a message's header before it looks at the socket: copy_msghdr_from_user,
// ____sys_sendmsg and import_iovec of net/socket.c. The hooks read it themselves, so they must not
// trust it more than the kernel does.
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <cstddef>

namespace tapstack::shim {

// 0; EMSGSIZE for more parts than UIO_MAXIOV, EFAULT for parts that are no memory, EINVAL for one
// longer than SSIZE_MAX.
int check_parts(const iovec* parts, size_t count);
// Of recvmsg(): also EINVAL for a negative length of the name.
int check_received(const msghdr& message);
// Of sendmsg(): also ENOBUFS for more control data than INT_MAX, EFAULT for data that is no memory.
int check_sent(const msghdr& message);

}  // namespace tapstack::shim
