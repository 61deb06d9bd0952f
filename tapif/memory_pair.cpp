#include "tapif/memory_pair.h"

#include <deque>
#include <mutex>
#include <vector>

#include <sys/eventfd.h>

#include "tapif/frame_bytes.h"
#include "tapif/os.h"

namespace tapstack::tapif {
namespace {

constexpr size_t kFramesMax = 1024;

// One direction. Readable once for each frame: the eventfd is a semaphore.
class Pipe {
 public:
  Pipe()
      : event_(static_cast<int>(
            os::call(SYS_eventfd2, 0, EFD_SEMAPHORE | EFD_NONBLOCK | EFD_CLOEXEC))) {}
  int fd() const { return event_.get(); }

  int put(std::span<const ConstBytes> spans, const api::Offload& offload) {
    const std::lock_guard lock(mutex_);
    if (is_closed_) return -ENODEV;
    if (frames_.size() >= kFramesMax) return -EAGAIN;
    Frame& frame = frames_.emplace_back();
    frame.offload = offload;
    for (const ConstBytes& span : spans) {
      frame.bytes.insert(frame.bytes.end(), span.begin(), span.end());
    }
    signal();
    return 0;
  }

  int take(std::span<const Bytes> spans, api::Offload& offload) {
    const std::lock_guard lock(mutex_);
    if (frames_.empty()) return is_closed_ ? -ENODEV : 0;
    uint64_t one = 0;
    os::read(event_.get(), &one, sizeof one);
    offload = frames_.front().offload;
    const size_t bytes = scatter_bytes(frames_.front().bytes, spans);
    frames_.pop_front();
    return static_cast<int>(bytes);
  }

  void close() {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
    signal();
  }

 private:
  struct Frame {
    std::vector<uint8_t> bytes;
    api::Offload offload;
  };

  void signal() {
    uint64_t one = 1;
    const iovec part{&one, sizeof one};
    os::writev(event_.get(), &part, 1);
  }

  os::Fd event_;
  std::mutex mutex_;
  std::deque<Frame> frames_;
  bool is_closed_ = false;
};

class MemoryEnd final : public Device {
 public:
  MemoryEnd(DeviceInfo info, std::shared_ptr<Pipe> in, std::shared_ptr<Pipe> out)
      : info_(std::move(info)), in_(std::move(in)), out_(std::move(out)) {}
  ~MemoryEnd() override {
    in_->close();
    out_->close();
  }
  const DeviceInfo& info() const override { return info_; }
  int fd() const override { return in_->fd(); }
  int read(Instant, std::span<const Bytes> spans, api::Offload& offload) override {
    return in_->take(spans, offload);
  }
  int write(Instant, std::span<const ConstBytes> spans, const api::Offload& offload) override {
    return out_->put(spans, offload);
  }

 private:
  DeviceInfo info_;
  std::shared_ptr<Pipe> in_;
  std::shared_ptr<Pipe> out_;
};

class NullDevice final : public Device {
 public:
  explicit NullDevice(DeviceInfo info) : info_(std::move(info)) {}
  const DeviceInfo& info() const override { return info_; }
  int fd() const override { return -1; }
  int read(Instant, std::span<const Bytes>, api::Offload&) override { return 0; }
  int write(Instant, std::span<const ConstBytes>, const api::Offload&) override { return 0; }

 private:
  DeviceInfo info_;
};

}  // namespace

std::pair<std::unique_ptr<Device>, std::unique_ptr<Device>> make_memory_pair(
    const DeviceInfo& first, const DeviceInfo& second) {
  const auto forth = std::make_shared<Pipe>();
  const auto back = std::make_shared<Pipe>();
  return {std::make_unique<MemoryEnd>(first, back, forth),
          std::make_unique<MemoryEnd>(second, forth, back)};
}

std::unique_ptr<Device> make_null_device(const DeviceInfo& info) {
  return std::make_unique<NullDevice>(info);
}

}  // namespace tapstack::tapif
