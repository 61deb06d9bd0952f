// What the tests of link/ and net/ share: the parts of a stack that a Context lends, and frames
// built byte by byte, without the code under test.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "link/interface_table.h"
#include "tests/unit/support/bytes.h"

namespace tapstack::link {

using Frame = std::vector<uint8_t>;

inline constexpr InterfaceId kIf{2};
inline const MacAddress kOurMac{{0x02, 0, 0, 0, 0, 0x02}};
inline const MacAddress kPeerMac{{0x02, 0, 0, 0, 0, 0x01}};
inline const MacAddress kOtherMac{{0x02, 0, 0, 0, 0, 0x99}};
inline const Ip4Address kOurs = Ip4Address::from(10, 10, 10, 2);
inline const Ip4Address kPeer = Ip4Address::from(10, 10, 10, 1);
inline const Ip4Address kAbsent = Ip4Address::from(10, 10, 10, 77);

inline InterfaceSettings device_settings(std::string_view name = "ts0") {
  InterfaceSettings settings;
  name.copy(settings.name, sizeof settings.name - 1);
  settings.mac = kOurMac;
  settings.mtu_bytes = 1500;
  return settings;
}

inline void put16(Frame& f, unsigned v) {
  f.push_back(static_cast<uint8_t>(v >> 8));
  f.push_back(static_cast<uint8_t>(v));
}
inline void put32(Frame& f, uint32_t v) {
  put16(f, v >> 16);
  put16(f, v & 0xffff);
}
inline void put(Frame& f, const MacAddress& mac) {
  f.insert(f.end(), mac.octets.begin(), mac.octets.end());
}
inline void put(Frame& f, const Ip6Address& a) {
  f.insert(f.end(), a.octets.begin(), a.octets.end());
}
inline void put(Frame& f, const Frame& more) { f.insert(f.end(), more.begin(), more.end()); }

inline Frame ethernet(const MacAddress& to, const MacAddress& from, unsigned type,
                      const Frame& payload) {
  Frame f;
  put(f, to);
  put(f, from);
  put16(f, type);
  put(f, payload);
  return f;
}

struct Arp {
  unsigned operation = 1;
  MacAddress sender_mac = kPeerMac;
  Ip4Address sender = kPeer;
  MacAddress target_mac{};
  Ip4Address target = kOurs;
};
inline Frame arp(const Arp& a) {
  Frame f = test::hex("0001 0800 06 04");
  put16(f, a.operation);
  put(f, a.sender_mac);
  put32(f, a.sender.value);
  put(f, a.target_mac);
  put32(f, a.target.value);
  return f;
}

class LinkTest : public testing::Test {
 protected:
  LinkTest()
      : memory_(std::make_unique<mem::PacketMemory>()),
        timers_(std::make_unique<timer::Timers>()),
        ctx_{Instant::from_us(1'000'000), *memory_, *timers_, counters_, random_} {}

  mem::PacketPtr packet_of(const Frame& bytes) {
    mem::PacketPtr packet = memory_->new_packet(mem::Priority::kControl);
    EXPECT_TRUE(packet);
    EXPECT_TRUE(memory_->append_copy(packet->chain, bytes, mem::Priority::kControl));
    return packet;
  }
  Frame bytes_of(const mem::Packet& packet) const {
    Frame bytes(packet.size());
    memory_->copy_out(packet, 0, bytes);
    return bytes;
  }
  uint64_t drops(DropReason reason) const { return counters_.value(reason); }
  void expect_nothing_held() const {
    EXPECT_EQ(memory_->packets_used(), 0u);
    EXPECT_EQ(memory_->slices_used(), 0u);
    EXPECT_EQ(memory_->blocks_used(), 0u);
  }
  void advance(Duration d) { ctx_.now = ctx_.now + d; }

  std::unique_ptr<mem::PacketMemory> memory_;
  std::unique_ptr<timer::Timers> timers_;
  Counters counters_;
  Random random_;
  Context ctx_;
};

}  // namespace tapstack::link
