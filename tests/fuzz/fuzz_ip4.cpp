// The parsers of IPv4 headers and of their options: bounded by the header, and always at an end.
#include <cstdlib>
#include <span>

#include "wire/ip4.h"
#include "wire/ip4_options.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tapstack::wire;
  const std::span<const uint8_t> bytes(data, size);
  const auto quoted = Ip4View::parse_quoted(bytes);
  const auto packet = Ip4View::parse(bytes);
  if (packet && !quoted) std::abort();  // a whole packet is a good quote
  if (!quoted) return 0;
  if (quoted->header_bytes() > size || quoted->header_bytes() < 20) std::abort();
  if (packet && packet->total_length() > size) std::abort();
  if (quoted->fragment_offset_bytes() % 8 != 0) std::abort();
  size_t walked = 0;
  Ip4OptionWalk walk(quoted->options());
  while (const auto option = walk.next()) {
    if (option->bytes.size() < 2 || option->offset < 20) std::abort();
    walked += option->bytes.size();
  }
  if (walked > 40 || walk.offset() > quoted->header_bytes()) std::abort();
  return 0;
}
