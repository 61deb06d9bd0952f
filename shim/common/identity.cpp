#include "shim/common/identity.h"

#include <cstring>

#include <atomic>
#include <string_view>

#include "shim/common/sys.h"

namespace tapstack::shim {
namespace {

constexpr char kNamePrefix[] = "\0tapstack/";  // the first zero makes it abstract, unix(7)
constexpr size_t kNamePrefixLength = sizeof kNamePrefix - 1;
struct Kind {
  char letter;
  bool is_stream = false, is_ip6 = false, is_netlink = false, is_packet = false;
};
constexpr Kind kKinds[] = {{.letter = 's', .is_stream = true},
                           {.letter = 'd'},
                           {.letter = 'S', .is_stream = true, .is_ip6 = true},
                           {.letter = 'D', .is_ip6 = true},
                           {.letter = 'n', .is_netlink = true},
                           {.letter = 'p', .is_packet = true}};
constexpr char kDigits[] = "0123456789abcdef";

// Written once before `own_is_set`; read by hooks of any thread.
constinit EngineToken own_token;
constinit std::atomic<bool> own_is_set{false};

class Writer {
 public:
  explicit Writer(char* at) : at_(at) {}
  void text(const char* from, size_t length) {
    std::memcpy(at_, from, length);
    at_ += length;
  }
  void character(char c) { *at_++ = c; }
  void hex(uint64_t value, int digits) {
    for (int i = digits - 1; i >= 0; --i) character(kDigits[value >> (4 * i) & 15]);
  }
  char* at() const { return at_; }

 private:
  char* at_;
};

class Reader {
 public:
  Reader(const char* at, size_t left) : at_(at), left_(left) {}
  bool text(const char* expected, size_t length) {
    if (left_ < length || std::memcmp(at_, expected, length) != 0) return false;
    skip(length);
    return true;
  }
  bool hex(uint32_t& value, int digits) {
    if (left_ < static_cast<size_t>(digits)) return false;
    value = 0;
    for (int i = 0; i < digits; ++i) {
      const size_t digit = std::string_view(kDigits).find(at_[i]);
      if (digit == std::string_view::npos) return false;
      value = value << 4 | static_cast<uint32_t>(digit);
    }
    skip(static_cast<size_t>(digits));
    return true;
  }
  bool kind(Identity& identity) {
    for (const Kind& kind : kKinds) {
      if (!text(&kind.letter, 1)) continue;
      identity.is_stream = kind.is_stream;
      identity.is_ip6 = kind.is_ip6;
      identity.is_netlink = kind.is_netlink;
      identity.is_packet = kind.is_packet;
      return true;
    }
    return false;
  }
  bool is_at_end() const { return left_ == 0; }

 private:
  void skip(size_t n) {
    at_ += n;
    left_ -= n;
  }
  const char* at_;
  size_t left_;
};

char letter_of(const Identity& identity) {
  for (const Kind& kind : kKinds) {
    if (kind.is_stream == identity.is_stream && kind.is_ip6 == identity.is_ip6 &&
        kind.is_netlink == identity.is_netlink && kind.is_packet == identity.is_packet) {
      return kind.letter;
    }
  }
  return '?';
}

}  // namespace

EngineToken EngineToken::random() {
  EngineToken token;
  sys::call(SYS_getrandom, sys::pointer(token.bytes.data()), static_cast<long>(token.bytes.size()));
  return token;
}

uint32_t random_stand_in() {
  uint32_t number = 0;
  sys::call(SYS_getrandom, sys::pointer(&number), sizeof number);
  return number | 1;
}

socklen_t format_name(const Identity& identity, sockaddr_un& name) {
  name.sun_family = AF_UNIX;
  Writer out(name.sun_path);
  out.text(kNamePrefix, kNamePrefixLength);
  for (uint8_t byte : identity.token.bytes) out.hex(byte, 2);
  out.character('/');
  out.character(letter_of(identity));
  out.character('/');
  out.hex(identity.slot.slot, 8);
  out.character('/');
  out.hex(identity.slot.generation, 8);
  if (identity.stand_in != 0) {
    out.character('/');
    out.hex(identity.stand_in, 8);
  }
  return static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) +
                                static_cast<size_t>(out.at() - name.sun_path));
}

std::optional<Identity> parse_name(const sockaddr_un& name, socklen_t length) {
  constexpr size_t kHeader = offsetof(sockaddr_un, sun_path);
  if (length <= kHeader || length > sizeof name || name.sun_family != AF_UNIX) return std::nullopt;
  Reader in(name.sun_path, length - kHeader);
  if (!in.text(kNamePrefix, kNamePrefixLength)) return std::nullopt;
  Identity identity;
  for (uint8_t& byte : identity.token.bytes) {
    uint32_t value = 0;
    if (!in.hex(value, 2)) return std::nullopt;
    byte = static_cast<uint8_t>(value);
  }
  if (!in.text("/", 1) || !in.kind(identity) || !in.text("/", 1)) return std::nullopt;
  if (!in.hex(identity.slot.slot, 8) || !in.text("/", 1) || !in.hex(identity.slot.generation, 8)) {
    return std::nullopt;
  }
  if (in.is_at_end()) return identity;
  if (!in.text("/", 1) || !in.hex(identity.stand_in, 8) || !in.is_at_end()) return std::nullopt;
  return identity;
}

std::optional<Identity> identity_of(int fd) {
  sockaddr_un name;
  socklen_t length = sizeof name;
  if (sys::getpeername(fd, reinterpret_cast<sockaddr*>(&name), &length) != 0) return std::nullopt;
  return parse_name(name, length);
}

void set_own_token(const EngineToken& token) {
  own_is_set.store(false, std::memory_order_release);
  own_token = token;
  own_is_set.store(true, std::memory_order_release);
}

bool identify(int fd, Identity& identity) {
  const std::optional<Identity> found = identity_of(fd);
  if (!found) return false;
  if (own_is_set.load(std::memory_order_acquire) && found->token != own_token) return false;
  identity = *found;
  return true;
}

int find_handle(SlotId slot) {
  constexpr int kLooked = 1024;
  for (int fd = 0; fd < kLooked; ++fd) {
    Identity identity;
    if (identify(fd, identity) && identity.slot == slot) return fd;
  }
  return -1;
}

}  // namespace tapstack::shim
