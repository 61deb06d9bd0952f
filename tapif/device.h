// A network device of a hosted system, as the engine drives it: frames with their offload
// information.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include <sys/uio.h>

#include "core/api/run.h"

namespace tapstack::tapif {

// What a device can do and how it is set.
struct DeviceInfo {
  std::string name;  // of the interface on the host's side ("ts0")
  MacAddress mac{};  // the stack's own MAC on it
  uint32_t mtu_bytes = 1500;
  bool can_segment = false;  // takes TCP superframes
  bool can_checksum = false;
  std::string end_hint = "was it deleted?";  // what the user may look for when it is gone
};

// Why something could not be opened or was not understood.
struct Failure {
  int error = 0;        // errno, 0: none
  std::string message;  // one line: what, why, how to mend
  explicit operator bool() const { return error != 0; }
};

// Non-blocking. Implementations and wrappers (capture, impairment) are used by one thread at a
// time.
//
// The engine waits until fd() is readable or next_deadline() has come, then calls read() until it
// returns 0. read() is also what lets a wrapper transmit delayed frames that are due.
class Device {
 public:
  virtual ~Device() = default;
  virtual const DeviceInfo& info() const = 0;
  // Descriptor to wait on for input with poll(2) (POLLIN), or -1.
  virtual int fd() const = 0;
  // When a wrapper has something to do by itself (a delayed frame): its instant; never otherwise.
  virtual Instant next_deadline() const { return Instant::never(); }
  // Descriptor that becomes readable when something may have happened to the device that fd() does
  // not tell, or -1. Then check_status() takes that in and answers 0, or -errno as read() does.
  virtual int status_fd() const { return -1; }
  virtual int check_status() { return 0; }
  // Reads one frame into the spans. Returns its length; 0 when there is none now; -errno on failure
  // (-ENODEV/-EBADFD: the device is gone). `now` on the same clock as the engine's. A frame longer
  // than the spans is cut: give superframe_bytes + 14 when info().can_segment, else the MTU + 18.
  virtual int read(Instant now, std::span<const Bytes> spans, api::Offload& offload) = 0;
  // Writes one frame. Returns 0 or -errno (-EAGAIN: try again when writable; -ENETDOWN: the host's
  // end is down, the frame is lost; -ENODEV/-EBADFD: the device is gone).
  virtual int write(Instant now, std::span<const ConstBytes> spans,
                    const api::Offload& offload) = 0;
  // False while frames that were written have not got to the device.
  virtual bool is_drained() const { return true; }
  // Another process goes on with fd(): nothing on it may be half done. Frames may be lost by this;
  // it may take a fraction of a second.
  virtual void settle() {}
  // A device that is gone tries to come back as it was opened; what wraps it goes on. info() and
  // the descriptors may change.
  virtual Failure reopen() { return {ENODEV, info().name + " cannot be opened again"}; }
};

// A device, or why there is none.
struct Opened {
  std::unique_ptr<Device> device;
  Failure failure;

  Opened(std::unique_ptr<Device> d) : device(std::move(d)) {}
  Opened(Failure f) : failure(std::move(f)) {}
  explicit operator bool() const { return device != nullptr; }
};

}  // namespace tapstack::tapif
