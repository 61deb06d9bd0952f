#include "tests/conformance/flow.h"

#include "tests/conformance/text.h"

namespace tapstack::conformance {
namespace {

// Adds to everything that counts the sender's octets, and everything that counts the receiver's.
void shift_numbers(Tcp& tcp, uint32_t sender, uint32_t receiver) {
  tcp.seq += sender;
  if (tcp.has(tcp_flag::kAck) && tcp.ack) *tcp.ack += receiver;
  for (TcpOption& o : tcp.options) {
    for (auto& [left, right] : o.blocks) left += receiver, right += receiver;
  }
}

TcpOption* timestamps_of(Tcp& tcp) {
  for (TcpOption& o : tcp.options) {
    if (o.kind == TcpOption::Kind::kTimestamps) return &o;
  }
  return nullptr;
}

bool is_pure_syn(const Tcp& tcp) { return tcp.has(tcp_flag::kSyn) && !tcp.has(tcp_flag::kAck); }

Direction opposite(Direction d) { return d == Direction::kIn ? Direction::kOut : Direction::kIn; }

}  // namespace

FlowKey Flows::key_of(const Packet& packet, Direction direction) {
  const Attributes& at = packet.at;
  const FlowKey out{at.src.value_or(0), at.sport.value_or(0), at.dst.value_or(0),
                    at.dport.value_or(0)};
  if (direction == Direction::kOut) return out;
  return {out.peer, out.peer_port, out.local, out.local_port};
}

void Flows::complete(Packet& packet, Direction direction) const {
  if (!packet.is_ip()) return;
  packet.family = family_;
  FlowKey key = current;
  Attributes& at = packet.at;
  if (at.fd) {
    const auto found = by_fd.find(*at.fd);
    if (found == by_fd.end()) throw SyntaxError("no connection of fd " + std::to_string(*at.fd));
    key = found->second;
  }
  const bool is_in = direction == Direction::kIn;
  if (!at.src) at.src = is_in ? key.peer : key.local;
  if (!at.dst) at.dst = is_in ? key.local : key.peer;
  const bool has_ports = packet.tcp() != nullptr || std::holds_alternative<Udp>(packet.body);
  if (has_ports && !at.sport) at.sport = is_in ? key.peer_port : key.local_port;
  if (has_ports && !at.dport) at.dport = is_in ? key.local_port : key.peer_port;
  if (const Icmp* icmp = packet.icmp(); icmp != nullptr && icmp->quote) {
    complete(*icmp->quote, opposite(direction));
  }
}

uint32_t Flows::shift(const Packet& packet, Direction direction) {
  if (direction == Direction::kIn) return peer_isn_;
  return flows_[key_of(packet, direction)].local_isn.value_or(0);
}

void Flows::to_wire(Packet& packet, Direction direction) {
  if (const Icmp* icmp = packet.icmp(); icmp != nullptr && icmp->quote) {
    to_wire(*icmp->quote, opposite(direction));
  }
  Tcp* tcp = packet.tcp();
  if (tcp == nullptr) return;
  Flow& flow = flows_[key_of(packet, direction)];
  const uint32_t local = flow.local_isn.value_or(0);
  if (direction == Direction::kOut) return shift_numbers(*tcp, local, peer_isn_);
  if (is_pure_syn(*tcp)) {
    if (flow.peer_syn && *flow.peer_syn != tcp->seq) flow.is_new = true;
    flow.peer_syn = tcp->seq;
  }
  shift_numbers(*tcp, peer_isn_, local);
  TcpOption* ts = timestamps_of(*tcp);
  if (ts != nullptr && ts->ts_ecr) *ts->ts_ecr += flow.ts_offset.value_or(0);
}

void Flows::learn(Flow& flow, const Tcp& tcp, const Packet* expected) {
  if (tcp.has(tcp_flag::kSyn) && (!flow.local_isn || flow.is_new)) {
    flow.local_isn = tcp.seq;
    flow.ts_offset.reset();
    flow.is_new = false;
  }
  Tcp wanted = expected != nullptr && expected->tcp() != nullptr ? *expected->tcp() : Tcp{};
  Tcp got = tcp;
  const TcpOption* script = timestamps_of(wanted);
  const TcpOption* wire = timestamps_of(got);
  if (flow.ts_offset || script == nullptr || wire == nullptr || !script->ts_val) return;
  flow.ts_offset = *wire->ts_val - *script->ts_val;
}

void Flows::to_script(Packet& packet, const Packet* expected) {
  if (const Icmp* icmp = packet.icmp(); icmp != nullptr && icmp->quote) {
    Packet& quote = *icmp->quote;
    if (Tcp* tcp = quote.tcp()) {
      const Flow& flow = flows_[key_of(quote, Direction::kIn)];
      shift_numbers(*tcp, 0 - peer_isn_, 0 - flow.local_isn.value_or(0));
    }
  }
  Tcp* tcp = packet.tcp();
  if (tcp == nullptr) return;
  Flow& flow = flows_[key_of(packet, Direction::kOut)];
  learn(flow, *tcp, expected);
  shift_numbers(*tcp, 0 - flow.local_isn.value_or(0), 0 - peer_isn_);
  TcpOption* ts = timestamps_of(*tcp);
  if (ts != nullptr && ts->ts_val) *ts->ts_val -= flow.ts_offset.value_or(0);
}

}  // namespace tapstack::conformance
