// A packet in the notation of scripts.
#include <cstdio>

#include "tests/conformance/packet.h"
#include "tests/conformance/text.h"

namespace tapstack::conformance {

std::string ip_text(Ip ip) {
  char text[16];
  std::snprintf(text, sizeof text, "%u.%u.%u.%u", ip >> 24, ip >> 16 & 255, ip >> 8 & 255,
                ip & 255);
  return text;
}

std::string mac_text(const Mac& mac) {
  std::string text;
  for (const uint8_t b : mac) text += (text.empty() ? "" : ":") + hex_text({b});
  return text;
}

namespace {

std::string number(const char* name, std::optional<uint32_t> value) {
  return value ? std::string(" ") + name + " " + std::to_string(*value) : "";
}

std::string option_text(const TcpOption& o) {
  using Kind = TcpOption::Kind;
  switch (o.kind) {
    case Kind::kMss:
      return "mss " + std::to_string(o.value);
    case Kind::kNop:
      return "nop";
    case Kind::kEol:
      return "eol";
    case Kind::kWindowScale:
      return "wscale " + std::to_string(o.value);
    case Kind::kSackPermitted:
      return "sackOK";
    case Kind::kSack: {
      std::string text = "sack";
      for (const auto& [left, right] : o.blocks) {
        text += " " + std::to_string(left) + ":" + std::to_string(right);
      }
      return text;
    }
    case Kind::kTimestamps:
      return "TS val " + (o.ts_val ? std::to_string(*o.ts_val) : "any") + " ecr " +
             (o.ts_ecr ? std::to_string(*o.ts_ecr) : "any");
    case Kind::kHex:
      break;
  }
  return "hex " + hex_text(o.bytes);
}

std::string tcp_text(const Tcp& tcp) {
  static constexpr std::string_view kLetters = "FSRP.UEW";
  std::string text;
  for (const size_t bit : {0u, 1u, 2u, 3u, 4u, 5u, 6u, 7u}) {
    if ((tcp.flags >> bit & 1) != 0) text += kLetters[bit];
  }
  if (text.empty()) text = "-";
  text += " " + std::to_string(tcp.seq) + ":" + std::to_string(tcp.seq + tcp.payload) + "(" +
          std::to_string(tcp.payload) + ")";
  if (tcp.has(tcp_flag::kAck)) text += number("ack", tcp.ack);
  text += number("win", tcp.win);
  if (tcp.has(tcp_flag::kUrg)) text += number("urg", tcp.urg);
  if (tcp.any_options) return text + " <...>";
  std::string options;
  for (const TcpOption& o : tcp.options) options += (options.empty() ? "" : ",") + option_text(o);
  return options.empty() ? text : text + " <" + options + ">";
}

std::string icmp_text(const Icmp& icmp) {
  std::string text =
      "icmp type " + std::to_string(icmp.type) + " code " + std::to_string(icmp.code);
  for (const IcmpName& known : kIcmpNames) {
    if (known.type == icmp.type && (known.code < 0 || known.code == icmp.code)) {
      text = std::string("icmp ") + known.name;
    }
  }
  text += number("id", icmp.id) + number("seq", icmp.seq) + number("mtu", icmp.mtu) +
          number("pointer", icmp.pointer);
  if (icmp.gateway) text += " gateway " + ip_text(*icmp.gateway);
  if (icmp.payload) text += " (" + std::to_string(*icmp.payload) + ")";
  if (icmp.quote) text += " [" + to_text(*icmp.quote) + "]";
  return text;
}

std::string arp_text(const Arp& arp) {
  std::string text;
  if (arp.operation == 1) {
    text = "arp request who-has " + ip_text(arp.target.value_or(0)) + " tell " +
           ip_text(arp.sender.value_or(0));
    if (arp.sender_mac) text += " sha " + mac_text(*arp.sender_mac);
  } else {
    text = "arp reply " + ip_text(arp.sender.value_or(0)) + " is-at " +
           mac_text(arp.sender_mac.value_or(Mac{}));
    if (arp.target) text += " tell " + ip_text(*arp.target);
  }
  if (arp.target_mac) text += " tha " + mac_text(*arp.target_mac);
  return text;
}

std::string raw_text(const RawFrame& raw) {
  std::string text = "raw ";
  for (const auto& b : raw.bytes) text += b ? hex_text({*b}) : "??";
  return text;
}

std::string attributes_text(const Attributes& at) {
  std::string text;
  const auto add = [&text](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  if (at.fd) add("fd " + std::to_string(*at.fd));
  if (at.eth_dst) add("eth_dst " + mac_text(*at.eth_dst));
  if (at.src) add("src " + ip_text(*at.src));
  if (at.dst) add("dst " + ip_text(*at.dst));
  if (at.sport) add("sport " + std::to_string(*at.sport));
  if (at.dport) add("dport " + std::to_string(*at.dport));
  if (at.protocol) add("proto " + std::to_string(*at.protocol));
  if (at.ttl) add("ttl " + std::to_string(*at.ttl));
  if (at.tos && *at.tos != 0) add("tos " + std::to_string(*at.tos));
  if (at.id) add("id " + std::to_string(*at.id));
  if (at.df) add(*at.df ? "df" : "nodf");
  if (at.fragment) {
    add("frag " + std::to_string(at.fragment->begin) + ":" + std::to_string(at.fragment->end) +
        (at.fragment->more ? "+" : ""));
  }
  if (!at.ip_options.empty()) add("options " + hex_text(at.ip_options));
  return text.empty() ? "" : "[" + text + "] ";
}

std::string body_text(const Packet& packet) {
  if (const Tcp* tcp = packet.tcp()) return tcp_text(*tcp);
  if (const Icmp* icmp = packet.icmp()) return icmp_text(*icmp);
  if (const auto* udp = std::get_if<Udp>(&packet.body)) {
    return "udp (" + std::to_string(udp->payload) + ")";
  }
  if (const auto* arp = std::get_if<Arp>(&packet.body)) return arp_text(*arp);
  if (const auto* other = std::get_if<OtherIp>(&packet.body)) {
    return "ip (" + std::to_string(other->payload) + ")";
  }
  return raw_text(std::get<RawFrame>(packet.body));
}

}  // namespace

std::string to_text(const Packet& packet) {
  const std::string text = attributes_text(packet.at) + body_text(packet);
  return packet.problem.empty() ? text : text + "  ! " + packet.problem;
}

}  // namespace tapstack::conformance
