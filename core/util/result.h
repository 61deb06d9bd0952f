// Expected failures as values. Only shim/common/errno_map.cpp knows how they look in errno.
#pragma once

#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

#include "util/assert.h"

namespace tapstack {

// Why a call failed; each corresponds to one errno of POSIX or Linux (in the comment).
enum class Error : uint8_t {
  kNone = 0,
  kWouldBlock,                 // EAGAIN
  kInProgress,                 // EINPROGRESS
  kAlready,                    // EALREADY
  kIsConnected,                // EISCONN
  kNotConnected,               // ENOTCONN
  kConnectionRefused,          // ECONNREFUSED
  kConnectionReset,            // ECONNRESET
  kConnectionAborted,          // ECONNABORTED
  kTimedOut,                   // ETIMEDOUT
  kHostUnreachable,            // EHOSTUNREACH
  kNetworkUnreachable,         // ENETUNREACH
  kNetworkDown,                // ENETDOWN
  kHostDown,                   // EHOSTDOWN
  kAddressInUse,               // EADDRINUSE
  kAddressNotAvailable,        // EADDRNOTAVAIL
  kInvalid,                    // EINVAL
  kNoBuffers,                  // ENOBUFS
  kNoMemory,                   // ENOMEM
  kTooManySockets,             // ENFILE
  kMessageTooLong,             // EMSGSIZE
  kBrokenPipe,                 // EPIPE
  kNotSupported,               // EOPNOTSUPP
  kProtocolNotSupported,       // EPROTONOSUPPORT
  kSocketTypeNotSupported,     // ESOCKTNOSUPPORT
  kAddressFamilyNotSupported,  // EAFNOSUPPORT
  kNoProtocolOption,           // ENOPROTOOPT
  kProtocol,                   // EPROTO
  kBadHandle,                  // EBADF
  kAccess,                     // EACCES
  kPermission,                 // EPERM
  kDestinationRequired,        // EDESTADDRREQ
  kNoDevice,                   // ENODEV
  kNoSuchDevice,               // ENXIO
  kNoEntry,                    // ENOENT
  kInputOutput,                // EIO
};

// A T, or the reason why there is none.
template <class T>
class [[nodiscard]] Result {
 public:
  constexpr Result(T value) : value_(std::move(value)), error_(Error::kNone) {}
  constexpr Result(Error error) : value_(), error_(error) {
    TAPSTACK_ASSERT(error != Error::kNone);
  }

  constexpr bool ok() const { return error_ == Error::kNone; }
  constexpr explicit operator bool() const { return ok(); }
  constexpr Error error() const { return error_; }
  constexpr T& value() {
    TAPSTACK_ASSERT(ok());
    return value_;
  }
  constexpr const T& value() const {
    TAPSTACK_ASSERT(ok());
    return value_;
  }
  constexpr T& operator*() { return value(); }
  constexpr const T& operator*() const { return value(); }
  constexpr T* operator->() { return &value(); }
  constexpr const T* operator->() const { return &value(); }

 private:
  T value_;  // default constructed in case of an error; T must be cheap to construct
  Error error_;
};

// Success, or the reason why not. Converts from Error; `Status()` is success.
class [[nodiscard]] Status {
 public:
  constexpr Status() = default;
  constexpr Status(Error error) : error_(error) {}
  constexpr bool ok() const { return error_ == Error::kNone; }
  constexpr explicit operator bool() const { return ok(); }
  constexpr Error error() const { return error_; }
  constexpr void ignore() const {}  // says that a failure needs no action here

 private:
  Error error_ = Error::kNone;
};

}  // namespace tapstack
