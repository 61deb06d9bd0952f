#include "shim/common/errno_map.h"

#include <cerrno>

namespace tapstack::shim {

int to_errno(Error error) {
  switch (error) {
    case Error::kNone:
      return 0;
    case Error::kWouldBlock:
      return EAGAIN;
    case Error::kInProgress:
      return EINPROGRESS;
    case Error::kAlready:
      return EALREADY;
    case Error::kIsConnected:
      return EISCONN;
    case Error::kNotConnected:
      return ENOTCONN;
    case Error::kConnectionRefused:
      return ECONNREFUSED;
    case Error::kConnectionReset:
      return ECONNRESET;
    case Error::kConnectionAborted:
      return ECONNABORTED;
    case Error::kTimedOut:
      return ETIMEDOUT;
    case Error::kHostUnreachable:
      return EHOSTUNREACH;
    case Error::kNetworkUnreachable:
      return ENETUNREACH;
    case Error::kNetworkDown:
      return ENETDOWN;
    case Error::kHostDown:
      return EHOSTDOWN;
    case Error::kAddressInUse:
      return EADDRINUSE;
    case Error::kAddressNotAvailable:
      return EADDRNOTAVAIL;
    case Error::kInvalid:
      return EINVAL;
    case Error::kNoBuffers:
      return ENOBUFS;
    case Error::kNoMemory:
      return ENOMEM;
    case Error::kTooManySockets:
      return ENFILE;
    case Error::kMessageTooLong:
      return EMSGSIZE;
    case Error::kBrokenPipe:
      return EPIPE;
    case Error::kNotSupported:
      return EOPNOTSUPP;
    case Error::kProtocolNotSupported:
      return EPROTONOSUPPORT;
    case Error::kSocketTypeNotSupported:
      return ESOCKTNOSUPPORT;
    case Error::kAddressFamilyNotSupported:
      return EAFNOSUPPORT;
    case Error::kNoProtocolOption:
      return ENOPROTOOPT;
    case Error::kProtocol:
      return EPROTO;
    case Error::kBadHandle:
      return EBADF;
    case Error::kAccess:
      return EACCES;
    case Error::kPermission:
      return EPERM;
    case Error::kDestinationRequired:
      return EDESTADDRREQ;
    case Error::kNoDevice:
      return ENODEV;
    case Error::kNoSuchDevice:
      return ENXIO;
    case Error::kNoEntry:
      return ENOENT;
  }
  return EIO;
}

}  // namespace tapstack::shim
