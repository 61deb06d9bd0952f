// One interface: its settings, addresses, counters and the frames that wait for its device.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "config.h"
#include "link/address_probe.h"
#include "link/ip6_settings.h"
#include "mem/packet.h"
#include "util/address.h"
#include "util/time.h"
#include "wire/nd_options.h"

namespace tapstack::link {

// "lo", 127.0.0.1/8: there from the start.
inline constexpr InterfaceId kLoopback{1};

// Range of an MTU in bytes: RFC 791 requires that every link carries 68; an IPv4 packet has 65,535
// at most.
inline constexpr uint32_t kMtuMin = 68;
inline constexpr uint32_t kMtuMax = 65535;

// What frames of an interface begin with, and whether there are neighbours to be asked for.
enum class LinkLayer : uint8_t {
  kEthernet,
  kRawIp,  // nothing: a frame is an IP packet, and whoever is at the other end takes all of them
};

struct InterfaceSettings {
  char name[16] = {};                              // "ts0"; at most 15 characters, unique
  LinkLayer layer = LinkLayer::kEthernet;          // unused for loopback
  MacAddress mac;                                  // a unicast address; used by Ethernet only
  uint32_t mtu_bytes = kConfig.mtu_default_bytes;  // [kMtuMin, kMtuMax]
  bool can_segment = false;                        // the device takes TCP superframes
  bool can_checksum = false;                       // the device completes checksums
  bool is_up = true;
  Ip6Settings ip6;

  std::string_view name_view() const;
};

// Bytes count whole frames, link header included.
struct InterfaceCounters {
  uint64_t in_frames = 0, in_bytes = 0, in_errors = 0, in_dropped = 0;
  uint64_t out_frames = 0, out_bytes = 0, out_errors = 0, out_dropped = 0;
};

// Whether an address may be used (RFC 4862 2, RFC 5227 2.1).
enum class AddressState : uint8_t {
  kTentative,   // being probed: not ours yet
  kOptimistic,  // being probed, used meanwhile (RFC 4429)
  kPreferred,
  kDeprecated,  // ours, but no source for something new
  kDuplicate,   // another host has it: not ours
};

enum class AddressOrigin : uint8_t {
  kManual,
  kLinkLocal,       // RFC 4862 5.3, RFC 3927
  kAutoconfigured,  // from a router's prefix, RFC 4862 5.5
  kTemporary,       // RFC 8981
  kDhcp,
};

// What happens when another host says that it has an IPv4 address of ours (RFC 5227 2.4).
enum class ConflictPolicy : uint8_t {
  kIgnore,  // neither probed nor defended: it is counted, no more
  kDefend,  // (c): claimed again, once in DEFEND_INTERVAL at most, and never given up
  kYield,   // (b): claimed again once; a second conflict within DEFEND_INTERVAL takes it away
};

struct InterfaceAddress {
  Prefix prefix;
  AddressState state = AddressState::kPreferred;
  AddressOrigin origin = AddressOrigin::kManual;
  // Whether all of the prefix is on the link. Not so for autoconfigured ones (RFC 5942 4): their
  // routers say so in another way.
  bool is_on_link = true;
  bool skips_probing = false;  // ours at once, whatever Ip6Settings::dad_transmits says
  // Duplicate address detection (net/duplicate_address.h).
  uint8_t probes_sent = 0;
  uint8_t probes_wanted = 0;
  bool was_looped_back = false;         // one of the probes came back
  wire::NdNonce nonce{};                // of the last probe, RFC 7527 4.1
  wire::NdNonce nonce_before{};         // of the one before it
  Instant probe_at = Instant::never();  // next probe, or end of waiting for objections
  // Its like for IPv4 (net/address_claim4.h).
  ConflictPolicy on_conflict = ConflictPolicy::kIgnore;
  AddressProbe probe{};
  Instant defends_again_at = Instant::from_us(0);  // a conflict before that is the second one
  uint8_t collisions = 0;  // of its predecessors that were duplicates (RFC 7217 5, DAD_Counter)
  Instant preferred_until = Instant::never();
  Instant valid_until = Instant::never();
  // Of a temporary address, whatever routers say (RFC 8981 3.4).
  Instant preferred_max = Instant::never();
  Instant valid_max = Instant::never();

  const IpAddress& address() const { return prefix.address; }
  // Whether it is ours: packets to it are taken, packets from it are sent.
  bool is_assigned() const {
    return state != AddressState::kTentative && state != AddressState::kDuplicate;
  }
};

struct Interface {
  InterfaceId id;  // value 0: this slot of the table is free
  bool is_loopback = false;
  // A client asks for its address: UDP datagrams to any unicast address are taken, as broadcasts
  // are (RFC 2131 4.1: answers may go to the address that is offered).
  bool is_configuring = false;
  uint8_t address_count = 0;
  InterfaceSettings settings;
  InterfaceCounters counters;
  std::array<InterfaceAddress, kConfig.addresses_per_interface> address_slots{};
  mem::PacketQueue transmit;  // frames, oldest first

  // All of them, tentative and duplicate ones too.
  std::span<const InterfaceAddress> addresses() const {
    return {address_slots.data(), address_count};
  }
  // Whether packets are sent to neighbours by their link-layer addresses.
  bool has_neighbours() const { return !is_loopback && settings.layer == LinkLayer::kEthernet; }
  // Whether `address` is assigned to it (127/8 as a whole for loopback, RFC 1122 3.2.1.3 (g)).
  bool has_address(const IpAddress& address) const;
  // The entry of `address` in whatever state; nullptr: none.
  const InterfaceAddress* find_address(const IpAddress& address) const;
  InterfaceAddress* find_address(const IpAddress& address);
  // The first assigned link-local IPv6 address; nullptr: none.
  const InterfaceAddress* link_local() const;
  // The prefix of the first assigned address that has `address` on its link; nullptr: none has.
  const Prefix* prefix_of(const IpAddress& address) const;
  // Limited broadcast, or directed broadcast of one of its prefixes up to /30 (a /31 has none, RFC
  // 3021).
  bool is_broadcast(const IpAddress& address) const;
  // Whether one more packet may wait for the device.
  bool has_room() const { return transmit.count < kConfig.interface_queue_packets; }
};

// Whether `address` lies in the network of `prefix`.
bool contains(const Prefix& prefix, const IpAddress& address);

}  // namespace tapstack::link
