#include <arpa/inet.h>

#include <array>
#include <cstdio>
#include <map>

#include "tests/sequences/packet.h"

namespace tapstack::sequences {
namespace {

constexpr size_t kIp6Header = 40;
constexpr size_t kTargetOffset = 8;  // in solicitations, advertisements and redirects
constexpr size_t kAddress = 16;
constexpr size_t kRouterOptions = 16;  // where options of router advertisements begin
constexpr size_t kSolicitOptions = 8;  // of router solicitations
constexpr size_t kOptionUnit = 8;

using Bytes = std::span<const uint8_t>;

const char* icmp6_name(uint8_t type) {
  static const std::map<uint8_t, const char*> names = {
      {1, "unreachable"}, {2, "too big"}, {3, "time exceeded"}, {4, "parameter problem"},
      {128, "echo"},      {129, "reply"}, {130, "MLD query"},   {131, "MLDv1 report"},
      {132, "MLD done"},  {133, "RS"},    {134, "RA"},          {135, "NS"},
      {136, "NA"},        {137, "redir"}, {143, "MLDv2 report"}};
  const auto found = names.find(type);
  return found == names.end() ? "ICMPv6" : found->second;
}

std::string address_text(Bytes bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  return inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
}

std::string hex(Bytes bytes, const char* separator = "") {
  std::string text;
  for (const uint8_t octet : bytes) {
    char digits[4];
    std::snprintf(digits, sizeof digits, "%02x", octet);
    text += (text.empty() ? "" : separator) + std::string(digits);
  }
  return text;
}

std::string options_text(Bytes options) {
  std::string text;
  while (options.size() >= kOptionUnit && options[1] != 0 &&
         options[1] * kOptionUnit <= options.size()) {
    const Bytes value = options.subspan(2, options[1] * kOptionUnit - 2);
    if (options[0] == 1)
      text += ", source MAC " + hex(value, ":");
    else if (options[0] == 2)
      text += ", target MAC " + hex(value, ":");
    else if (options[0] == 3 && value.size() >= 30)
      text += ", prefix " + address_text(value.subspan(14)) + "/" + std::to_string(value[0]);
    else
      text += ", option " + std::to_string(options[0]);
    options = options.subspan(options[1] * kOptionUnit);
  }
  return text;
}

std::string flags_text(uint8_t flags) {
  std::string text;
  if ((flags & 0x80) != 0) text += 'R';
  if ((flags & 0x40) != 0) text += 'S';
  if ((flags & 0x20) != 0) text += 'O';
  return text.empty() ? "" : " flags " + text;
}

std::string icmp6_body(uint8_t type, Bytes message) {
  if (type >= 135 && type <= 137 && message.size() >= kTargetOffset + kAddress) {
    const size_t options = kTargetOffset + (type == 137 ? 2 * kAddress : kAddress);
    return (type == 136 ? flags_text(message[4]) : "") + ", target " +
           address_text(message.subspan(kTargetOffset)) +
           (message.size() > options ? options_text(message.subspan(options)) : "");
  }
  if (type == 134 && message.size() >= kRouterOptions) {
    return ", lifetime " + std::to_string(message[6] * 256 + message[7]) + " s, hop limit " +
           std::to_string(message[4]) + options_text(message.subspan(kRouterOptions));
  }
  if (type == 133 && message.size() >= kSolicitOptions) {
    return options_text(message.subspan(kSolicitOptions));
  }
  if (type < 128 && message.size() >= 8) {
    return " code " + std::to_string(message[1]) + " value 0x" + hex(message.subspan(4, 4));
  }
  return "";
}

}  // namespace

std::string summary(const ByteString& frame) {
  if (!is_ip6(frame)) return "no IPv6 frame, " + hex(frame);
  const Bytes packet = Bytes(frame).subspan(kEthernetHeader);
  const auto type = icmp6_type(frame);
  std::string text = type ? icmp6_name(*type) : "next header " + std::to_string(packet[6]);
  if (fragment_identification(frame)) text = "fragment of " + text;
  text += " " + address_text(packet.subspan(8)) + " > " + address_text(packet.subspan(24)) +
          " hop " + std::to_string(packet[7]) + ", " + std::to_string(packet.size() - kIp6Header) +
          " bytes to " + hex(Bytes(frame).first(6), ":");
  return type ? text + icmp6_body(*type, message_of(frame)) : text;
}

}  // namespace tapstack::sequences
