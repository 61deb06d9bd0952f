#include "shim/common/errno_map.h"

#include <cerrno>

#include <cstddef>
#include <iterator>

namespace tapstack::shim {
namespace {

struct Row {
  Error error;
  int number;
};

// In the order of Error, so that an error is its row.
constexpr Row kRows[] = {
    {Error::kNone, 0},
    {Error::kWouldBlock, EAGAIN},
    {Error::kInProgress, EINPROGRESS},
    {Error::kAlready, EALREADY},
    {Error::kIsConnected, EISCONN},
    {Error::kNotConnected, ENOTCONN},
    {Error::kConnectionRefused, ECONNREFUSED},
    {Error::kConnectionReset, ECONNRESET},
    {Error::kConnectionAborted, ECONNABORTED},
    {Error::kTimedOut, ETIMEDOUT},
    {Error::kHostUnreachable, EHOSTUNREACH},
    {Error::kNetworkUnreachable, ENETUNREACH},
    {Error::kNetworkDown, ENETDOWN},
    {Error::kHostDown, EHOSTDOWN},
    {Error::kAddressInUse, EADDRINUSE},
    {Error::kAddressNotAvailable, EADDRNOTAVAIL},
    {Error::kInvalid, EINVAL},
    {Error::kNoBuffers, ENOBUFS},
    {Error::kNoMemory, ENOMEM},
    {Error::kTooManySockets, ENFILE},
    {Error::kMessageTooLong, EMSGSIZE},
    {Error::kBrokenPipe, EPIPE},
    {Error::kNotSupported, EOPNOTSUPP},
    {Error::kProtocolNotSupported, EPROTONOSUPPORT},
    {Error::kSocketTypeNotSupported, ESOCKTNOSUPPORT},
    {Error::kAddressFamilyNotSupported, EAFNOSUPPORT},
    {Error::kNoProtocolOption, ENOPROTOOPT},
    {Error::kProtocol, EPROTO},
    {Error::kBadHandle, EBADF},
    {Error::kAccess, EACCES},
    {Error::kPermission, EPERM},
    {Error::kDestinationRequired, EDESTADDRREQ},
    {Error::kNoDevice, ENODEV},
    {Error::kNoSuchDevice, ENXIO},
    {Error::kNoEntry, ENOENT},
    {Error::kInputOutput, EIO},
};

constexpr bool is_in_order() {
  for (size_t i = 0; i < std::size(kRows); ++i) {
    if (static_cast<size_t>(kRows[i].error) != i) return false;
  }
  return true;
}
static_assert(is_in_order());

}  // namespace

int to_errno(Error error) {
  const auto row = static_cast<size_t>(error);
  return row < std::size(kRows) ? kRows[row].number : EIO;
}

}  // namespace tapstack::shim
