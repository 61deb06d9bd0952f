// These tests need a network namespace of their own and the TAP device; each says why when it
// cannot have them.
#include "tapif/tap.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <functional>

#include "tapif/checksum.h"
#include "tapif/os.h"
#include "tapif/packet_layout.h"

namespace tapstack::tapif {
namespace {

constexpr int kSkipped = 77;

void enter_namespace(const char*& problem) {
  const uid_t uid = ::getuid();
  const int flags = CLONE_NEWNET | (uid == 0 ? 0 : CLONE_NEWUSER);
  if (::unshare(flags) != 0) problem = "network namespaces may not be made here";
  if (::access("/dev/net/tun", R_OK | W_OK) != 0) problem = "/dev/net/tun is not open to this user";
}

// Runs the body in a child with a network namespace of its own: the test program's own network and
// user stay as they are. Failures of EXPECT in the child make it exit with 1.
void in_namespace(const std::function<void()>& body) {
  int pipe_fds[2];
  ASSERT_EQ(::pipe(pipe_fds), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const char* problem = nullptr;
    enter_namespace(problem);
    if (problem != nullptr) {
      const ssize_t written = ::write(pipe_fds[1], problem, std::strlen(problem));
      ::_exit(written > 0 ? kSkipped : 1);
    }
    body();
    ::_exit(::testing::Test::HasFailure() ? 1 : 0);
  }
  ::close(pipe_fds[1]);
  char reason[200] = {};
  const ssize_t n = ::read(pipe_fds[0], reason, sizeof reason - 1);
  ::close(pipe_fds[0]);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  if (n > 0 && WIFEXITED(status) && WEXITSTATUS(status) == kSkipped) GTEST_SKIP() << reason;
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "status " << status;
}

bool is_up(const char* name, uint32_t mtu) {
  const os::Fd fd(os::socket(AF_INET, SOCK_DGRAM, 0));
  ifreq request{};
  std::strncpy(request.ifr_name, name, IFNAMSIZ - 1);
  if (os::ioctl(fd.get(), SIOCGIFFLAGS, &request) < 0 || (request.ifr_flags & IFF_UP) == 0) {
    return false;
  }
  return os::ioctl(fd.get(), SIOCGIFMTU, &request) == 0 && request.ifr_mtu == static_cast<int>(mtu);
}

// The next frame of an EtherType within a second, empty when none comes.
std::vector<uint8_t> next_frame(Device& device, uint16_t type, api::Offload& offload) {
  std::vector<uint8_t> frame(65549);
  for (int i = 0; i < 20; ++i) {
    pollfd one{device.fd(), POLLIN, 0};
    ::poll(&one, 1, 50);
    const Bytes spans[] = {Bytes(frame).first(100), Bytes(frame).subspan(100)};
    const int n = device.read({}, spans, offload);
    if (n >= 14 && load16(&frame[12]) == type) {
      frame.resize(static_cast<size_t>(n));
      return frame;
    }
  }
  return {};
}

TEST(Tap, IsCreatedAndSetUpAndVanishesWhenClosed) {
  in_namespace([] {
    TapSettings settings;
    settings.mtu_bytes = 1400;
    Opened opened = open_tap(settings);
    ASSERT_TRUE(opened) << opened.failure.message;
    EXPECT_EQ(opened.device->info().name, "ts0");
    EXPECT_EQ(opened.device->info().mac.octets[0] & 3, 2);
    EXPECT_TRUE(opened.device->info().can_segment);
    EXPECT_TRUE(opened.device->info().can_checksum);
    EXPECT_TRUE(is_up("ts0", 1400));
    opened.device.reset();
    EXPECT_EQ(::if_nametoindex("ts0"), 0u);
  });
}

TEST(Tap, WithoutOffloadNothingIsClaimed) {
  in_namespace([] {
    TapSettings settings;
    settings.offload = false;
    const Opened opened = open_tap(settings);
    ASSERT_TRUE(opened) << opened.failure.message;
    EXPECT_FALSE(opened.device->info().can_segment);
    EXPECT_FALSE(opened.device->info().can_checksum);
  });
}

TEST(Tap, DescriptorIsNonBlockingClosedOnExecAndAboveTheFloor) {
  in_namespace([] {
    TapSettings settings;
    settings.fd_floor = 300;
    const Opened opened = open_tap(settings);
    ASSERT_TRUE(opened) << opened.failure.message;
    EXPECT_GE(opened.device->fd(), 300);
    EXPECT_NE(::fcntl(opened.device->fd(), F_GETFD) & FD_CLOEXEC, 0);
    EXPECT_NE(::fcntl(opened.device->fd(), F_GETFL) & O_NONBLOCK, 0);
  });
}

TEST(Tap, HostAsksForTheStackByArp) {
  for (const bool offload : {true, false}) {
    in_namespace([offload] {
      TapSettings settings;
      settings.offload = offload;
      const Opened opened = open_tap(settings);
      ASSERT_TRUE(opened) << opened.failure.message;
      const os::Fd fd(os::socket(AF_INET, SOCK_DGRAM, 0));
      sockaddr_in to{};
      to.sin_family = AF_INET;
      to.sin_port = htons(9);
      to.sin_addr.s_addr = htonl(0x0a0a0a02);
      ASSERT_EQ(::sendto(fd.get(), "x", 1, 0, reinterpret_cast<sockaddr*>(&to), sizeof to), 1);
      api::Offload seen;
      const auto frame = next_frame(*opened.device, 0x0806, seen);
      ASSERT_GE(frame.size(), 42u);
      EXPECT_EQ(load32(&frame[38]), 0x0a0a0a02u);
    });
  }
}

TEST(Tap, PreparedDeviceIsOpenedWithoutTouchingItsSettings) {
  in_namespace([] {
    ASSERT_FALSE(prepare_tap({}, ::getuid()));
    EXPECT_TRUE(is_up("ts0", 1500));
    const Opened opened = open_tap({});
    EXPECT_TRUE(opened) << opened.failure.message;
  });
}

TEST(Tap, MacIsStableForAPersistentDevice) {
  in_namespace([] {
    ASSERT_FALSE(prepare_tap({}, ::getuid()));
    const MacAddress first = open_tap({}).device->info().mac;
    EXPECT_EQ(open_tap({}).device->info().mac, first);
  });
}

TEST(Tap, BusyDeviceNamesTheProcessThatHasIt) {
  in_namespace([] {
    const Opened first = open_tap({});
    ASSERT_TRUE(first) << first.failure.message;
    const Opened second = open_tap({});
    EXPECT_EQ(second.failure.error, EBUSY);
    EXPECT_NE(second.failure.message.find("process " + std::to_string(::getpid())),
              std::string::npos)
        << second.failure.message;
  });
}

TEST(Tap, AddressOfAnotherInterfaceIsAnAddressInUse) {
  in_namespace([] {
    TapSettings other;
    other.name = "other0";
    const Opened first = open_tap(other);
    ASSERT_TRUE(first) << first.failure.message;
    const Opened second = open_tap({});
    EXPECT_EQ(second.failure.error, EADDRINUSE);
    EXPECT_NE(second.failure.message.find("other0"), std::string::npos) << second.failure.message;
    EXPECT_EQ(::if_nametoindex("ts0"), 0u);
  });
}

TEST(Tap, DeviceWithAnotherAddressIsLeftAlone) {
  in_namespace([] {
    TapSettings settings;
    settings.host_address = Prefix{Ip4Address::from(192, 168, 9, 1), 24};
    ASSERT_FALSE(prepare_tap(settings, ::getuid()));
    const Opened opened = open_tap({});
    EXPECT_EQ(opened.failure.error, EADDRNOTAVAIL);
    EXPECT_NE(opened.failure.message.find("192.168.9.1/24"), std::string::npos)
        << opened.failure.message;
  });
}

TEST(Tap, InterfaceOfAnotherKindIsRefused) {
  in_namespace([] {
    TapSettings settings;
    settings.name = "lo";
    EXPECT_EQ(open_tap(settings).failure.error, EINVAL);
  });
}

TEST(Tap, HostsOwnMacIsRefused) {
  in_namespace([] {
    ASSERT_FALSE(prepare_tap({}, ::getuid()));
    const os::Fd fd(os::socket(AF_INET, SOCK_DGRAM, 0));
    ifreq request{};
    std::strcpy(request.ifr_name, "ts0");
    ASSERT_EQ(os::ioctl(fd.get(), SIOCGIFHWADDR, &request), 0);
    TapSettings settings;
    settings.mac.emplace();
    std::memcpy(settings.mac->octets.data(), request.ifr_hwaddr.sa_data, 6);
    EXPECT_EQ(open_tap(settings).failure.error, EADDRINUSE);
  });
}

TEST(Tap, WritingWhileTheHostsEndIsDownIsReported) {
  in_namespace([] {
    const Opened opened = open_tap({});
    ASSERT_TRUE(opened) << opened.failure.message;
    const os::Fd fd(os::socket(AF_INET, SOCK_DGRAM, 0));
    ifreq request{};
    std::strcpy(request.ifr_name, "ts0");
    ASSERT_EQ(os::ioctl(fd.get(), SIOCSIFFLAGS, &request), 0);
    const std::vector<uint8_t> frame(60);
    const ConstBytes span(frame);
    EXPECT_EQ(opened.device->write({}, {&span, 1}, {}), -ENETDOWN);
  });
}

TEST(Tap, NonsenseSettingsAreRefusedBeforeAnythingIsOpened) {
  TapSettings settings;
  settings.name = "";
  EXPECT_EQ(open_tap(settings).failure.error, EINVAL);
  settings.name = "ts0";
  settings.mtu_bytes = 67;
  EXPECT_EQ(open_tap(settings).failure.error, EINVAL);
}

}  // namespace
}  // namespace tapstack::tapif
