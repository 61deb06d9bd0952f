// Whether a packet is the one that the script wants.
#include <algorithm>

#include "tests/conformance/packet.h"

namespace tapstack::conformance {
namespace {

template <class T>
bool differs(const std::optional<T>& wanted, const std::optional<T>& got) {
  return wanted && wanted != got;
}

// The first thing that is not as it should be; the order is that of the headers.
std::string first_of(std::initializer_list<std::pair<bool, const char*>> checks) {
  const auto it = std::find_if(checks.begin(), checks.end(), [](const auto& c) { return c.first; });
  return it == checks.end() ? "" : it->second;
}

std::string attributes_mismatch(const Attributes& e, const Attributes& g) {
  return first_of({{differs(e.eth_dst, g.eth_dst), "Ethernet destination"},
                   {differs(e.eth_src, g.eth_src), "Ethernet source"},
                   {differs(e.src, g.src), "source address"},
                   {differs(e.dst, g.dst), "destination address"},
                   {differs(e.protocol, g.protocol), "protocol"},
                   {differs(e.ttl, g.ttl), "TTL"},
                   {differs(e.tos, g.tos), "type of service"},
                   {differs(e.id, g.id), "identification"},
                   {differs(e.df, g.df), "DF"},
                   {differs(e.total_length, g.total_length), "total length"},
                   {e.ip_options != g.ip_options, "IP options"}});
}

bool is_same_option(const TcpOption& e, const TcpOption& g) {
  return e.kind == g.kind && e.value == g.value && e.blocks == g.blocks && e.bytes == g.bytes &&
         !differs(e.ts_val, g.ts_val) && !differs(e.ts_ecr, g.ts_ecr);
}

std::string tcp_mismatch(const Tcp& e, const Tcp& g) {
  const bool same_options =
      e.any_options || std::equal(e.options.begin(), e.options.end(), g.options.begin(),
                                  g.options.end(), is_same_option);
  return first_of({{e.flags != g.flags, "flags"},
                   {e.seq != g.seq, "sequence number"},
                   {e.payload != g.payload, "payload length"},
                   {differs(e.ack, g.ack), "acknowledgment number"},
                   {differs(e.win, g.win), "window"},
                   {differs(e.urg, g.urg), "urgent pointer"},
                   {!same_options, "TCP options"}});
}

std::string icmp_mismatch(const Icmp& e, const Icmp& g) {
  const std::string own = first_of({{e.type != g.type, "ICMP type"},
                                    {e.code != g.code, "ICMP code"},
                                    {differs(e.id, g.id), "ICMP identifier"},
                                    {differs(e.seq, g.seq), "ICMP sequence number"},
                                    {differs(e.mtu, g.mtu), "ICMP MTU"},
                                    {differs(e.pointer, g.pointer), "ICMP pointer"},
                                    {differs(e.payload, g.payload), "ICMP length"},
                                    {e.quote && !g.quote, "no quoted packet"}});
  if (!own.empty() || !e.quote) return own;
  const Packet& quoted = *g.quote;
  // 8 bytes of a TCP header tell ports and sequence number only (RFC 792).
  if (const Tcp* tcp = quoted.tcp(); tcp != nullptr && quoted.ip_payload.size() < 20) {
    const Tcp* wanted = e.quote->tcp();
    return wanted != nullptr && wanted->seq == tcp->seq ? "" : "quoted packet";
  }
  const std::string inner = mismatch(*e.quote, quoted);
  return inner.empty() ? "" : "quoted packet: " + inner;
}

std::string arp_mismatch(const Arp& e, const Arp& g) {
  return first_of({{e.operation != g.operation, "ARP operation"},
                   {differs(e.sender, g.sender), "ARP sender address"},
                   {differs(e.sender_mac, g.sender_mac), "ARP sender MAC"},
                   {differs(e.target, g.target), "ARP target address"},
                   {differs(e.target_mac, g.target_mac), "ARP target MAC"}});
}

bool is_same_raw(const RawFrame& e, const ByteString& frame) {
  return std::equal(e.bytes.begin(), e.bytes.end(), frame.begin(), frame.end(),
                    [](const auto& wanted, Byte got) { return !wanted || *wanted == got; });
}

std::string fragment_mismatch(const Packet& expected, const Packet& got) {
  const FragmentRange& e = *expected.at.fragment;
  if (!got.at.fragment) return "not a fragment";
  const FragmentRange& g = *got.at.fragment;
  if (e.begin != g.begin || e.end != g.end || e.more != g.more) return "fragment range";
  const ByteString whole = encode_transport(expected, 0);
  if (whole.size() < e.end) return "the datagram is not as long as the fragment says";
  const bool is_same =
      std::equal(got.ip_payload.begin(), got.ip_payload.end(), whole.begin() + e.begin);
  return is_same ? "" : "content of the fragment";
}

std::string body_mismatch(const Packet& expected, const Packet& got) {
  if (expected.at.fragment) return fragment_mismatch(expected, got);
  if (got.at.fragment && got.frame.size() > 0) return "is a fragment";
  if (expected.body.index() != got.body.index()) return "protocol";
  const std::string ports =
      first_of({{differs(expected.at.sport, got.at.sport), "source port"},
                {differs(expected.at.dport, got.at.dport), "destination port"}});
  if (!ports.empty()) return ports;
  if (const Tcp* tcp = expected.tcp()) return tcp_mismatch(*tcp, *got.tcp());
  if (const Icmp* icmp = expected.icmp()) return icmp_mismatch(*icmp, *got.icmp());
  if (const auto* arp = std::get_if<Arp>(&expected.body)) {
    return arp_mismatch(*arp, std::get<Arp>(got.body));
  }
  if (const auto* other = std::get_if<OtherIp>(&expected.body)) {
    return other->payload == std::get<OtherIp>(got.body).payload ? "" : "payload length";
  }
  const auto* udp = std::get_if<Udp>(&expected.body);
  return udp == nullptr || udp->payload == std::get<Udp>(got.body).payload ? "" : "payload length";
}

}  // namespace

std::string mismatch(const Packet& expected, const Packet& got) {
  if (const auto* raw = std::get_if<RawFrame>(&expected.body)) {
    return is_same_raw(*raw, got.frame) ? "" : "bytes";
  }
  if (!got.problem.empty()) return got.problem;
  const std::string text = attributes_mismatch(expected.at, got.at);
  return text.empty() ? body_mismatch(expected, got) : text;
}

}  // namespace tapstack::conformance
