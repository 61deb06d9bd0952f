// Options and extension headers as programs give them: whatever they say, what is kept fits, reads
// back, and goes out as headers that lead to the transport's.
#include <algorithm>
#include <array>
#include <cstdlib>

#include "net/packet_options.h"
#include "tests/fuzz/input.h"
#include "wire/ip4_options.h"
#include "wire/ip6_extensions.h"

using namespace tapstack;

namespace {

constexpr uint8_t kProtocol = 17;

void check_ip4(const net::PacketOptions& options) {
  std::array<uint8_t, net::PacketOptions::kIp4BytesMax> out{};
  const size_t bytes = options.bytes(false);
  if (bytes > out.size() || bytes % 4 != 0) std::abort();
  const std::span<uint8_t> written(out.data(), bytes);
  options.put_ip4(written, Ip4Address::from(10, 10, 10, 2), Instant());
  wire::Ip4OptionWalk walk(written);
  while (const auto option = walk.next()) {
    if (option->is_source_route()) std::abort();
  }
  if (walk.is_malformed()) std::abort();
}

void check_ip6(const net::PacketOptions& options) {
  std::array<uint8_t, net::PacketOptions::kIp6BytesMax> out{};
  const size_t bytes = options.bytes(true);
  if (bytes > out.size()) std::abort();
  uint8_t type = options.put_ip6(std::span(out).first(bytes), kProtocol);
  size_t at = 0;
  while (at < bytes) {
    const auto header = wire::Ip6ExtensionView::parse(std::span(out).first(bytes).subspan(at));
    if (!header || !wire::is_ip6_extension(type)) std::abort();
    type = header->next_header();
    at += header->size();
  }
  if (at != bytes || type != kProtocol) std::abort();
}

}  // namespace

// Each header: a byte of which, one of length, its bytes.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input(data, size);
  net::PacketOptions options;
  while (!input.is_empty()) {
    const auto header = static_cast<PacketHeader>(input.u8() % 4);
    const auto bytes = input.bytes(input.u8());
    const bool is_kept = options.set(header, bytes).ok();
    const auto kept = options.get(header);
    const size_t common = std::min(bytes.size(), kept.size());
    const bool is_same = std::ranges::equal(bytes.first(common), kept.first(common));
    const bool is_ip6 = header != PacketHeader::kIp4Options;
    if (is_kept && is_ip6 && (!is_same || kept.size() != bytes.size())) std::abort();
    check_ip4(options);
    check_ip6(options);
  }
  return 0;
}
