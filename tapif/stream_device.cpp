#include "tapif/stream_device.h"

#include <cstddef>
#include <cstring>
#include <memory>
#include <utility>

#include <sys/socket.h>
#include <sys/un.h>

#include "tapif/derived_mac.h"
#include "tapif/frame_stream.h"
#include "tapif/os.h"

namespace tapstack::tapif {
namespace {

constexpr size_t kEthernetHeader = 14;
constexpr size_t kVlanTag = 4;
// How long the rest of a frame may wait before the socket is tried again, and how long a process
// that hands the device over waits for the other side to take or give the rest of one.
constexpr Duration kFlushPause = Duration::us(500);
constexpr Duration kSettleLimit = Duration::ms(500);

// "@name" is an abstract one.
bool make_address(const std::string& path, sockaddr_un& address, socklen_t& length) {
  address = {};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) return false;
  std::memcpy(address.sun_path, path.data(), path.size());
  const bool is_abstract = path.front() == '@';
  if (is_abstract) address.sun_path[0] = '\0';
  length =
      static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + (is_abstract ? 0 : 1));
  return true;
}

// One process at a time is to speak: the name that it takes for its own end lasts as long as that
// end, in whichever process.
long take_turn(int fd, const std::string& path) {
  sockaddr_un own;
  socklen_t length = 0;
  const std::string name = "@tapstack/device/" + to_string(derive_mac({}, path));
  if (!make_address(name, own, length)) return -EINVAL;
  return os::call(SYS_bind, fd, os::pointer(&own), static_cast<long>(length));
}

Failure stream_failure(const std::string& path, long result) {
  const int error = static_cast<int>(-result);
  const std::string what = "cannot reach " + path + ": ";
  if (error == EADDRINUSE) {
    return {EBUSY, what + "another process has it; wait for it, or choose another (TAPSTACK_NET)"};
  }
  return {error, what + std::strerror(error) +
                     "; is passt, or whoever serves that socket, still running?"};
}

Failure connect_to(const std::string& path, os::Fd& fd) {
  sockaddr_un address;
  socklen_t length = 0;
  if (!make_address(path, address, length)) return {EINVAL, "the name " + path + " is too long"};
  fd.reset(os::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return stream_failure(path, fd.get());
  long result = take_turn(fd.get(), path);
  if (result == 0) {
    result = os::call(SYS_connect, fd.get(), os::pointer(&address), static_cast<long>(length));
  }
  if (result < 0) return stream_failure(path, result);
  constexpr int kRoomBytes = 16 << 20;  // net.core.wmem_max is what one gets
  os::call(SYS_setsockopt, fd.get(), SOL_SOCKET, SO_SNDBUF, os::pointer(&kRoomBytes),
           sizeof kRoomBytes);
  os::fcntl(fd.get(), F_SETFL, O_NONBLOCK);
  return {};
}

class StreamDevice final : public Device {
 public:
  explicit StreamDevice(const DeviceSettings& settings)
      : path_(settings.stream_path), tap_(settings.tap), stream_(-1, 0) {
    info_.name = tap_.name;
    info_.mac = tap_.mac ? *tap_.mac : derive_mac({}, path_);
    info_.mtu_bytes = tap_.mtu_bytes;
    info_.end_hint = "has passt, or whoever serves " + path_ + ", ended?";
  }

  const DeviceInfo& info() const override { return info_; }
  int fd() const override { return fd_.get(); }
  Instant next_deadline() const override { return flush_at_; }
  Failure reopen() override;
  int read(Instant now, std::span<const Bytes> spans, api::Offload& offload) override;
  int write(Instant now, std::span<const ConstBytes> spans, const api::Offload& offload) override;
  bool is_drained() const override { return !stream_.has_unsent(); }
  void settle() override {
    if (!stream_.settle(kSettleLimit)) os::call(SYS_shutdown, fd_.get(), SHUT_RDWR);
  }

 private:
  void plan_flush(Instant now) {
    flush_at_ = stream_.has_unsent() ? now + kFlushPause : Instant::never();
  }

  std::string path_;
  TapSettings tap_;
  os::Fd fd_;
  FrameStream stream_;
  Instant flush_at_ = Instant::never();
  DeviceInfo info_;
};

Failure StreamDevice::reopen() {
  os::Fd fd(std::exchange(tap_.adopted_fd, -1));
  if (!fd) {
    fd_.reset(-1);  // the own name is free again
    if (Failure failure = connect_to(path_, fd)) return failure;
    fd = os::Fd(os::move_above(fd.release(), tap_.fd_floor));
  }
  fd_ = std::move(fd);
  stream_ = FrameStream(fd_.get(), info_.mtu_bytes + kEthernetHeader + kVlanTag);
  flush_at_ = Instant::never();
  return {};
}

int StreamDevice::read(Instant now, std::span<const Bytes> spans, api::Offload& offload) {
  offload = {};
  if (stream_.has_unsent()) {
    stream_.flush();  // an end of the stream shows in what follows
    plan_flush(now);
  }
  return stream_.read(spans);
}

int StreamDevice::write(Instant now, std::span<const ConstBytes> spans, const api::Offload&) {
  const int result = stream_.write(spans);
  plan_flush(now);
  return result;
}

}  // namespace

Opened open_stream(const DeviceSettings& settings) {
  auto device = std::make_unique<StreamDevice>(settings);
  if (Failure failure = device->reopen()) return failure;
  return std::unique_ptr<Device>(std::move(device));
}

}  // namespace tapstack::tapif
