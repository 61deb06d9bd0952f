// The parser of TCP options: never fails, never leaves the header, and what it understood comes
// back from emit() and a second parse().
#include <array>
#include <cstdlib>
#include <span>

#include "wire/tcp.h"
#include "wire/tcp_options.h"

namespace {

using tapstack::wire::TcpOptions;

bool are_equal(const TcpOptions& a, const TcpOptions& b) {
  if (a.sack_block_count != b.sack_block_count) return false;
  for (size_t i = 0; i < a.sack_block_count; ++i) {
    if (!(a.sack_blocks[i] == b.sack_blocks[i])) return false;
  }
  return a.mss == b.mss && a.window_scale == b.window_scale &&
         a.sack_permitted == b.sack_permitted && a.timestamps == b.timestamps &&
         a.fast_open.has_value() == b.fast_open.has_value();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tapstack::wire;
  const std::span<const uint8_t> bytes(data, size);
  if (const auto header = TcpView::parse(bytes)) {
    if (header->header_bytes() > size) std::abort();
    (void)TcpOptions::parse(header->options());
  }
  const TcpOptions options = TcpOptions::parse(bytes);
  if (options.sack_block_count > TcpOptions::kSackBlocksMax) std::abort();
  // Options from more than 40 bytes need not fit into one header again.
  if (size > tcp_option::kBytesMax || options.size_bytes() > tcp_option::kBytesMax) return 0;
  std::array<uint8_t, tcp_option::kBytesMax> again{};
  const size_t written = emit(again, options);
  if (written != options.size_bytes() || written % 4 != 0) std::abort();
  if (!are_equal(options, TcpOptions::parse({again.data(), written}))) std::abort();
  return 0;
}
