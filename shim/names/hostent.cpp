#include "shim/names/hostent.h"

#include <sys/socket.h>

#include <cstdint>
#include <cstring>

namespace tapstack::shim::names {
namespace {

// Hands out pieces of a buffer.
class Arena {
 public:
  Arena(char* at, size_t bytes) : at_(at), left_(bytes) {}

  // `bytes` at a multiple of `alignment`; null when there is no room.
  char* take(size_t bytes, size_t alignment) {
    const size_t skip = -reinterpret_cast<uintptr_t>(at_) & (alignment - 1);
    if (left_ < skip || left_ - skip < bytes) return nullptr;
    char* piece = at_ + skip;
    at_ = piece + bytes;
    left_ -= skip + bytes;
    return piece;
  }
  char** take_pointers(size_t count) {
    return reinterpret_cast<char**>(take(count * sizeof(char*), alignof(char*)));
  }
  char* copy(const std::string& text) {
    char* to = take(text.size() + 1, 1);
    if (to != nullptr) std::memcpy(to, text.c_str(), text.size() + 1);
    return to;
  }

 private:
  char* at_;
  size_t left_;
};

bool is_of(const IpAddress& address, int family) {
  return family == AF_INET ? address.is_ip4() : address.is_ip6();
}

}  // namespace

bool fill_hostent(const FoundHost& host, int family, hostent& entry, char* buffer, size_t bytes) {
  Arena arena(buffer, bytes);
  const size_t length = family == AF_INET ? 4 : 16;
  char** addresses = arena.take_pointers(host.addresses.size() + 1);
  char** aliases = arena.take_pointers(host.aliases.size() + 1);
  entry.h_name = arena.copy(host.canonical);
  if (addresses == nullptr || aliases == nullptr || entry.h_name == nullptr) return false;
  entry.h_addr_list = addresses;
  entry.h_aliases = aliases;
  entry.h_addrtype = family;
  entry.h_length = static_cast<int>(length);
  for (const IpAddress& address : host.addresses) {
    if (!is_of(address, family)) continue;
    char* to = arena.take(length, alignof(uint32_t));
    if (to == nullptr) return false;
    std::memcpy(to, address.octets().data(), length);
    *addresses++ = to;
  }
  *addresses = nullptr;
  for (const std::string& alias : host.aliases) {
    char* to = arena.copy(alias);
    if (to == nullptr) return false;
    *aliases++ = to;
  }
  *aliases = nullptr;
  return true;
}

}  // namespace tapstack::shim::names
