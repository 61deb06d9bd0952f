#include "tools/packetdrill/virtual_host.h"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tapif/packet_layout.h"
#include "tapif/segment.h"
#include "tools/packetdrill/host_options.h"

namespace tapstack::packetdrill {
namespace {

// Time 0 of the virtual clock would look like "never" to some tools.
constexpr Instant kEpoch = Instant::from_us(1'000'000'000);
constexpr int kTimersAtOnceMax = 100'000;
constexpr uint8_t kHostPrefix4 = 32;
constexpr uint8_t kHostPrefix6 = 128;
constexpr ptrdiff_t kLinkBytes = 14;
constexpr uint8_t kVersion6 = 0x60;  // the upper half of an IPv6 packet's first octet

[[noreturn]] void give_up(const char* why) {
  std::fprintf(stderr, "libtapstack_packetdrill: %s\n", why);
  std::exit(EXIT_FAILURE);
}

void require(bool ok, const char* what) {
  if (!ok) give_up(what);
}

// packetdrill locks all memory of the process, what is mapped later included. Most of a stack's is
// never touched, so it is taken out: locked pages are made at once, unless they cannot be read.
void* map_unlocked(size_t bytes) {
  void* memory =
      mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED || munlock(memory, bytes) != 0 ||
      mprotect(memory, bytes, PROT_READ | PROT_WRITE) != 0) {
    give_up("no memory for a stack");
  }
  return memory;
}

}  // namespace

VirtualHost::VirtualHost(const HostSettings& settings)
    : memory_(map_unlocked(api::stack_bytes())),
      bytes_(api::stack_bytes()),
      superframes_(settings.superframes),
      now_(kEpoch) {
  const std::array<uint8_t, api::kSeedBytes> seed{};  // the same in every run
  stack_ = &api::create(memory_, seed);
  api::InterfaceSettings device;
  std::memcpy(device.name, "tun0", 5);
  device.layer = link::LinkLayer::kRawIp;
  device.mtu_bytes = settings.mtu_bytes;
  device.can_segment = true;
  device.ip6.dad_transmits = 0;  // no script expects the packets that ask
  const auto added = api::add_interface(*stack_, now_, device);
  require(added.ok(), "the stack does not take this MTU");
  interface_ = *added;
  add_local(settings.local);
  set_host_options(*stack_, now_, settings.script);
  for (const IpAddress& any : {IpAddress(Ip4Address::any()), IpAddress(Ip6Address::any())}) {
    require(api::add_route(*stack_, {any, 0}, IpAddress(), interface_).ok(), "no default route");
  }
}

VirtualHost::~VirtualHost() { munmap(memory_, bytes_); }

void VirtualHost::add_local(const IpAddress& address) {
  const auto same = [&](const Prefix& own) { return own.address == address; };
  for (size_t n = 0;; ++n) {
    const auto own = api::address_at(*stack_, interface_, n);
    if (!own.ok()) break;
    if (same(*own)) return;
  }
  const uint8_t length = address.is_ip4() ? kHostPrefix4 : kHostPrefix6;
  api::add_address(*stack_, now_, interface_, {address, length}).ignore();
}

void VirtualHost::advance(Instant to) {
  for (int again = 0; next_deadline() <= to; ++again) {
    require(again < kTimersAtOnceMax, "next_deadline() stays in the past");
    now_ = std::max(now_, next_deadline());
    api::poll(*stack_, now_);
    collect();
  }
  now_ = std::max(now_, to);
}

void VirtualHost::inject(ConstBytes packet) {
  api::input_copy(*stack_, now_, interface_, packet, {});
  collect();
}

void VirtualHost::collect() {
  api::Frame frame;
  while (api::next_frame(*stack_, now_, interface_, frame)) {
    keep(frame);
    api::frame_done(*stack_, frame);
  }
}

// Cuts a superframe as a device does (`tapif` knows frames of Ethernet only).
void VirtualHost::keep(const api::Frame& frame) {
  std::vector<uint8_t> whole = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x08, 0x00};
  for (size_t i = 0; i < frame.spans_used; ++i) {
    whole.insert(whole.end(), frame.spans[i].begin(), frame.spans[i].end());
  }
  if ((whole[kLinkBytes] & 0xf0) == kVersion6) {
    whole[kLinkBytes - 2] = 0x86;
    whole[kLinkBytes - 1] = 0xdd;
  }
  if (superframes_) {
    sent_.push_back({now_, {whole.begin() + kLinkBytes, whole.end()}});
    return;
  }
  api::Offload offload = frame.offload;
  offload.checksum_start = static_cast<uint16_t>(offload.checksum_start + kLinkBytes);
  tapif::Segmenter segmenter(whole, offload);
  std::vector<uint8_t> packet(whole.size());
  while (const size_t bytes = segmenter.next(packet)) {
    const auto end = packet.begin() + static_cast<ptrdiff_t>(bytes);
    sent_.push_back({now_, {packet.begin() + kLinkBytes, end}});
  }
}

}  // namespace tapstack::packetdrill
