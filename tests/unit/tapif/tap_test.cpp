// These tests need a network namespace of their own and the TAP device; each says why when it
// cannot have them.
#include "tapif/tap.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/rtnetlink.h>
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
#include <sstream>

#include "frames.h"
#include "tapif/checksum.h"
#include "tapif/host_end.h"
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
  if (uid == 0) return;
  // An owner of a device must be a user that the namespace knows.
  const std::string map = std::to_string(uid) + " " + std::to_string(uid) + " 1\n";
  const os::Fd file(os::open("/proc/self/uid_map", O_WRONLY));
  if (::write(file.get(), map.data(), map.size()) < 0) problem = "the user cannot be mapped";
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

// `ip link del`; the TAP driver's own way to it is closing the last descriptor.
void delete_interface(const char* name) {
  struct {
    nlmsghdr header;
    ifinfomsg link;
  } request{};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = RTM_DELLINK;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
  request.link.ifi_index = static_cast<int>(::if_nametoindex(name));
  const os::Fd fd(os::socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
  ASSERT_EQ(::send(fd.get(), &request, sizeof request, 0), static_cast<long>(sizeof request));
  char answer[256];
  ASSERT_GT(::recv(fd.get(), answer, sizeof answer, 0), 0);
}

TEST(Tap, AnInterfaceThatIsDeletedIsTold) {
  in_namespace([] {
    const Opened opened = open_tap(TapSettings{});
    ASSERT_TRUE(opened) << opened.failure.message;
    EXPECT_EQ(opened.device->check_status(), 0);
    delete_interface("ts0");
    pollfd one{opened.device->status_fd(), POLLIN, 0};
    EXPECT_EQ(::poll(&one, 1, 1000), 1);
    EXPECT_EQ(opened.device->check_status(), -EBADFD);
    EXPECT_EQ(::poll(&one, 1, 0), 0);
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

// The kernel answers a segment for a port where nobody listens with a reset (RFC 9293 3.10.7.1),
// once it has learnt the stack's MAC address.
TEST(Tap, KernelTakesASuperframeAsOneSegment) {
  in_namespace([] {
    const Opened opened = open_tap({});
    ASSERT_TRUE(opened) << opened.failure.message;
    Device& device = *opened.device;
    MacAddress host;
    ASSERT_FALSE(host_mac("ts0", host));

    auto frame = testing::tcp4_frame(40000, 0x10);
    std::memcpy(&frame[0], host.octets.data(), 6);
    std::memcpy(&frame[6], device.info().mac.octets.data(), 6);
    store32(&frame[26], 0x0a0a0a02);
    store32(&frame[30], 0x0a0a0a01);
    store16(&frame[24], 0);
    store16(&frame[24], static_cast<uint16_t>(~ones_sum(ConstBytes(frame).subspan(14, 20))));
    store16(&frame[50], pseudo_header_sum(frame, false, kProtocolTcp, 40020));
    const ConstBytes spans[] = {ConstBytes(frame).first(54), ConstBytes(frame).subspan(54)};
    ASSERT_EQ(device.write({}, spans, testing::tcp4_offload(1448)), 0);

    api::Offload seen;
    auto arp = next_frame(device, 0x0806, seen);
    ASSERT_GE(arp.size(), 42u);
    arp[21] = 2;  // reply: sender and target change places
    std::memcpy(&arp[32], &arp[22], 6);
    std::memcpy(&arp[0], &arp[22], 6);
    std::memcpy(&arp[22], device.info().mac.octets.data(), 6);
    std::memcpy(&arp[6], device.info().mac.octets.data(), 6);
    store32(&arp[28], 0x0a0a0a02);
    store32(&arp[38], 0x0a0a0a01);
    const ConstBytes reply(arp);
    ASSERT_EQ(device.write({}, {&reply, 1}, {}), 0);

    const auto reset = next_frame(device, 0x0800, seen);
    ASSERT_GE(reset.size(), 54u);
    EXPECT_EQ(reset[47] & 0x04, 0x04);
    EXPECT_EQ(load32(&reset[38]), 0x09090909u);  // its sequence number is what was acknowledged
  });
}

TEST(Tap, PreparedDeviceIsOpenedWithoutTouchingItsSettings) {
  in_namespace([] {
    ASSERT_FALSE(prepare_tap({}, ::getuid()));
    EXPECT_TRUE(is_up("ts0", 1500));
    const Opened opened = open_tap({});
    EXPECT_TRUE(opened) << opened.failure.message;
  });
}

bool has_carrier(const char* name) {
  const os::Fd fd(os::socket(AF_INET, SOCK_DGRAM, 0));
  ifreq request = request_for(name);
  return os::ioctl(fd.get(), SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_RUNNING) != 0;
}

// Frames would be lost until the kernel has told of it, which it does from a queue of work.
TEST(Tap, PreparedDeviceThatIsOpenHasACarrier) {
  in_namespace([] {
    ASSERT_FALSE(prepare_tap({}, ::getuid()));
    for (int round = 0; round < 2; ++round) {
      const bool has_ended = os::wait_until(2000, [] { return !has_carrier("ts0"); });
      const Opened opened = open_tap({});
      ASSERT_TRUE(has_ended && opened) << opened.failure.message;
      EXPECT_TRUE(has_carrier("ts0")) << round;
    }
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
    settings.host_addresses = {Prefix{Ip4Address::from(192, 168, 9, 1), 24}};
    ASSERT_FALSE(prepare_tap(settings, ::getuid()));
    const Opened opened = open_tap({});
    EXPECT_EQ(opened.failure.error, EADDRNOTAVAIL);
    EXPECT_NE(opened.failure.message.find("192.168.9.1/24"), std::string::npos)
        << opened.failure.message;
  });
}

// The host's addresses of the kind, tentative ones left out.
std::string host_addresses6() {
  std::istringstream lines(os::read_file("/proc/net/if_inet6"));
  std::string address, index, length, scope, flags, name, all;
  while (lines >> address >> index >> length >> scope >> flags >> name) {
    constexpr unsigned long kTentative = 0x40;  // IFA_F_TENTATIVE
    if (name == "ts0" && (std::stoul(flags, nullptr, 16) & kTentative) == 0) all += address + " ";
  }
  return all;
}

TEST(Tap, HostsIp6AddressIsOfUseAtOnce) {
  in_namespace([] {
    const Opened opened = open_tap({});
    ASSERT_TRUE(opened) << opened.failure.message;
    EXPECT_NE(host_addresses6().find("fd100010001000000000000000000001"), std::string::npos);
  });
}

TEST(Tap, HostsEndMayHaveSeveralIp6Addresses) {
  in_namespace([] {
    TapSettings settings;
    settings.host_addresses.push_back({Ip6Address::from(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1), 64});
    const Opened first = open_tap(settings);
    ASSERT_TRUE(first) << first.failure.message;
    EXPECT_NE(host_addresses6().find("fd100010001000000000000000000001"), std::string::npos);
    EXPECT_NE(host_addresses6().find("20010db8000000000000000000000001"), std::string::npos);
  });
}

TEST(Tap, Ip6NetworkOfAnotherInterfaceIsAnAddressInUse) {
  in_namespace([] {
    TapSettings other, own;
    other.name = "other0";
    other.host_addresses = {Prefix{Ip6Address::from(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1), 64}};
    own.host_addresses = {Prefix{Ip6Address::from(0x2001, 0xdb8, 0, 0, 0, 1, 0, 1), 80}};
    const Opened first = open_tap(other);
    ASSERT_TRUE(first) << first.failure.message;
    const Opened second = open_tap(own);
    EXPECT_EQ(second.failure.error, EADDRINUSE);
    EXPECT_NE(second.failure.message.find("other0 has 2001:db8::1/64"), std::string::npos)
        << second.failure.message;
  });
}

TEST(Tap, AnMtuTooSmallForIp6DoesWithoutTheDefaultAddress) {
  in_namespace([] {
    TapSettings settings;
    settings.mtu_bytes = 1279;
    const Opened opened = open_tap(settings);
    EXPECT_TRUE(opened) << opened.failure.message;
    EXPECT_EQ(host_addresses6(), "");
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
