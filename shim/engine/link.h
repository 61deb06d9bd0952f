// The device under the stack: frames in and out, and its interface in the core.
#pragma once

#include <memory>

#include "core/api/interfaces.h"
#include "core/api/run.h"
#include "shim/common/settings.h"
#include "shim/engine/watch.h"
#include "tapif/device.h"

namespace tapstack::shim {

// A link without its device.
struct LinkImage {
  InterfaceId interface;
  link::Ip6Settings ip6;
  bool is_gone = false, has_told_why = false;
  Instant retry_at;
  MacAddress mac;
  int device_fd = -1;
};

class Link {
 public:
  explicit Link(std::unique_ptr<tapif::Device> device) : device_(std::move(device)) {}

  // Adds interface, addresses and default routes. The failure is a line for the user.
  tapif::Failure set_up(Stack& stack, Watch& watch, Instant now, const Settings& settings);

  // For another process, which inherits the device's descriptor and opens the rest of it anew. A
  // frame that waits for the device is lost.
  LinkImage image(Stack& stack, Watch& watch);
  // Takes over the interface of `image`; its device is this link's. 0 or an errno.
  int restore(const LinkImage& image, Watch& watch);
  void watch_status(Watch& watch) { watch.add_device_status(device_->status_fd()); }
  // It runs elsewhere from now on: the device is not to be closed by this process's own
  // book-keeping.
  void abandon() { static_cast<void>(device_.release()); }

  // The device is gone: tries to open it again, once a second at most; then the interface is up
  // again. No-op otherwise.
  void revive(Stack& stack, Watch& watch, Instant now);
  bool is_gone() const { return is_gone_; }
  // What the stack transmitted is with the device.
  bool is_drained() const { return is_gone_ || (!is_blocked_ && device_->is_drained()); }
  // Something may have happened to the device besides frames.
  void check_status(Stack& stack, Watch& watch, Instant now);

  // Reads frames that wait, a bounded number. True if there were any.
  bool input(Stack& stack, Watch& watch, Instant now);
  // Transmits what the stack has. True if there was anything.
  bool output(Stack& stack, Watch& watch, Instant now);

  Instant next_deadline() const;
  InterfaceId interface() const { return interface_; }
  const tapif::DeviceInfo& info() const { return device_->info(); }

 private:
  tapif::Failure add_addresses(Stack& stack, Instant now, const Settings& settings);
  tapif::Failure add_gateways(Stack& stack, const Settings& settings);
  int watch_device(Watch& watch);
  int input_one(Stack& stack, Watch& watch, Instant now);  // bytes, 0 for none
  void discard_one(Stack& stack, Instant now);
  void on_gone(Stack& stack, Watch& watch, Instant now, int error);

  std::unique_ptr<tapif::Device> device_;
  InterfaceId interface_;
  link::Ip6Settings ip6_;
  bool is_gone_ = false;
  bool has_told_why_ = false;  // why it cannot be opened again
  Instant retry_at_;
  bool is_blocked_ = false;  // the device takes no frame now; frame_ waits
  api::Frame frame_;
};

}  // namespace tapstack::shim
