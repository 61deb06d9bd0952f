// Who uses which local port: one table per protocol, shared rules.
//
// A *binding* is a claim on (address, interface, port). Explicit ones come from bind(2); a connection
// that chose its port, or that was accepted from a listener, holds one too, and so does its TIME-WAIT.
// Several holders may share one binding; it disappears with the last.
#pragma once

#include <array>
#include <cstdint>

#include "config.h"
#include "mem/handle.h"
#include "util/address.h"
#include "util/random.h"
#include "util/result.h"
#include "util/siphash.h"

namespace tapstack::transport {

using BindingId = mem::Handle<struct BindingTag>;

struct BindRequest {
  Endpoint local;                // address any: every address; port 0: choose one
  InterfaceId interface;         // SO_BINDTODEVICE: 0 any
  bool reuse_address = false;    // SO_REUSEADDR
  bool reuse_port = false;       // SO_REUSEPORT
};

}  // namespace tapstack::transport
