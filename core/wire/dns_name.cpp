#include "wire/dns_name.h"

#include <algorithm>

namespace tapstack::wire {
namespace {

constexpr uint8_t kPointer = 0xc0;  // RFC 1035 4.1.4: the first two bits of a pointer

bool is_digit(char c) { return c >= '0' && c <= '9'; }

uint8_t lower(uint8_t octet) {
  return octet >= 'A' && octet <= 'Z' ? static_cast<uint8_t>(octet | 0x20) : octet;
}

bool is_host_octet(uint8_t octet) {
  const uint8_t c = lower(octet);
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

// The octet that `text` begins with, which loses it: as it stands, or escaped.
std::optional<uint8_t> take_octet(std::string_view& text) {
  const char first = text.front();
  text.remove_prefix(1);
  if (first != '\\') return static_cast<uint8_t>(first);
  if (text.empty()) return std::nullopt;
  if (!is_digit(text.front())) {
    const char escaped = text.front();
    text.remove_prefix(1);
    return static_cast<uint8_t>(escaped);
  }
  if (text.size() < 3 || !is_digit(text[1]) || !is_digit(text[2])) return std::nullopt;
  const int value = (text[0] - '0') * 100 + (text[1] - '0') * 10 + (text[2] - '0');
  text.remove_prefix(3);
  if (value > 255) return std::nullopt;
  return static_cast<uint8_t>(value);
}

// Text of limited length.
class TextWriter {
 public:
  explicit TextWriter(std::span<char> out) : out_(out) {}
  void put(char c) {
    if (used_ < out_.size()) out_[used_] = c;
    ++used_;
  }
  void put_octet(uint8_t octet) {
    constexpr std::string_view kSpecial = "\".;\\()@$";  // RFC 1035 5.1: those of master files
    if (octet <= ' ' || octet >= 0x7f) {
      put('\\');
      put(static_cast<char>('0' + octet / 100));
      put(static_cast<char>('0' + octet / 10 % 10));
      put(static_cast<char>('0' + octet % 10));
      return;
    }
    if (std::ranges::find(kSpecial, static_cast<char>(octet)) != kSpecial.end()) put('\\');
    put(static_cast<char>(octet));
  }
  size_t length() const { return used_ <= out_.size() ? used_ : 0; }

 private:
  std::span<char> out_;
  size_t used_ = 0;
};

}  // namespace

bool DnsName::append_label(std::span<const uint8_t> label) {
  if (label.empty() || label.size() > kDnsLabelBytesMax) return false;
  if (length_ + label.size() + 1 > kDnsNameBytesMax) return false;
  octets_[length_ - 1u] = static_cast<uint8_t>(label.size());
  std::ranges::copy(label, octets_.begin() + length_);
  length_ = static_cast<uint8_t>(length_ + label.size() + 1);
  octets_[length_ - 1u] = 0;
  return true;
}

std::optional<DnsName> DnsName::from_text(std::string_view text) {
  DnsName name;
  if (text == ".") return name;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    std::array<uint8_t, kDnsLabelBytesMax> label;
    size_t length = 0;
    while (!text.empty() && text.front() != '.') {
      const auto octet = take_octet(text);
      if (!octet || length == label.size()) return std::nullopt;
      label[length++] = *octet;
    }
    if (!text.empty()) text.remove_prefix(1);
    if (!name.append_label(std::span(label).first(length))) return std::nullopt;
  }
  return name;
}

DnsName DnsName::reverse_of(const IpAddress& address) {
  DnsName name;
  const auto append = [&name](std::string_view text) {
    std::array<uint8_t, 8> label;
    std::ranges::copy(text, label.begin());
    name.append_label(std::span(label).first(text.size()));
  };
  const auto append_number = [&append](uint8_t value) {
    const char digits[] = {static_cast<char>('0' + value / 100),
                           static_cast<char>('0' + value / 10 % 10),
                           static_cast<char>('0' + value % 10)};
    const size_t zeros = value < 10 ? 2 : value < 100 ? 1 : 0;
    append({digits + zeros, 3 - zeros});
  };
  constexpr std::string_view kHex = "0123456789abcdef";
  const auto& octets = address.octets();
  if (address.is_ip4()) {
    for (size_t i = 4; i-- > 0;) append_number(octets[i]);
    append("in-addr");
  } else {
    for (size_t i = octets.size(); i-- > 0;) {
      append({&kHex[octets[i] & 0x0f], 1});
      append({&kHex[octets[i] >> 4], 1});
    }
    append("ip6");
  }
  append("arpa");
  return name;
}

std::optional<DnsName> DnsName::read(std::span<const uint8_t> message, size_t& at) {
  DnsName name;
  std::optional<size_t> end;
  size_t from = at;
  size_t earliest = at;  // pointers go backwards, so they end
  while (from < message.size()) {
    const uint8_t octet = message[from];
    if (octet == 0) {
      at = end.value_or(from + 1);
      return name;
    }
    if ((octet & kPointer) == kPointer) {
      if (from + 1 >= message.size()) return std::nullopt;
      const size_t target = (octet & ~kPointer & 0xffu) * 256u + message[from + 1];
      if (target >= earliest) return std::nullopt;
      if (!end) end = from + 2;
      from = earliest = target;
      continue;
    }
    if (octet > kDnsLabelBytesMax || from + 1 + octet > message.size()) return std::nullopt;
    if (!name.append_label(message.subspan(from + 1, octet))) return std::nullopt;
    from += 1u + octet;
  }
  return std::nullopt;
}

size_t DnsName::text(std::span<char> out) const {
  TextWriter writer(out);
  if (is_root()) writer.put('.');
  for (size_t at = 0; octets_[at] != 0; at += 1u + octets_[at]) {
    if (at != 0) writer.put('.');
    for (size_t i = 1; i <= octets_[at]; ++i) writer.put_octet(octets_[at + i]);
  }
  return writer.length();
}

bool DnsName::is_host_name() const {
  if (is_root()) return false;
  for (size_t at = 0; octets_[at] != 0; at += 1u + octets_[at]) {
    const auto label = std::span(octets_).subspan(at + 1, octets_[at]);
    if (label.front() == '-' || !std::ranges::all_of(label, is_host_octet)) return false;
  }
  return true;
}

bool DnsName::operator==(const DnsName& other) const {
  // Lengths of labels are below 'A', so that they may be lowered with the rest.
  return std::ranges::equal(octets(), other.octets(),
                            [](uint8_t a, uint8_t b) { return lower(a) == lower(b); });
}

}  // namespace tapstack::wire
