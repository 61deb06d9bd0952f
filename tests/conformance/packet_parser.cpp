// The notation of packets: packetdrill's for TCP, tcpdump's for ARP. README.md describes it.
#include <charconv>

#include "tests/conformance/packet.h"
#include "tests/conformance/text.h"

namespace tapstack::conformance {

const std::vector<IcmpName> kIcmpNames = {
    {"echo_reply", 0, -1},
    {"echo_request", 8, -1},
    {"unreachable net", 3, 0},
    {"unreachable host", 3, 1},
    {"unreachable protocol", 3, 2},
    {"unreachable port", 3, 3},
    {"unreachable frag_needed", 3, 4},
    {"unreachable source_route_failed", 3, 5},
    {"unreachable admin_prohibited", 3, 13},
    {"source_quench", 4, -1},
    {"redirect net", 5, 0},
    {"redirect host", 5, 1},
    {"time_exceeded ttl", 11, 0},
    {"time_exceeded reassembly", 11, 1},
    {"parameter_problem", 12, -1},
    {"timestamp_request", 13, -1},
    {"timestamp_reply", 14, -1},
    {"address_mask_request", 17, -1},
};

Mac parse_mac(std::string_view text) {
  Mac mac{};
  Cursor in(text);
  for (size_t i = 0; i < mac.size(); ++i) {
    if (i > 0) in.expect(":");
    const std::string_view two = in.token(":");
    const auto [end, error] = std::from_chars(two.data(), two.data() + two.size(), mac[i], 16);
    if (error != std::errc{} || end != two.data() + two.size()) in.fail("a MAC address");
  }
  return mac;
}

Ip parse_ip(std::string_view text) {
  Cursor in(text);
  Ip ip = 0;
  for (int i = 0; i < 4; ++i) {
    if (i > 0) in.expect(".");
    ip = ip * 256 + in.number(255);
  }
  return ip;
}

namespace {

Mac mac_attribute(Cursor& in) {
  if (in.take_word("broadcast")) return kBroadcastMac;
  return parse_mac(in.token(","));
}

FragmentRange parse_fragment(Cursor& in) {
  FragmentRange range;
  range.begin = in.number(65'528);
  in.expect(":");
  range.end = in.number(131'072);
  range.more = in.take("+");
  if (range.end < range.begin) in.fail("a range that does not end before it begins");
  return range;
}

// One attribute of damage; false: it is none.
bool parse_damage(Cursor& in, Attributes& at) {
  if (in.take_word("bad_ip_sum")) return at.bad_ip_sum = true;
  if (in.take_word("bad_sum")) return at.bad_sum = true;
  if (in.take_word("no_sum")) return at.no_sum = true;
  if (in.take_word("version")) return at.version = static_cast<Byte>(in.number(15)), true;
  if (in.take_word("ihl")) return at.ihl = static_cast<Byte>(in.number(15)), true;
  if (in.take_word("doff")) return at.data_offset = static_cast<Byte>(in.number(15)), true;
  if (in.take_word("len")) return at.total_length = static_cast<uint16_t>(in.number(65'535)), true;
  if (in.take_word("udp_len"))
    return at.udp_length = static_cast<uint16_t>(in.number(65'535)), true;
  if (in.take_word("xor")) return at.fill_xor = static_cast<Byte>(in.number(255)), true;
  if (in.take_word("padding")) return at.padding = in.number(1'000), true;
  if (in.take_word("cut")) return at.cut = in.number(65'535), true;
  return false;
}

void parse_attribute(Cursor& in, Attributes& at) {
  if (parse_damage(in, at)) return;
  if (in.take_word("eth_src")) {
    at.eth_src = mac_attribute(in);
  } else if (in.take_word("eth_dst")) {
    at.eth_dst = mac_attribute(in);
  } else if (in.take_word("src")) {
    at.src = parse_ip(in.token(","));
  } else if (in.take_word("dst")) {
    at.dst = parse_ip(in.token(","));
  } else if (in.take_word("sport")) {
    at.sport = static_cast<uint16_t>(in.number(65'535));
  } else if (in.take_word("dport")) {
    at.dport = static_cast<uint16_t>(in.number(65'535));
  } else if (in.take_word("fd")) {
    at.fd = static_cast<int>(in.number(10'000));
  } else if (in.take_word("ttl")) {
    at.ttl = static_cast<Byte>(in.number(255));
  } else if (in.take_word("tos")) {
    at.tos = static_cast<Byte>(in.number(255));
  } else if (in.take_word("proto")) {
    at.protocol = static_cast<Byte>(in.number(255));
  } else if (in.take_word("id")) {
    at.id = static_cast<uint16_t>(in.number(65'535));
  } else if (in.take_word("df")) {
    at.df = true;
  } else if (in.take_word("nodf")) {
    at.df = false;
  } else if (in.take_word("frag")) {
    at.fragment = parse_fragment(in);
  } else if (in.take_word("options")) {
    at.ip_options = parse_hex(in.token(","));
    while (at.ip_options.size() % 4 != 0) at.ip_options.push_back(0);
  } else {
    in.fail(
        "an attribute (src dst sport dport fd ttl tos proto id df nodf frag options eth_src "
        "eth_dst, or damage)");
  }
}

Attributes parse_attributes(std::string_view text) {
  Attributes at;
  Cursor in(text);
  while (!in.is_at_end()) {
    parse_attribute(in, at);
    if (!in.is_at_end()) in.expect(",");
  }
  return at;
}

uint8_t parse_flags(Cursor& in) {
  static constexpr std::string_view kLetters = "FSRP.UEW";
  uint8_t flags = 0;
  const std::string_view text = in.token();
  if (text == "-") return 0;
  for (const char c : text) {
    const size_t bit = kLetters.find(c);
    if (bit == std::string_view::npos) {
      throw SyntaxError(
          "expected TCP flags (some of FSRP.UEW, or -), udp, icmp, arp, ip or raw, got '" +
          std::string(text) + "'");
    }
    flags = static_cast<uint8_t>(flags | (1u << bit));
  }
  return flags;
}

void parse_sack_blocks(Cursor& in, TcpOption& option) {
  while (!in.is_at_end() && in.rest().front() != ',') {
    const uint32_t left = in.number();
    in.expect(":");
    option.blocks.emplace_back(left, in.number());
  }
}

TcpOption parse_tcp_option(Cursor& in) {
  using Kind = TcpOption::Kind;
  TcpOption option;
  if (in.take_word("mss")) {
    option.kind = Kind::kMss;
    option.value = in.number(65'535);
  } else if (in.take_word("nop")) {
    option.kind = Kind::kNop;
  } else if (in.take_word("eol")) {
    option.kind = Kind::kEol;
  } else if (in.take_word("wscale")) {
    option.kind = Kind::kWindowScale;
    option.value = in.number(255);
  } else if (in.take_word("sackOK")) {
    option.kind = Kind::kSackPermitted;
  } else if (in.take_word("sack")) {
    option.kind = Kind::kSack;
    parse_sack_blocks(in, option);
  } else if (in.take_word("TS")) {
    option.kind = Kind::kTimestamps;
    in.expect("val");
    option.ts_val = in.number_or_any();
    in.expect("ecr");
    option.ts_ecr = in.number_or_any();
  } else if (in.take_word("hex")) {
    option.kind = Kind::kHex;
    option.bytes = parse_hex(in.token(","));
  } else {
    in.fail("a TCP option (mss nop eol wscale sackOK sack TS hex)");
  }
  return option;
}

void parse_tcp_options(std::string_view text, Tcp& tcp) {
  Cursor in(text);
  if (in.take("...")) {
    tcp.any_options = true;
    return;
  }
  while (!in.is_at_end()) {
    tcp.options.push_back(parse_tcp_option(in));
    if (!in.is_at_end()) in.expect(",");
  }
}

// `1:1001(1000)`: the second number is the first and the payload; SYN and FIN do not count.
void parse_sequence(Cursor& in, Tcp& tcp) {
  tcp.seq = in.number();
  in.expect(":");
  const uint32_t end = in.number();
  in.expect("(");
  tcp.payload = in.number(65'535);
  in.expect(")");
  if (tcp.seq + tcp.payload != end) throw SyntaxError("begin + (bytes) is not the end");
}

Tcp parse_tcp(Cursor& in) {
  Tcp tcp;
  tcp.flags = parse_flags(in);
  parse_sequence(in, tcp);
  while (!in.is_at_end()) {
    if (in.take_word("ack")) {
      tcp.ack = in.number();
    } else if (in.take_word("win")) {
      tcp.win = static_cast<uint16_t>(in.number(65'535));
    } else if (in.take_word("urg")) {
      tcp.urg = static_cast<uint16_t>(in.number(65'535));
    } else if (in.rest().front() == '<') {
      parse_tcp_options(in.enclosed('<', '>'), tcp);
    } else {
      break;
    }
  }
  return tcp;
}

// " name" or two words, each the longest that matches; `type N code N` for the rest.
void parse_icmp_kind(Cursor& in, Icmp& icmp) {
  if (in.take_word("type")) {
    icmp.type = static_cast<Byte>(in.number(255));
    if (in.take_word("code")) icmp.code = static_cast<Byte>(in.number(255));
    return;
  }
  const std::string first(in.word());
  for (const IcmpName& known : kIcmpNames) {
    const std::string_view name = known.name;
    const size_t space = name.find(' ');
    if (name.substr(0, space) != first) continue;
    if (space != std::string_view::npos && !in.take_word(name.substr(space + 1))) continue;
    icmp.type = known.type;
    icmp.code = static_cast<Byte>(known.code < 0 ? 0 : known.code);
    return;
  }
  in.fail("an ICMP message behind '" + first + "' (see README.md, or: type N code N)");
}

// Bytes; more than an IP packet holds, for fragments that claim so.
uint32_t parse_payload(Cursor& in) { return Cursor(in.enclosed('(', ')')).number(131'072); }

Icmp parse_icmp(Cursor& in) {
  Icmp icmp;
  parse_icmp_kind(in, icmp);
  while (!in.is_at_end()) {
    if (in.take_word("id")) {
      icmp.id = static_cast<uint16_t>(in.number(65'535));
    } else if (in.take_word("seq")) {
      icmp.seq = static_cast<uint16_t>(in.number(65'535));
    } else if (in.take_word("mtu")) {
      icmp.mtu = static_cast<uint16_t>(in.number(65'535));
    } else if (in.take_word("pointer")) {
      icmp.pointer = static_cast<Byte>(in.number(255));
    } else if (in.take_word("gateway")) {
      icmp.gateway = parse_ip(in.token());
    } else if (in.rest().front() == '(') {
      icmp.payload = parse_payload(in);
    } else if (in.rest().front() == '[') {
      icmp.quote = std::make_shared<Packet>(parse_packet(in.enclosed('[', ']')));
    } else {
      break;
    }
  }
  return icmp;
}

// arp request who-has A tell B; arp reply A is-at MAC; then: sha MAC, tha MAC, tell B.
Arp parse_arp(Cursor& in) {
  Arp arp;
  if (in.take_word("request")) {
    in.expect("who-has");
    arp.target = parse_ip(in.token());
  } else if (in.take_word("reply")) {
    arp.operation = 2;
    arp.sender = parse_ip(in.token());
    in.expect("is-at");
    arp.sender_mac = parse_mac(in.token());
  } else {
    in.fail("'request' or 'reply'");
  }
  while (!in.is_at_end()) {
    if (in.take_word("tell")) {
      (arp.operation == 1 ? arp.sender : arp.target) = parse_ip(in.token());
    } else if (in.take_word("sha")) {
      arp.sender_mac = parse_mac(in.token());
    } else if (in.take_word("tha")) {
      arp.target_mac = parse_mac(in.token());
    } else {
      break;
    }
  }
  return arp;
}

RawFrame parse_raw(Cursor& in) {
  RawFrame raw;
  while (!in.is_at_end()) {
    if (in.take("??")) {
      raw.bytes.emplace_back();
    } else {
      for (const Byte b : parse_hex(in.token())) raw.bytes.emplace_back(b);
    }
  }
  return raw;
}

}  // namespace

Packet parse_packet(std::string_view text) {
  Packet packet;
  Cursor in(text);
  if (!in.is_at_end() && in.rest().front() == '[') {
    packet.at = parse_attributes(in.enclosed('[', ']'));
  }
  if (in.take_word("udp")) {
    packet.body = Udp{parse_payload(in)};
  } else if (in.take_word("icmp")) {
    packet.body = parse_icmp(in);
  } else if (in.take_word("arp")) {
    packet.body = parse_arp(in);
  } else if (in.take_word("ip")) {
    packet.body = OtherIp{parse_payload(in)};
  } else if (in.take_word("raw")) {
    packet.body = parse_raw(in);
  } else {
    packet.body = parse_tcp(in);
  }
  if (!in.is_at_end()) in.fail("the end of the line");
  return packet;
}

}  // namespace tapstack::conformance
