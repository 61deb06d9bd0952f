// Which connection a packet belongs to, and how the script's numbers map to those on the wire.
//
// In a script both sides count from their SYN, which has 0. On the wire the peer's numbers begin at
// --peer-isn, and the stack's wherever it likes: its first SYN tells. Timestamps of the stack are
// mapped by the first TSval that the script states.
#pragma once

#include <compare>
#include <map>
#include <optional>

#include "tests/conformance/packet.h"

namespace tapstack::conformance {

struct FlowKey {
  Ip local = 0;
  uint16_t local_port = 0;
  Ip peer = 0;
  uint16_t peer_port = 0;
  auto operator<=>(const FlowKey&) const = default;
};

struct Flow {
  std::optional<uint32_t> local_isn;  // added to the stack's numbers
  std::optional<uint32_t> peer_syn;   // of the peer's SYN, as the script has it
  std::optional<uint32_t> ts_offset;  // added to the stack's timestamps
  bool is_new = false;                // the next SYN of the stack begins a new connection
};

class Flows {
 public:
  Flows(Family family, uint32_t peer_isn) : family_(family), peer_isn_(peer_isn) {}

  // What a packet belongs to that does not say so.
  FlowKey current;
  // Of descriptors, for [fd N].
  std::map<int, FlowKey> by_fd;

  // Fills in family, addresses and ports that the script left out.
  void complete(Packet& packet, Direction direction) const;
  // Numbers of the script to numbers on the wire; `packet` is complete.
  void to_wire(Packet& packet, Direction direction);
  // The other way round, for a packet from the stack. `expected`, if any, teaches the timestamps.
  void to_script(Packet& packet, const Packet* expected);
  // What was added to the sequence number of a packet.
  uint32_t shift(const Packet& packet, Direction direction);
  Flow& of(const FlowKey& key) { return flows_[key]; }
  // A connection begins: whatever is known about the pair of endpoints is of another.
  void begin(const FlowKey& key) { flows_[key] = {}; }

 private:
  static FlowKey key_of(const Packet& packet, Direction direction);
  void learn(Flow& flow, const Tcp& tcp, const Packet* expected);

  Family family_;
  uint32_t peer_isn_;
  std::map<FlowKey, Flow> flows_;
};

}  // namespace tapstack::conformance
