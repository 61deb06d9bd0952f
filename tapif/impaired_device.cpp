#include "tapif/impaired_device.h"

#include <algorithm>
#include <vector>

#include "tapif/frame_bytes.h"
#include "tapif/impaired_link.h"
#include "tapif/segment.h"

namespace tapstack::tapif {
namespace {

class ImpairedDevice final : public Device {
 public:
  ImpairedDevice(std::unique_ptr<Device> device, const Impairment& impairment)
      : device_(std::move(device)),
        in_(impairment.in, impairment.seed),
        out_(impairment.out, ~impairment.seed),
        frame_(kFrameBytesMax),
        packet_(kFrameBytesMax) {}

  const DeviceInfo& info() const override { return device_->info(); }
  int fd() const override { return device_->fd(); }
  int status_fd() const override { return device_->status_fd(); }
  int check_status() override { return device_->check_status(); }
  void settle() override { device_->settle(); }
  bool is_drained() const override {
    return out_.next_deadline().is_never() && device_->is_drained();
  }
  Failure reopen() override { return device_->reopen(); }
  Instant next_deadline() const override {
    return std::min({device_->next_deadline(), in_.next_deadline(), out_.next_deadline()});
  }
  int read(Instant now, std::span<const Bytes> spans, api::Offload& offload) override;
  int write(Instant now, std::span<const ConstBytes> spans, const api::Offload& offload) override;

 private:
  // Puts the packets of the frame in frame_ on a link.
  void put(Instant now, ImpairedLink& link, size_t bytes, const api::Offload& offload);
  int take_input(Instant now);
  int transmit_due(Instant now);

  std::unique_ptr<Device> device_;
  ImpairedLink in_;
  ImpairedLink out_;
  std::vector<uint8_t> frame_;
  std::vector<uint8_t> packet_;
};

void ImpairedDevice::put(Instant now, ImpairedLink& link, size_t bytes,
                         const api::Offload& offload) {
  Segmenter segmenter(ConstBytes(frame_).first(bytes), offload);
  while (const size_t n = segmenter.next(packet_)) link.put(now, ConstBytes(packet_).first(n));
}

// Everything that the device has. Returns 0 or -errno.
int ImpairedDevice::take_input(Instant now) {
  for (;;) {
    const Bytes whole(frame_);
    api::Offload offload;
    const int n = device_->read(now, {&whole, 1}, offload);
    if (n <= 0) return n;
    put(now, in_, static_cast<size_t>(n), offload);
  }
}

// What the device cannot take now is lost: a link has no other way. Returns 0 or -errno.
int ImpairedDevice::transmit_due(Instant now) {
  int result = 0;
  for (ConstBytes packet = out_.front(now); !packet.empty(); packet = out_.front(now)) {
    const int r = device_->write(now, {&packet, 1}, {});
    if (r < 0 && r != -EAGAIN) result = r;
    out_.pop();
  }
  return result;
}

int ImpairedDevice::read(Instant now, std::span<const Bytes> spans, api::Offload& offload) {
  if (const int r = transmit_due(now); r < 0 && r != -ENETDOWN) return r;
  const int r = take_input(now);
  const ConstBytes packet = in_.front(now);
  if (packet.empty()) return r;
  offload = {};
  const size_t bytes = scatter_bytes(packet, spans);
  in_.pop();
  return static_cast<int>(bytes);
}

int ImpairedDevice::write(Instant now, std::span<const ConstBytes> spans,
                          const api::Offload& offload) {
  put(now, out_, gather_bytes(spans, frame_.size(), frame_), offload);
  return transmit_due(now);
}

}  // namespace

std::unique_ptr<Device> impair(std::unique_ptr<Device> device, const Impairment& impairment) {
  return std::make_unique<ImpairedDevice>(std::move(device), impairment);
}

}  // namespace tapstack::tapif
