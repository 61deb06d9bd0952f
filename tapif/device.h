// A network device of a hosted system, as the engine drives it: frames with their offload information.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include <sys/uio.h>

#include "core/api/run.h"

namespace tapstack::tapif {

// What a device can do and how it is set.
struct DeviceInfo {
  std::string name;         // of the interface on the host's side ("ts0")
  MacAddress mac;           // the stack's own MAC on it
  uint32_t mtu_bytes = 1500;
  bool can_segment = false;  // takes TCP superframes
  bool can_checksum = false;
};

// Non-blocking. Implementations and wrappers (capture, impairment) are used by one thread at a time.
class Device {
 public:
  virtual ~Device() = default;
  virtual const DeviceInfo& info() const = 0;
  // Descriptor to wait on for input with poll(2) (POLLIN), or -1.
  virtual int fd() const = 0;
  // When a wrapper has something to do by itself (a delayed frame): its instant; never otherwise.
  virtual Instant next_deadline() const { return Instant::never(); }
  // Reads one frame into the spans. Returns its length; 0 when there is none now; -errno on failure
  // (-ENODEV/-EBADFD: the device is gone). `now` on the same clock as the engine's.
  virtual int read(Instant now, std::span<const Bytes> spans, api::Offload& offload) = 0;
  // Writes one frame. Returns 0 or -errno (-EAGAIN: try again when writable).
  virtual int write(Instant now, std::span<const ConstBytes> spans, const api::Offload& offload) = 0;
};

}  // namespace tapstack::tapif
